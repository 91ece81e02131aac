import { Icon } from '../controls/Icon'

interface CellActionsProps {
  readonly label: string
  /** As people read it. */
  readonly text: string
  readonly onFilter: (negated: boolean) => void
  /** In a grid the focus is on the cell, and + and − do the same. */
  readonly inTabOrder?: boolean
}

const LONGEST_NAME = 80

/** The buttons + and − beside a value. */
export function CellActions({ label, text, onFilter, inTabOrder = false }: CellActionsProps) {
  const named = text.length > LONGEST_NAME ? `${text.slice(0, LONGEST_NAME)}…` : text
  const button = (icon: 'plus' | 'minus', name: string) => (
    <button
      type="button"
      class="cell-action"
      tabIndex={inTabOrder ? 0 : -1}
      aria-label={name}
      title={name}
      onClick={(event) => {
        event.stopPropagation()
        onFilter(icon === 'minus')
      }}
    >
      <Icon name={icon} />
    </button>
  )
  return (
    <span class="cell-actions">
      {button('plus', `Filter for ${label} = ${named}`)}
      {button('minus', `Filter out ${label} = ${named}`)}
    </span>
  )
}
