import { useEffect, useRef, useState } from 'preact/hooks'

import type { Table } from '../api/documents'
import { Button } from '../controls/Button'
import { Select } from '../controls/Select'
import { TextField } from '../controls/TextField'
import { fieldLabel, OPERATOR_TEXTS, parseField, takesValue } from '../question/fieldLabel'
import { FILTER_OPERATORS, type Filter, type FilterOperator } from '../question/question'
import { filterMistake } from '../question/predicates'
import { useFieldChoices } from './fieldChoices'

interface FilterEditorProps {
  /** The filter to edit; null for a new one. */
  readonly filter: Filter | null
  readonly table: Table
  readonly onApply: (filter: Filter) => void
}

/** Write a filter: a column or a path in JSON, how to compare, and the value. */
export function FilterEditor({ filter, table, onApply }: FilterEditorProps) {
  const [fieldText, setFieldText] = useState(filter ? fieldLabel(filter.field, table) : '')
  const [operator, setOperator] = useState<FilterOperator>(filter?.operator ?? 'eq')
  const [value, setValue] = useState(filter?.value ?? '')
  const [tried, setTried] = useState(false)
  const field = parseField(fieldText, table)
  const filled = field && {
    field,
    operator,
    value: takesValue(operator) ? value : '',
    enabled: true,
  }
  const mistake = filled && filterMistake(filled, table)
  const first = useFocus()
  const { labels, valuesOf } = useFieldChoices(table)
  return (
    <form
      class="filter-editor"
      onSubmit={(event) => {
        event.preventDefault()
        setTried(true)
        if (filled && !mistake) onApply(filled)
      }}
    >
      <TextField
        label="Field"
        inputRef={first}
        value={fieldText}
        onInput={setFieldText}
        suggestions={labels}
        placeholder="a column, or $.path"
        error={tried && !field ? `${table.name} has no such column. Paths start with $.` : null}
      />
      <OperatorSelect value={operator} onChange={setOperator} />
      {takesValue(operator) && (
        <TextField
          label="Value"
          value={value}
          onInput={setValue}
          error={tried ? mistake : null}
          suggestions={field ? valuesOf(field) : []}
        />
      )}
      <Button type="submit" variant="primary">
        Apply
      </Button>
    </form>
  )
}

interface OperatorSelectProps {
  readonly value: FilterOperator
  readonly onChange: (operator: FilterOperator) => void
}

function OperatorSelect({ value, onChange }: OperatorSelectProps) {
  return (
    <Select
      label="Operator"
      labelled="above"
      value={value}
      options={OPERATORS}
      onChange={(chosen) => {
        onChange(OPERATORS.find((option) => option.value === chosen)?.value ?? value)
      }}
    />
  )
}

/** Focus an input when it is shown: the code of the editor may come after its dialog. */
function useFocus() {
  const input = useRef<HTMLInputElement>(null)
  useEffect(() => {
    input.current?.focus()
  }, [])
  return input
}

const OPERATORS = FILTER_OPERATORS.map((value) => ({ value, label: OPERATOR_TEXTS[value] }))
