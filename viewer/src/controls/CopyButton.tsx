import { useEffect, useState } from 'preact/hooks'

import { Button, type ButtonProps } from './Button'

interface CopyButtonProps extends Omit<ButtonProps, 'onClick' | 'label'> {
  /** What it does, such as `Copy link`; stays its name while it says that it has. */
  readonly name: string
  /** What the button shows instead of its name; null: only the icon. */
  readonly shown?: string | null
  readonly text: () => string | Promise<string>
}

const SHOWN_MS = 2_000

/** Copies a text, and says so for two seconds. */
export function CopyButton({ name, text, shown = name, icon, ...rest }: CopyButtonProps) {
  const [said, setSaid] = useState<'Copied' | 'Not copied' | null>(null)
  useEffect(() => {
    if (!said) return
    const timer = setTimeout(() => {
      setSaid(null)
    }, SHOWN_MS)
    return () => {
      clearTimeout(timer)
    }
  }, [said])
  return (
    <>
      <Button
        {...rest}
        icon={said === 'Copied' ? 'check' : (icon ?? 'copy')}
        label={name}
        onClick={() => {
          void copyText(text()).then((copied) => {
            setSaid(copied ? 'Copied' : 'Not copied')
          })
        }}
      >
        {shown ?? undefined}
      </Button>
      <span class="visually-hidden" role="status">
        {said}
      </span>
    </>
  )
}

/** Copies also where the page is not served over HTTPS, which has no clipboard API. */
async function copyText(text: string | Promise<string>): Promise<boolean> {
  const ready = await text
  try {
    await navigator.clipboard.writeText(ready)
    return true
  } catch {
    return copySelection(ready)
  }
}

function copySelection(text: string): boolean {
  const area = document.createElement('textarea')
  const focused = document.activeElement
  const place = focused?.closest('dialog') ?? document.body
  area.value = text
  area.className = 'visually-hidden'
  place.append(area)
  area.select()
  // eslint-disable-next-line @typescript-eslint/no-deprecated -- the only way without HTTPS
  const copied = document.execCommand('copy')
  area.remove()
  if (focused instanceof HTMLElement) focused.focus()
  return copied
}
