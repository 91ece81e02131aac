import type { ComponentChildren } from 'preact'
import { useId, useLayoutEffect, useRef } from 'preact/hooks'

import { Button } from './Button'

interface DialogProps {
  readonly title: string
  readonly onClose: () => void
  /** At the left edge and as high as the window, instead of in its middle. */
  readonly drawer?: boolean
  readonly children: ComponentChildren
}

/** A modal dialog, open as long as it is rendered. Escape and its button call `onClose`. */
export function Dialog({ title, onClose, drawer = false, children }: DialogProps) {
  const id = useId()
  const dialog = useRef<HTMLDialogElement>(null)
  const closes = useRef(false)
  useLayoutEffect(() => {
    const element = dialog.current
    const opener = document.activeElement
    element?.showModal()
    if (!element?.querySelector('[autofocus]')) focusFirst(element)
    return () => {
      closes.current = true
      element?.close()
      if (opener instanceof HTMLElement) opener.focus()
    }
  }, [])
  return (
    <dialog
      ref={dialog}
      class={drawer ? 'dialog drawer' : 'dialog'}
      aria-labelledby={id}
      onCancel={(event) => {
        event.preventDefault()
        onClose()
      }}
      onClose={() => {
        // Some browsers close it at a second Escape without asking.
        if (!closes.current) onClose()
      }}
    >
      <div class="dialog-header">
        <h2 id={id}>{title}</h2>
        <Button variant="quiet" icon="close" label="Close" onClick={onClose} />
      </div>
      <div class="dialog-body">{children}</div>
    </dialog>
  )
}

/** What the dialog is for, not its close button; nothing is deleted by a key pressed too soon. */
function focusFirst(dialog: HTMLElement | null): void {
  const first = '.dialog-body :is(input, select, button:not(.danger), a, [tabindex="0"])'
  dialog?.querySelector<HTMLElement>(first)?.focus()
}
