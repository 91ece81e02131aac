import type { ComponentChildren } from 'preact'
import { useEffect, useId, useRef, useState } from 'preact/hooks'

import { Button, type ButtonProps } from './Button'
import { placeBeside } from './placement'

interface PopoverProps {
  readonly trigger: ButtonProps
  readonly title: string
  readonly role?: 'dialog' | 'menu'
  readonly class?: string
  /** The content, made when the popover opens, so that it starts afresh each time. */
  readonly children: (close: () => void) => ComponentChildren
}

/** A button that opens a box beside it: Escape or a click elsewhere closes it, focus goes back. */
export function Popover({ trigger, title, role = 'dialog', class: name, children }: PopoverProps) {
  const id = useId()
  const box = useRef<HTMLDivElement>(null)
  const button = useRef<HTMLButtonElement>(null)
  const [open, setOpen] = useState(false)
  const close = () => box.current?.hidePopover()

  useEffect(() => {
    if (!open || !box.current || !button.current) return
    return keepBeside(button.current, box.current)
  }, [open])

  return (
    <>
      <Button
        {...trigger}
        buttonRef={button}
        aria-haspopup={role}
        aria-expanded={open}
        popoverTarget={id}
      />
      <div
        id={id}
        ref={box}
        popover="auto"
        role={role}
        aria-label={title}
        class={['popover', name].filter(Boolean).join(' ')}
        onToggle={(event) => {
          setOpen(event.newState === 'open')
        }}
      >
        {open && children(close)}
      </div>
    </>
  )
}

function keepBeside(button: HTMLElement, box: HTMLElement): () => void {
  let focused = false
  const place = () => {
    // Where it was, it may have been narrower than it can be.
    box.style.left = '0'
    const { left, top } = placeBeside(button.getBoundingClientRect(), box.getBoundingClientRect(), {
      width: document.documentElement.clientWidth,
      height: window.innerHeight,
    })
    box.style.left = `${left}px`
    box.style.top = `${top}px`
  }
  // The content may come later than the box.
  const focus = () => {
    if (focused) return
    const first = box.querySelector<HTMLElement>(
      '[autofocus], input, select, button, [tabindex="0"]',
    )
    focused = first !== null
    first?.focus()
  }
  place()
  focus()
  const observer = new ResizeObserver(() => {
    place()
    focus()
  })
  observer.observe(box)
  window.addEventListener('resize', place)
  window.addEventListener('scroll', place, { capture: true, passive: true })
  return () => {
    observer.disconnect()
    window.removeEventListener('resize', place)
    window.removeEventListener('scroll', place, { capture: true })
  }
}
