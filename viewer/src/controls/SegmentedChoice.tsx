import { useId } from 'preact/hooks'

import type { Option } from './Select'

interface SegmentedChoiceProps {
  readonly label: string
  readonly value: string
  readonly options: readonly Option[]
  readonly onChange: (value: string) => void
}

/** Choose one of two or three: native radio buttons that look like one bar. */
export function SegmentedChoice({ label, value, options, onChange }: SegmentedChoiceProps) {
  const name = useId()
  return (
    <div class="segmented" role="radiogroup" aria-label={label}>
      {options.map((option) => (
        <label key={option.value}>
          <input
            type="radio"
            name={name}
            value={option.value}
            checked={option.value === value}
            onChange={() => {
              onChange(option.value)
            }}
          />
          {option.label}
        </label>
      ))}
    </div>
  )
}
