import { useEffect } from 'preact/hooks'

import { commandOf } from './keys'
import { useViewer } from './viewer'

const TAKES_KEYS = 'input, select, textarea, [contenteditable], [role="menu"], dialog'
const ACTS_ON_ENTER = 'button, a, summary, [role="tab"]'

/** Turn the keys of the page into commands. */
export function useKeys(): void {
  const { commands, preferences } = useViewer()
  useEffect(() => {
    const press = (event: KeyboardEvent) => {
      if (event.defaultPrevented || event.isComposing) return
      const { singleKeys } = preferences.get()
      const command = commandOf(event, { inInput: takesKey(event), singleKeys })
      // An open dialog or popover closes itself, and nothing else stops.
      if (!command || (command === 'stop' && document.querySelector('dialog[open], :popover-open')))
        return
      const done = commands.run(command) || (command === 'stop' && commands.run('close'))
      if (done) event.preventDefault()
    }
    document.addEventListener('keydown', press)
    return () => {
      document.removeEventListener('keydown', press)
    }
  }, [commands, preferences])
}

function takesKey(event: KeyboardEvent): boolean {
  const [target] = event.composedPath()
  if (!(target instanceof Element)) return false
  if (event.key === 'Enter' && !event.ctrlKey && target.closest(ACTS_ON_ENTER)) return true
  const radio = target instanceof HTMLInputElement && /^(radio|checkbox)$/.test(target.type)
  return !radio && target.closest(TAKES_KEYS) !== null
}
