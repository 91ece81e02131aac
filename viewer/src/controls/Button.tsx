import type { ComponentChildren, JSX, Ref } from 'preact'

import { Icon, type IconName } from './Icon'

type NativeProps = Omit<
  JSX.IntrinsicElements['button'],
  'class' | 'icon' | 'label' | 'ref' | 'type'
>

export interface ButtonProps extends NativeProps {
  readonly variant?: 'plain' | 'primary' | 'quiet' | 'danger'
  /** 24 px instead of 28, for buttons inside rows and chips. */
  readonly compact?: boolean
  readonly icon?: IconName
  /** The name of a button that shows only its icon; also its tooltip. */
  readonly label?: string
  readonly shortcut?: string
  readonly type?: 'button' | 'submit'
  readonly buttonRef?: Ref<HTMLButtonElement>
  readonly children?: ComponentChildren
}

export function Button(props: ButtonProps) {
  const {
    variant = 'plain',
    compact,
    icon,
    label,
    shortcut,
    buttonRef,
    children,
    ...native
  } = props
  const classes = ['button', variant]
  if (compact) classes.push('compact')
  if (children === undefined) classes.push('icon-only')
  return (
    <button
      type="button"
      title={label}
      aria-label={label}
      {...native}
      class={classes.join(' ')}
      ref={buttonRef ?? null}
    >
      {icon && <Icon name={icon} />}
      {children}
      {shortcut && (
        <span class="shortcut" aria-hidden="true">
          {shortcut}
        </span>
      )}
    </button>
  )
}
