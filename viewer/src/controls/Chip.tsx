import { Icon, type IconName } from './Icon'

export interface ChipAction {
  readonly label: string
  readonly icon: IconName
  readonly pressed?: boolean
  readonly onClick: () => void
}

interface ChipProps {
  readonly text: string
  /** Shown struck through. */
  readonly off?: boolean
  readonly onOpen: () => void
  readonly actions: readonly ChipAction[]
}

/** A text that opens, with small actions beside it. */
export function Chip({ text, off = false, onOpen, actions }: ChipProps) {
  return (
    <span class={off ? 'chip off' : 'chip'}>
      <button type="button" class="ellipsis" title={text} onClick={onOpen}>
        {text}
      </button>
      {actions.map((action) => (
        <button
          key={action.icon}
          type="button"
          aria-label={action.label}
          title={action.label}
          aria-pressed={action.pressed}
          onClick={action.onClick}
        >
          <Icon name={action.icon} />
        </button>
      ))}
    </span>
  )
}
