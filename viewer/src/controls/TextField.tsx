import type { Ref } from 'preact'
import { useId } from 'preact/hooks'

interface TextFieldProps {
  readonly label: string
  readonly value: string
  readonly onInput: (value: string) => void
  readonly onKeyDown?: (event: KeyboardEvent) => void
  readonly labelled?: 'beside' | 'above' | 'hidden'
  readonly kind?: 'text' | 'search'
  readonly placeholder?: string
  /** What is wrong with the value, in words that say what to write instead. */
  readonly error?: string | null
  /** Values to choose from, which make this a combobox; any other text is allowed too. */
  readonly suggestions?: readonly string[]
  readonly inputRef?: Ref<HTMLInputElement>
}

export function TextField(props: TextFieldProps) {
  const { label, labelled = 'above', error, suggestions } = props
  const id = useId()
  return (
    <div class={labelled === 'above' ? 'control stacked' : 'control'}>
      <label for={id} class={labelled === 'hidden' ? 'visually-hidden' : 'control-label'}>
        {label}
      </label>
      <Input {...props} id={id} />
      {suggestions && <Suggestions id={`${id}-list`} values={suggestions} />}
      {error && (
        <p id={`${id}-error`} class="control-error">
          {error}
        </p>
      )}
    </div>
  )
}

function Input(props: TextFieldProps & { readonly id: string }) {
  const { id, value, onInput, onKeyDown, kind = 'text', error, suggestions } = props
  return (
    <input
      id={id}
      ref={props.inputRef ?? null}
      class="text-input"
      type={kind}
      value={value}
      list={suggestions ? `${id}-list` : undefined}
      placeholder={props.placeholder}
      autocomplete="off"
      spellcheck={false}
      aria-invalid={error ? 'true' : undefined}
      aria-describedby={error ? `${id}-error` : undefined}
      onKeyDown={onKeyDown}
      onInput={(event) => {
        onInput(event.currentTarget.value)
      }}
    />
  )
}

function Suggestions({ id, values }: { readonly id: string; readonly values: readonly string[] }) {
  return (
    <datalist id={id}>
      {values.map((value) => (
        <option key={value} value={value} />
      ))}
    </datalist>
  )
}
