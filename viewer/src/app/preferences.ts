import type { Zone } from '../time/zones'
import { createStore, type Store } from './store'

export type Theme = 'system' | 'light' | 'dark'

/** What the browser remembers: no question and no data, except for the draft of a SQL text. */
export interface Preferences {
  readonly theme: Theme
  readonly zone: Zone
  /** Keys without Ctrl, such as `j`, do something. */
  readonly singleKeys: boolean
  readonly histogramHidden: boolean
  readonly fieldsHidden: boolean
  readonly draft: string
}

const DEFAULTS: Preferences = {
  theme: 'system',
  zone: 'utc',
  singleKeys: true,
  histogramHidden: false,
  fieldsHidden: false,
  draft: '',
}

const KEY = 'data-hist-viewer'

/** Keep preferences in `storage`; without one, for as long as the page is open. */
export function createPreferences(
  storage: Pick<Storage, 'getItem' | 'setItem'> | null,
): Store<Preferences> {
  const store = createStore(parsePreferences(read(storage)))
  store.subscribe(() => {
    try {
      storage?.setItem(KEY, JSON.stringify(store.get()))
    } catch {
      // A full or forbidden storage only means that the next visit starts with the defaults.
    }
  })
  return store
}

function read(storage: Pick<Storage, 'getItem'> | null): string | null {
  try {
    return storage?.getItem(KEY) ?? null
  } catch {
    return null
  }
}

export function parsePreferences(text: string | null): Preferences {
  const stored = parseObject(text)
  const flag = (name: keyof Preferences, byDefault: boolean) => {
    const value = stored[name]
    return typeof value === 'boolean' ? value : byDefault
  }
  return {
    theme: stored.theme === 'light' || stored.theme === 'dark' ? stored.theme : DEFAULTS.theme,
    zone: stored.zone === 'local' ? 'local' : DEFAULTS.zone,
    singleKeys: flag('singleKeys', DEFAULTS.singleKeys),
    histogramHidden: flag('histogramHidden', DEFAULTS.histogramHidden),
    fieldsHidden: flag('fieldsHidden', DEFAULTS.fieldsHidden),
    draft: typeof stored.draft === 'string' ? stored.draft : DEFAULTS.draft,
  }
}

function parseObject(text: string | null): Readonly<Record<string, unknown>> {
  try {
    const value: unknown = JSON.parse(text ?? '{}')
    return typeof value === 'object' && value !== null ? { ...value } : {}
  } catch {
    return {}
  }
}
