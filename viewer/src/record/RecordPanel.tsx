import './record.css'

import { useEffect, useRef, useState } from 'preact/hooks'

import { addFilter } from '../app/actions'
import { useCommand } from '../app/commands'
import { useStore } from '../app/store'
import { useViewer } from '../app/viewer'
import { useNarrow } from '../builder/useNarrow'
import { Button } from '../controls/Button'
import { CopyButton } from '../controls/CopyButton'
import { renderJson } from '../results/exactJson'
import { linkTo } from '../rows/absoluteLink'
import { type Records, useRecords } from '../rows/useRecords'
import { valueFilter } from '../rows/valueFilter'
import { Neighbours } from './Neighbours'
import { RecordTree } from './RecordTree'
import { recordQuestion } from './recordQuestion'
import { type RecordPlace, recordJson, sameRecord } from './recordNodes'
import { stepInOrder } from './stepInOrder'

/** The open record: all of it, and the way to those around it. */
export function RecordPanel() {
  const viewer = useViewer()
  const records = useRecords()
  const open = useOpenRecord(records)
  const [around, setAround] = useState<RecordPlace | null>(null)
  const panel = useRef<HTMLElement>(null)
  const close = () => {
    if (panel.current?.contains(document.activeElement)) focusGrid()
    viewer.record.set(null)
  }
  const isOpen = open !== null
  const narrow = useNarrow()
  useEffect(() => {
    // The record is under the table then, out of view.
    if (isOpen && narrow) panel.current?.scrollIntoView({ block: 'end' })
  }, [isOpen, narrow])
  useCommand(viewer.commands, 'close', open ? close : null)
  const showNeighbours = () => {
    setAround(open)
  }
  useCommand(viewer.commands, 'neighbours', open ? showNeighbours : null)
  if (!open || !records) return null
  return (
    <aside ref={panel} class="pane record-pane" aria-label="Record">
      <RecordToolbar records={records} open={open} onNeighbours={showNeighbours} onClose={close} />
      <div class="pane-body record-body">
        <RecordTree
          rows={open.rows}
          row={open.row}
          table={records.table}
          zone={records.zone}
          onFilter={(field, value, negated) => {
            addFilter(viewer, valueFilter(field, value, 'varchar', negated))
          }}
        />
      </div>
      {around && (
        <Neighbours
          records={records}
          anchor={around}
          onClose={() => {
            setAround(null)
          }}
        />
      )}
    </aside>
  )
}

function focusGrid(): void {
  document.querySelector<HTMLElement>('[role="grid"] [tabindex="0"]')?.focus()
}

interface RecordToolbarProps {
  readonly records: Records
  readonly open: RecordPlace
  readonly onNeighbours: () => void
  readonly onClose: () => void
}

function RecordToolbar({ records, open, onNeighbours, onClose }: RecordToolbarProps) {
  const viewer = useViewer()
  const { rows, order } = records
  const isLoaded = open.rows === rows
  const step = (by: number, icon: 'chevronUp' | 'chevronDown', label: string) => {
    const next = isLoaded ? stepInOrder(order, rows.length, open.row, by) : null
    return (
      <Button
        variant="quiet"
        icon={icon}
        label={label}
        disabled={next === null}
        onClick={() => {
          if (next !== null) viewer.record.set({ row: next })
        }}
      />
    )
  }
  return (
    <div class="toolbar">
      <h2 class="pane-title">Record</h2>
      {step(-1, 'chevronUp', 'Previous')}
      {step(1, 'chevronDown', 'Next')}
      <Button variant="quiet" onClick={onNeighbours}>
        Neighbours
      </Button>
      <span class="spacer" />
      <CopyButton
        variant="quiet"
        shown={null}
        name="Copy JSON"
        text={() => renderJson(recordJson(open.rows, open.row), '  ')}
      />
      <CopyButton
        variant="quiet"
        shown={null}
        icon="link"
        name="Copy link to the record"
        text={() => linkTo({ view: 'builder', ...recordPlace(records, open) })}
      />
      <Button variant="quiet" icon="close" label="Close" onClick={onClose} />
    </div>
  )
}

function recordPlace({ question, table, zone }: Records, open: RecordPlace) {
  return { question: recordQuestion(question, table, open), zone }
}

/** Keeps the record, not its number: it stays open while other rows are loaded, wherever it is among them. */
function useOpenRecord(records: Records | null): RecordPlace | null {
  const { record } = useViewer()
  const chosen = useStore(record, (current) => current)
  const kept = useRef<{ chosen: object; open: RecordPlace } | null>(null)
  const rows = records?.rows ?? null
  if (!chosen) kept.current = null
  else if (rows) {
    const old = kept.current?.chosen === chosen ? kept.current.open : null
    const row = old ? sameRecord(old, rows) : chosen.row
    const open = row === null || row >= rows.length ? old : { rows, row }
    kept.current = open && { chosen, open }
  }
  const open = kept.current?.open ?? null
  const place = rows && open?.rows === rows ? open.row : null
  useEffect(() => {
    if (place !== null && chosen && place !== chosen.row) record.set({ row: place })
  }, [record, place, chosen])
  return open
}
