import { useState } from 'preact/hooks'

import { changeQuestion, toggleColumn } from '../app/actions'
import { useViewer } from '../app/viewer'
import { Button } from '../controls/Button'
import { Popover } from '../controls/Popover'
import { TextField } from '../controls/TextField'
import { loadedFields } from '../fields/loadedFields'
import { fieldLabel } from '../question/fieldLabel'
import { type FieldRef, sameField } from '../question/question'
import { type Records, shownFields } from './useRecords'

/** Choose the columns and their order. Nothing is asked of the archive, as the rows have all. */
export function ColumnMenu({ records }: { readonly records: Records }) {
  return (
    <Popover
      trigger={{ variant: 'quiet', icon: 'columns', children: 'Columns' }}
      title="Columns"
      class="column-menu"
    >
      {() => <ColumnList records={records} />}
    </Popover>
  )
}

function ColumnList({ records }: { readonly records: Records }) {
  const viewer = useViewer()
  const [sought, setSought] = useState('')
  const { question, table } = records
  const shown = shownFields(question, table)
  const others = loadedFields(records)
    .map(({ field }) => field)
    .filter((field) => !shown.some((other) => sameField(other, field)))
  const change = (columns: readonly FieldRef[] | null) => {
    changeQuestion(viewer, (old) => ({ ...old, columns }), 'replace')
  }
  const matches = (field: FieldRef) =>
    fieldLabel(field, table).toLowerCase().includes(sought.trim().toLowerCase())
  return (
    <div class="column-choice">
      <TextField
        label="Find a column"
        labelled="hidden"
        placeholder="Find a column"
        kind="search"
        value={sought}
        onInput={setSought}
      />
      <ul class="column-list" aria-label="Columns">
        {[...shown, ...others].filter(matches).map((field) => (
          <ColumnItem
            key={fieldLabel(field, table)}
            label={fieldLabel(field, table)}
            place={shown.indexOf(field)}
            onToggle={() => {
              change(toggleColumn(shown, field))
            }}
            onMove={(place) => {
              change(shown.toSpliced(place, 1).toSpliced(place - 1, 0, field))
            }}
          />
        ))}
      </ul>
      {question.columns && (
        <Button
          onClick={() => {
            change(null)
          }}
        >
          Back to the usual columns
        </Button>
      )}
    </div>
  )
}

interface ColumnItemProps {
  readonly label: string
  /** Among the columns shown; -1 if it is not shown. */
  readonly place: number
  readonly onToggle: () => void
  readonly onMove: (place: number) => void
}

function ColumnItem({ label, place, onToggle, onMove }: ColumnItemProps) {
  return (
    <li>
      <label>
        <input type="checkbox" checked={place >= 0} onChange={onToggle} />
        <span class="mono">{label}</span>
      </label>
      {place > 0 && (
        <Button
          compact
          variant="quiet"
          icon="chevronUp"
          label={`Move ${label} to the left`}
          onClick={() => {
            onMove(place)
          }}
        />
      )}
    </li>
  )
}
