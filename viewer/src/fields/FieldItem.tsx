import { useMemo, useState } from 'preact/hooks'

import { addFilter, changeQuestion, toggleColumn } from '../app/actions'
import { useViewer } from '../app/viewer'
import { Icon } from '../controls/Icon'
import { fieldLabel } from '../question/fieldLabel'
import { countText } from '../results/quantities'
import type { Value } from '../results/resultTable'
import { cellText } from '../results/valueText'
import { CellActions } from '../rows/CellActions'
import { type Records, shownFields } from '../rows/useRecords'
import { valueFilter } from '../rows/valueFilter'
import { visibleText } from '../rows/visibleText'
import { FieldActions } from './FieldActions'
import type { ListedField } from './loadedFields'
import { countValues, type TopValue } from './topValues'

interface FieldItemProps {
  readonly item: ListedField
  readonly records: Records
  /** The grid has a column for it. */
  readonly shown: boolean
}

/** A field that opens to show its commonest values. */
export function FieldItem({ item, records, shown }: FieldItemProps) {
  const viewer = useViewer()
  const [open, setOpen] = useState(false)
  const { field, type } = item
  const { table } = records
  const label = fieldLabel(field, table)
  const columnAction = shown ? `Remove column ${label}` : `Add column ${label}`
  return (
    <li class="field">
      <div class="field-line">
        <button
          type="button"
          class="field-name"
          aria-expanded={open}
          title={`${label} (${type})`}
          onClick={() => {
            setOpen(!open)
          }}
        >
          <Icon name={open ? 'chevronDown' : 'chevronRight'} />
          <span class="ellipsis mono">{label}</span>
        </button>
        <button
          type="button"
          class="field-column"
          aria-label={columnAction}
          aria-pressed={shown}
          title={columnAction}
          onClick={() => {
            changeQuestion(
              viewer,
              (old) => ({ ...old, columns: toggleColumn(shownFields(old, table), field) }),
              'replace',
            )
          }}
        >
          <Icon name={shown ? 'check' : 'columns'} />
        </button>
      </div>
      {open && <TopValues item={item} records={records} label={label} />}
    </li>
  )
}

interface TopValuesProps {
  readonly item: ListedField
  readonly records: Records
  readonly label: string
}

function TopValues({ item, records, label }: TopValuesProps) {
  const viewer = useViewer()
  const { rows, reader, table, zone } = records
  const { column, path } = item.field
  const type = rows.columns.find(({ name }) => name === column)?.type ?? 'varchar'
  const counts = useMemo(() => {
    const index = rows.columns.findIndex(({ name }) => name === column)
    return countValues(reader, rows.length, { index, path, type })
  }, [rows, reader, column, path, type])
  const unit = table.columns.find(({ name }) => name === column)?.time?.unit ?? null
  const shownValue = (value: Value) => {
    if (value === '') return 'empty'
    return visibleText(path === null ? cellText(value, type, unit, zone) : String(value), 120)
  }
  const filter = (value: Value) => (negated: boolean) => {
    addFilter(viewer, valueFilter(item.field, value, path === null ? type : 'varchar', negated))
  }
  const share = counts.missing / counts.rows
  const missing = { value: null, count: counts.missing, share, filterable: true }
  return (
    <div class="top-values">
      <p class="muted">
        {item.type} · {countText(counts.distinct)} {counts.distinct === 1 ? 'value' : 'values'} in{' '}
        {countText(counts.rows)} loaded {counts.rows === 1 ? 'record' : 'records'}
      </p>
      <FieldActions field={item.field} label={label} />
      <ul>
        {counts.top.map((top) => (
          <ValueItem
            key={String(top.value)}
            top={top}
            text={shownValue(top.value)}
            label={label}
            onFilter={filter(top.value)}
          />
        ))}
        {counts.missing > 0 && (
          <ValueItem top={missing} text="NULL" label={label} onFilter={filter(null)} />
        )}
      </ul>
    </div>
  )
}

interface ValueItemProps {
  readonly top: TopValue
  readonly text: string
  readonly label: string
  readonly onFilter: (negated: boolean) => void
}

function ValueItem({ top, text, label, onFilter }: ValueItemProps) {
  const noValue = top.value === null || top.value === ''
  return (
    <li class="top-value">
      <span class={noValue ? 'ellipsis mono no-value' : 'ellipsis mono'} title={text}>
        {text}
      </span>
      <span class="numeric">{shareText(top.share)}</span>
      {top.filterable && <CellActions label={label} text={text} inTabOrder onFilter={onFilter} />}
      <span class="share" aria-hidden="true">
        <span style={{ width: `${top.share * 100}%` }} />
      </span>
    </li>
  )
}

/** `12 %`; small shares are told from none, and large ones from all. */
function shareText(share: number): string {
  const percent = share * 100
  if (percent > 0 && percent < 1) return '<1%'
  if (percent > 99 && percent < 100) return '>99%'
  return `${Math.round(percent)}%`
}
