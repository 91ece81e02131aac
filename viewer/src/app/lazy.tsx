import type { ComponentChild, FunctionComponent } from 'preact'
import { useEffect, useLayoutEffect } from 'preact/hooks'

import { Button } from '../controls/Button'
import { createStore, useStore } from './store'

type Loaded<P> = { readonly component: FunctionComponent<P> } | 'failed'

const loaders: (() => Promise<unknown>)[] = []

/** A component whose code is loaded when it is first shown; until then, the placeholder keeps its place. */
export function lazy<P extends object>(
  load: () => Promise<FunctionComponent<P>>,
  placeholder: ComponentChild = null,
): FunctionComponent<P> {
  // In a store, as the code may come between a render and its effects.
  const part = createStore<Loaded<P> | null>(null)
  const keep = async () => {
    const component = await load()
    part.update((known) => (known === null || known === 'failed' ? { component } : known))
  }
  loaders.push(keep)
  return function Lazy(props: P) {
    const loaded = useStore(part, (known) => known)
    useEffect(() => {
      keep().catch(() => {
        part.set('failed')
      })
    }, [])
    useEscape(loaded === null || loaded === 'failed' ? props : null)
    if (loaded === null) return placeholder
    return loaded === 'failed' ? <NotLoaded /> : <loaded.component {...props} />
  }
}

/** Load the parts that were not shown yet, so that a click need not wait for them; one that fails is tried then. */
export function loadParts(): void {
  for (const load of loaders) load().catch(() => null)
}

/** Escape closes what is not there yet: a dialog that came later would be in the way. */
function useEscape(props: object | null): void {
  useLayoutEffect(() => {
    const close = props && 'onClose' in props ? props.onClose : null
    if (!isHandler(close)) return
    const press = (event: KeyboardEvent) => {
      if (event.key !== 'Escape') return
      event.preventDefault()
      event.stopPropagation()
      close()
    }
    document.addEventListener('keydown', press, true)
    return () => {
      document.removeEventListener('keydown', press, true)
    }
  }, [props])
}

function isHandler(value: unknown): value is () => void {
  return typeof value === 'function'
}

/** Without a network, or with the files of a newer version in place of those that the page knows. */
function NotLoaded() {
  return (
    <p class="notice danger" role="alert">
      This part of the page could not be loaded.
      <Button
        onClick={() => {
          window.location.reload()
        }}
      >
        Load the page again
      </Button>
    </p>
  )
}
