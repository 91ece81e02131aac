import type { RefObject } from 'preact'
import { useLayoutEffect, useState } from 'preact/hooks'

export interface ScrollState {
  readonly scrollTop: number
  /** Of the visible part, without scroll bars. */
  readonly width: number
  readonly height: number
}

/** Follow how far an element is scrolled, and how large it is. */
export function useScroller(element: RefObject<HTMLElement | null>): {
  state: ScrollState
  /** Scrolls, and renders with it at once. */
  scrollTo: (scrollTop: number) => void
} {
  const [state, setState] = useState<ScrollState>({ scrollTop: 0, width: 0, height: 0 })
  const read = () => {
    const scroller = element.current
    if (!scroller) return
    const { scrollTop, clientWidth: width, clientHeight: height } = scroller
    setState((old) => {
      const same = old.scrollTop === scrollTop && old.width === width && old.height === height
      return same ? old : { scrollTop, width, height }
    })
  }
  useLayoutEffect(() => {
    const scroller = element.current
    if (!scroller) return
    const observer = new ResizeObserver(read)
    observer.observe(scroller)
    scroller.addEventListener('scroll', read, { passive: true })
    read()
    return () => {
      observer.disconnect()
      scroller.removeEventListener('scroll', read)
    }
    // eslint-disable-next-line react-hooks/exhaustive-deps -- `read` uses nothing that changes.
  }, [element])
  return {
    state,
    scrollTo: (scrollTop) => {
      element.current?.scrollTo({ top: scrollTop, behavior: 'instant' })
      read()
    },
  }
}
