import type { Command } from './commands'

export interface KeyPress {
  readonly key: string
  readonly ctrlKey: boolean
  readonly metaKey: boolean
  readonly altKey: boolean
}

export interface KeyBinding {
  readonly keys: readonly string[]
  readonly title: string
  /** Null for keys that the focused grid or histogram handles itself. */
  readonly command: Command | null
  /** Works only outside of inputs, and only while single keys are switched on. */
  readonly single: boolean
  /** Has another meaning in inputs. */
  readonly outsideInputs?: true
}

export interface KeyGroup {
  readonly title: string
  readonly bindings: readonly KeyBinding[]
}

function single(keys: readonly string[], command: Command, title: string): KeyBinding {
  return { keys, command, title, single: true }
}

function inside(keys: readonly string[], title: string): KeyBinding {
  return { keys, command: null, title, single: false }
}

export const KEY_GROUPS: readonly KeyGroup[] = [
  {
    title: 'Question',
    bindings: [
      { keys: ['Ctrl+Enter'], command: 'run', title: 'Run', single: false },
      { keys: ['Escape'], command: 'stop', title: 'Stop, or close what is open', single: false },
      single(['/'], 'filter', 'Add a filter'),
      single(['['], 'earlier', 'Step back in time'),
      single([']'], 'later', 'Step forward in time'),
      single(['z'], 'zoomOut', 'Zoom out'),
      single(['u'], 'zone', 'Switch between UTC and local time'),
      single(['?'], 'help', 'Show this list'),
    ],
  },
  {
    title: 'Records',
    bindings: [
      single(['j'], 'nextRow', 'Next record'),
      single(['k'], 'previousRow', 'Previous record'),
      {
        ...{ keys: ['Ctrl+F'], command: 'find', title: 'Find in the loaded records' },
        ...{ single: false, outsideInputs: true },
      },
      inside(['Arrows', 'PgUp', 'PgDn', 'Home', 'End'], 'Move in the table'),
      single(['Enter'], 'openRecord', 'Open the record'),
      single(['+'], 'filterFor', 'Filter for the value of the cell'),
      single(['-', '−'], 'filterOut', 'Filter out the value of the cell'),
      single(['n'], 'neighbours', 'Show what happened around the record'),
    ],
  },
  {
    title: 'Histogram',
    bindings: [
      inside(['←', '→', 'Home', 'End'], 'Read bar by bar'),
      inside(['Shift+←', 'Shift+→'], 'Select a range'),
      inside(['Enter'], 'Zoom to the selected range'),
    ],
  },
]

const BINDINGS = KEY_GROUPS.flatMap(({ bindings }) => bindings)

export interface KeySituation {
  /** The focus is where keys write text or choose something. */
  readonly inInput: boolean
  readonly singleKeys: boolean
}

/** Name the command of a key, if it has one here. */
export function commandOf(press: KeyPress, situation: KeySituation): Command | null {
  const modified = press.ctrlKey || press.metaKey
  const name = modified ? `Ctrl+${nameOf(press.key)}` : press.key
  const binding = BINDINGS.find(({ keys, command }) => command !== null && keys.includes(name))
  if (!binding || press.altKey) return null
  if (binding.single && !situation.singleKeys) return null
  if ((binding.single || binding.outsideInputs) && situation.inInput) return null
  return binding.command
}

/** Letters are named by their capitals. */
function nameOf(key: string): string {
  return key.length === 1 ? key.toUpperCase() : key
}
