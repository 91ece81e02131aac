import './rows.css'

import { useEffect } from 'preact/hooks'

import { addFilter, changeQuestion } from '../app/actions'
import { lazy, loadParts } from '../app/lazy'
import { useStore } from '../app/store'
import { useViewer, type Viewer } from '../app/viewer'
import { type FieldRef, sameField, type Sort } from '../question/question'
import { RunNotice } from '../states/RunNotice'
import { type ColumnSort, RowGrid } from './RowGrid'
import { RowsToolbar } from './RowsToolbar'
import type { GridColumn } from './gridColumns'
import { useFinding } from './useFinding'
import { type Records, shownFields, useRecords } from './useRecords'
import { isFilterable, valueFilter } from './valueFilter'

const EmptyResult = lazy(() => import('../states/EmptyResult').then((module) => module.EmptyResult))
const LateNote = lazy(() => import('./LateNote').then((module) => module.LateNote))

/** The records of the question, with what can be done with all of them. */
export function RowsPane() {
  const { search } = useViewer()
  const records = useRecords()
  const run = useStore(search.state, (state) => state.rows.run)
  const hasRecords = records !== null
  useEffect(() => {
    if (hasRecords) loadParts()
  }, [hasRecords])
  const isEmpty = records?.rows.length === 0 && run.kind === 'finished'
  // The first batch may be cut off before its columns.
  const hasColumns = records !== null && records.columns.length > 0
  return (
    <section class="pane rows-pane" aria-label="Rows">
      <RowsToolbar records={records} />
      <div class="rows-body">
        <RunNotice
          run={run}
          compact
          onAgain={() => {
            search.again()
          }}
          onStop={() => {
            search.stop()
          }}
        />
        {isEmpty ? <EmptyResult /> : hasColumns && <RecordGrid records={records} />}
      </div>
      {records && <LateNote table={records.table} zone={records.zone} />}
    </section>
  )
}

function RecordGrid({ records }: { readonly records: Records }) {
  const viewer = useViewer()
  const { bar, found } = useFinding(records)
  const opened = useStore(viewer.record, (record) => record?.row ?? null)
  const { rows, reader, question } = records
  return (
    <>
      {bar}
      <RowGrid
        label="Records"
        table={rows}
        reader={reader}
        columns={records.columns}
        zone={records.zone}
        commands={viewer.commands}
        order={records.order}
        sorting={records.sorting}
        sort={columnSort(records.columns, question.sort)}
        opened={opened}
        found={found}
        stale={records.stale}
        onOpen={(row) => {
          viewer.record.set({ row })
        }}
        onSort={({ field }) => {
          if (field) changeSort(viewer, field)
        }}
        onFilter={(row, column, negated) => {
          filterBy(viewer, records, row, column, negated)
        }}
        onMoveColumn={(from, to) => {
          moveColumn(viewer, records, from, to)
        }}
      />
    </>
  )
}

function filterBy(
  viewer: Viewer,
  { reader }: Records,
  row: number,
  column: GridColumn,
  negated: boolean,
): void {
  const { field, index, path, type } = column
  if (!field || !isFilterable(reader, row, column)) return
  addFilter(viewer, valueFilter(field, reader.read(row, index, path), type, negated))
}

function columnSort(columns: readonly GridColumn[], sort: Sort | null): ColumnSort | null {
  const column = sort && columns.find(({ field }) => sameField(field, sort.column))
  return column ? { key: column.key, descending: sort.descending } : null
}

/** Up, then down, then newest first again. */
function changeSort(viewer: Viewer, column: FieldRef): void {
  changeQuestion(
    viewer,
    (question) => {
      const { sort } = question
      if (!sameField(sort?.column ?? null, column)) {
        return { ...question, sort: { column, descending: false } }
      }
      return { ...question, sort: sort?.descending ? null : { column, descending: true } }
    },
    'replace',
  )
}

function moveColumn(viewer: Viewer, { table }: Records, from: number, to: number): void {
  changeQuestion(
    viewer,
    (question) => {
      const columns = [...shownFields(question, table)]
      columns.splice(to, 0, ...columns.splice(from, 1))
      return { ...question, columns }
    },
    'replace',
  )
}
