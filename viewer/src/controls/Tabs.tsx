import type { Option } from './Select'
import { nextIndex } from './roving'

interface TabsProps {
  readonly label: string
  readonly value: string
  readonly options: readonly Option[]
  readonly onChange: (value: string) => void
  /** The id of the element with role=tabpanel. */
  readonly panelId: string
}

/** Show tabs of which one is in the tab order; arrows, Home and End choose another. */
export function Tabs({ label, value, options, onChange, panelId }: TabsProps) {
  function choose(event: KeyboardEvent, index: number): void {
    const next = nextIndex(event.key, index, options.length)
    const option = next === null ? undefined : options[next]
    if (!option) return
    event.preventDefault()
    onChange(option.value)
    document.getElementById(`${panelId}-tab-${option.value}`)?.focus()
  }
  return (
    <div class="tabs" role="tablist" aria-label={label}>
      {options.map((option, index) => (
        <button
          key={option.value}
          id={`${panelId}-tab-${option.value}`}
          type="button"
          role="tab"
          aria-selected={option.value === value}
          aria-controls={panelId}
          tabIndex={option.value === value ? 0 : -1}
          onClick={() => {
            onChange(option.value)
          }}
          onKeyDown={(event) => {
            choose(event, index)
          }}
        >
          {option.label}
        </button>
      ))}
    </div>
  )
}
