import { useState } from 'preact/hooks'

import { addFilter, removeFilter, replaceFilter } from '../app/actions'
import { useCommand } from '../app/commands'
import { lazy } from '../app/lazy'
import { useViewer } from '../app/viewer'
import type { Table } from '../api/documents'
import { Button } from '../controls/Button'
import { Chip } from '../controls/Chip'
import { Dialog } from '../controls/Dialog'
import { filterLabel, invertFilter } from '../question/fieldLabel'
import type { Filter, Question } from '../question/question'

const FilterEditor = lazy(
  () => import('./FilterEditor').then((module) => module.FilterEditor),
  <div class="filter-editor-place" />,
)

interface FilterBarProps {
  readonly question: Question
  readonly table: Table
}

/** The filters as chips: a click edits, small buttons disable, invert and remove. */
export function FilterBar({ question, table }: FilterBarProps) {
  const viewer = useViewer()
  const [edited, setEdited] = useState<Filter | 'new' | null>(null)
  const add = () => {
    setEdited('new')
  }
  useCommand(viewer.commands, 'filter', add)
  return (
    <div class="filter-bar">
      <ul class="filters" aria-label="Filters">
        {question.filters.map((filter) => (
          <li key={filterLabel(filter, table)}>
            <FilterChip
              filter={filter}
              table={table}
              onOpen={() => {
                setEdited(filter)
              }}
            />
          </li>
        ))}
      </ul>
      <Button variant="quiet" icon="plus" onClick={add}>
        Add filter
      </Button>
      {edited && (
        <Dialog
          title="Filter"
          onClose={() => {
            setEdited(null)
          }}
        >
          <FilterEditor
            filter={edited === 'new' ? null : edited}
            table={table}
            onApply={(filter) => {
              setEdited(null)
              if (edited === 'new') addFilter(viewer, filter)
              else replaceFilter(viewer, edited, filter)
            }}
          />
        </Dialog>
      )}
    </div>
  )
}

interface FilterChipProps {
  readonly filter: Filter
  readonly table: Table
  readonly onOpen: () => void
}

function FilterChip({ filter, table, onOpen }: FilterChipProps) {
  const viewer = useViewer()
  const text = filterLabel(filter, table)
  const toggle = filter.enabled ? 'Disable' : 'Enable'
  const toggled = { ...filter, enabled: !filter.enabled }
  return (
    <Chip
      text={text}
      off={!filter.enabled}
      onOpen={onOpen}
      actions={[
        {
          label: `${toggle} ${text}`,
          icon: filter.enabled ? 'hide' : 'show',
          onClick: () => {
            replaceFilter(viewer, filter, toggled)
          },
        },
        {
          label: `Invert ${text}`,
          icon: 'invert',
          onClick: () => {
            replaceFilter(viewer, filter, invertFilter(filter))
          },
        },
        {
          label: `Remove ${text}`,
          icon: 'close',
          onClick: () => {
            removeFilter(viewer, filter)
          },
        },
      ]}
    />
  )
}
