export interface Option {
  readonly value: string
  readonly label: string
}

interface SelectProps {
  readonly label: string
  readonly value: string
  readonly options: readonly Option[]
  readonly onChange: (value: string) => void
  /** Where the label stands: beside the select, above it, or only in its accessible name. */
  readonly labelled?: 'beside' | 'above' | 'hidden'
  readonly disabled?: boolean
}

export function Select(props: SelectProps) {
  const { label, value, options, onChange, labelled = 'beside', disabled } = props
  return (
    <label class={labelled === 'above' ? 'control stacked' : 'control'}>
      <span class={labelled === 'hidden' ? 'visually-hidden' : 'control-label'}>{label}</span>
      <select
        class="select"
        value={value}
        disabled={disabled}
        onChange={(event) => {
          onChange(event.currentTarget.value)
        }}
      >
        {options.map((option) => (
          <option key={option.value} value={option.value} selected={option.value === value}>
            {option.label}
          </option>
        ))}
      </select>
    </label>
  )
}
