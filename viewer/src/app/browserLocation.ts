import type { ViewLocation } from '../question/fragment'
import { createStore } from './store'
import type { LocationStore } from './viewer'

/** The parts of `window` that keep the location, so that tests can do without a browser. */
export interface BrowserHistory {
  /** The URL's fragment, with its `#` or empty. */
  readonly fragment: () => string
  readonly push: (fragment: string) => void
  /** Keeps the state of the entry unless one is given. */
  readonly replace: (fragment: string, state?: unknown) => void
  /** Called after Back, Forward, and a fragment typed by hand, with the state kept with the entry. */
  readonly onReturn: (listener: (state: unknown) => void) => void
}

export interface BrowserLocation extends LocationStore {
  /** What `keep` stored with the entry that Back or Forward led to; null after anything else. */
  returned(): unknown
  /** Keep something with the entry of now. */
  keep(state: unknown): void
}

interface FragmentCodec {
  readonly parse: (fragment: string) => Promise<ViewLocation>
  readonly render: (location: ViewLocation) => Promise<string>
}

/** Read the location of the URL, and keep the two the same from then on. */
export async function openLocation(
  history: BrowserHistory,
  { parse, render }: FragmentCodec,
): Promise<BrowserLocation> {
  const store = createStore(await parse(history.fragment()))
  let returned: unknown = null
  let written: Promise<void> = Promise.resolve()
  /** Fragments are rendered one after the other, so entries come in the order of the calls. */
  const write = (location: ViewLocation, enter: (fragment: string) => void) => {
    written = written.then(async () => {
      enter(`#${await render(location)}`)
    })
    returned = null
    store.set(location)
  }
  history.onReturn((state) => {
    void parse(history.fragment()).then((location) => {
      returned = state
      store.set(location)
    })
  })
  return {
    ...store,
    push: (location) => {
      write(location, history.push)
    },
    replace: (location) => {
      write(location, history.replace)
    },
    returned: () => returned,
    keep: (state) => {
      written = written.then(() => {
        history.replace(history.fragment(), state)
      })
    },
  }
}

/** The history of the window. */
export function windowHistory(): BrowserHistory {
  return {
    fragment: () => window.location.hash,
    push: (fragment) => {
      window.history.pushState(null, '', fragment)
    },
    replace: (fragment, state: unknown = window.history.state) => {
      window.history.replaceState(state, '', fragment === '' ? window.location.href : fragment)
    },
    onReturn: (listener) => {
      window.addEventListener('popstate', (event) => {
        listener(event.state)
      })
    },
  }
}
