import { Icon, type IconName } from './Icon'
import type { ButtonProps } from './Button'
import { Popover } from './Popover'
import { nextIndex } from './roving'

export interface MenuItem {
  readonly label: string
  readonly icon?: IconName
  /** Given for items of which one or more are chosen. */
  readonly checked?: boolean
  readonly onChoose: () => void
}

interface MenuProps {
  readonly trigger: ButtonProps
  readonly title: string
  readonly items: readonly MenuItem[]
}

/** A button that opens a list of commands; arrows, Home and End move in it. */
export function Menu({ trigger, title, items }: MenuProps) {
  return (
    <Popover trigger={trigger} title={title} role="menu" class="menu">
      {(close) =>
        items.map((item, index) => (
          <button
            key={item.label}
            type="button"
            role={item.checked === undefined ? 'menuitem' : 'menuitemradio'}
            aria-checked={item.checked}
            tabIndex={-1}
            onClick={() => {
              close()
              item.onChoose()
            }}
            onKeyDown={(event) => {
              moveFocus(event, index)
            }}
          >
            {item.icon && <Icon name={item.icon} />}
            {item.label}
            {item.checked && <Icon name="check" />}
          </button>
        ))
      }
    </Popover>
  )
}

function moveFocus(event: KeyboardEvent, index: number): void {
  const menu = event.currentTarget instanceof Element ? event.currentTarget.parentElement : null
  const items = menu?.querySelectorAll<HTMLElement>('[role^="menuitem"]')
  const next = items && nextIndex(event.key, index, items.length)
  if (next === null || next === undefined) return
  event.preventDefault()
  items?.[next]?.focus()
}
