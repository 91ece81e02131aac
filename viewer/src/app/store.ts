import { useEffect, useState } from 'preact/hooks'

/** A value that components and controllers share. Listeners hear of each new value, not of equal ones. */
export interface Store<T> {
  get(): T
  set(next: T): void
  update(change: (old: T) => T): void
  /** Returns the function that ends the subscription. */
  subscribe(listener: () => void): () => void
}

export function createStore<T>(initial: T): Store<T> {
  let value = initial
  const listeners = new Set<() => void>()
  const set = (next: T) => {
    if (Object.is(next, value)) return
    value = next
    for (const listener of [...listeners]) listener()
  }
  return {
    get: () => value,
    set,
    update: (change) => {
      set(change(value))
    },
    subscribe: (listener) => {
      listeners.add(listener)
      return () => listeners.delete(listener)
    },
  }
}

/** Renders the component again when what it selects of the store changes, compared by identity. */
export function useStore<T, S>(
  store: Pick<Store<T>, 'get' | 'subscribe'>,
  select: (state: T) => S,
): S {
  const selected = select(store.get())
  const [, render] = useState({})
  useEffect(() => {
    const look = () => {
      if (!Object.is(select(store.get()), selected)) render({})
    }
    look()
    return store.subscribe(look)
  })
  return selected
}
