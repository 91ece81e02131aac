import './record.css'

import { useEffect, useRef, useState } from 'preact/hooks'

import { useStore } from '../app/store'
import { useViewer } from '../app/viewer'
import { Dialog } from '../controls/Dialog'
import { Switch } from '../controls/Switch'
import { fieldReaderOf } from '../results/fieldReader'
import { countText } from '../results/quantities'
import type { ResultTable } from '../results/resultTable'
import { RowGrid } from '../rows/RowGrid'
import type { Records } from '../rows/useRecords'
import { NeighbourSearch } from '../search/neighbours'
import { RunNotice } from '../states/RunNotice'
import { RecordTree } from './RecordTree'
import type { RecordPlace } from './recordNodes'

interface NeighboursProps {
  readonly records: Records
  readonly anchor: RecordPlace
  readonly onClose: () => void
}

/** What happened just before and after a record. */
export function Neighbours({ records, anchor, onClose }: NeighboursProps) {
  const { question } = records
  const [filtered, setFiltered] = useState(true)
  const search = useSearch()
  const { run, table: rows, anchorRow, minutes } = useStore(search.state, (state) => state)
  useEffect(() => {
    search.find({ ...anchor, question, filtered })
  }, [search, anchor, question, filtered])
  return (
    <Dialog title="Neighbours" onClose={onClose}>
      <div class="neighbours">
        <div class="toolbar">
          <span class="rows-status numeric" role="status">
            {rows && summary(rows, anchorRow, minutes)}
          </span>
          <span class="spacer" />
          {question.filters.length > 0 && (
            <Switch label="Keep the filters" checked={filtered} onChange={setFiltered} />
          )}
          <RunNotice
            run={run}
            onStop={() => {
              search.stop()
            }}
            onAgain={() => {
              search.again()
            }}
          />
        </div>
        {rows && <NeighbourRows key={anchorRow} records={records} rows={rows} marked={anchorRow} />}
      </div>
    </Dialog>
  )
}

interface NeighbourRowsProps {
  readonly records: Records
  readonly rows: ResultTable
  readonly marked: number
}

function NeighbourRows({ records, rows, marked }: NeighbourRowsProps) {
  const { commands } = useViewer()
  const [open, setOpen] = useState<number | null>(null)
  return (
    <div class={open === null ? 'neighbours-body' : 'neighbours-body with-record'}>
      <RowGrid
        label="Neighbours"
        table={rows}
        reader={fieldReaderOf(rows)}
        columns={records.columns}
        zone={records.zone}
        commands={commands}
        marked={marked}
        opened={open}
        onOpen={setOpen}
      />
      {open !== null && open < rows.length && (
        <div class="neighbours-record">
          <RecordTree
            key={open}
            rows={rows}
            row={open}
            table={records.table}
            zone={records.zone}
            onFilter={null}
          />
        </div>
      )}
    </div>
  )
}

/** Newest first, so those above the record came after it. */
function summary(rows: ResultTable, marked: number, minutes: number): string {
  const before = rows.length - marked - 1
  return `${countText(before)} before and ${countText(marked)} after, within ${minutes} min`
}

function useSearch(): NeighbourSearch {
  const { api, tables, activeRuns } = useViewer()
  const search = useRef<NeighbourSearch | null>(null)
  search.current ??= new NeighbourSearch(api, tables, activeRuns)
  const { current } = search
  useEffect(
    () => () => {
      current.stop()
    },
    [current],
  )
  return current
}
