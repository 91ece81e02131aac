import type { RefObject } from 'preact'
import { useLayoutEffect, useRef, useState } from 'preact/hooks'

import { clampCursor, type GridCursor, HEADER, movedCursor } from './gridCursor'
import { type GridSize, rowsPerPage, scrollTopCentring, scrollTopShowing } from './rowWindow'
import type { ScrollState } from './useScroller'

export interface Cursor {
  readonly at: GridCursor
  /** Marks the cell that got the focus otherwise. */
  readonly put: (cursor: GridCursor) => void
  /** Goes there, scrolls to it and gives it the focus. */
  readonly moveTo: (cursor: GridCursor) => void
  readonly onKeyDown: (event: KeyboardEvent) => void
}

interface CursorOptions {
  readonly scroller: RefObject<HTMLElement | null>
  readonly size: GridSize
  readonly columns: number
  readonly state: ScrollState
  readonly scrollTo: (scrollTop: number) => void
  /** Where it starts. */
  readonly marked: number | null
  /** Where it goes without the focus. */
  readonly found: GridCursor | null
}

/** The one cell of the grid that is in the tab order, and what the keys do with it. */
export function useCursor(options: CursorOptions): Cursor {
  const { scroller, size, state, scrollTo, columns } = options
  const [wanted, setWanted] = useState<GridCursor>({ row: options.marked ?? 0, column: 0 })
  const next = useRef<'focus' | 'show' | null>(null)
  const shape = { rows: size.rows, columns, page: rowsPerPage(size) }
  const at = clampCursor(wanted, shape)

  const show = ({ row }: GridCursor, centred: boolean) => {
    if (row === HEADER) return
    const scrollTop = scrollTopShowing(size, state.scrollTop, row)
    if (scrollTop !== state.scrollTop) scrollTo(centred ? scrollTopCentring(size, row) : scrollTop)
  }
  const go = (cursor: GridCursor, how: 'focus' | 'show') => {
    const cell = clampCursor(cursor, shape)
    next.current = how
    setWanted({ ...cell })
    show(cell, how === 'show')
  }
  useLayoutEffect(() => {
    if (next.current) showCell(scroller.current, next.current === 'focus')
    next.current = null
  }, [wanted, scroller])
  const { found } = options
  useLayoutEffect(() => {
    if (found) go(found, 'show')
    // eslint-disable-next-line react-hooks/exhaustive-deps -- once for each that is found
  }, [found])
  const isMeasured = size.viewport > 0
  useLayoutEffect(() => {
    const { marked } = options
    if (!isMeasured || marked === null) return
    scrollTo(scrollTopCentring(size, marked))
    if (document.activeElement instanceof HTMLInputElement) return
    next.current = 'focus'
    setWanted({ row: marked, column: 0 })
    // eslint-disable-next-line react-hooks/exhaustive-deps -- only as the grid appears
  }, [isMeasured])

  return {
    at,
    put: (cursor) => {
      if (cursor.row !== at.row || cursor.column !== at.column) setWanted(cursor)
    },
    moveTo: (cursor) => {
      go(cursor, 'focus')
    },
    onKeyDown: (event) => {
      const moved = event.altKey || event.metaKey ? null : movedCursor(at, event, shape)
      if (!moved) return
      event.preventDefault()
      go(moved, 'focus')
    },
  }
}

/** Of a long cell, as much as tells which it is: all of it would push the columns before it out of view. */
const SHOWN_WIDTH = 160

/** Shows the cell in the tab order, sideways too, and may give it the focus. */
function showCell(scroller: HTMLElement | null, focus: boolean): void {
  const cell = scroller?.querySelector<HTMLElement>('[role="row"] > [tabindex="0"]')
  if (!scroller || !cell) return
  if (focus) cell.focus({ preventScroll: true })
  const { offsetLeft: left, offsetWidth: width } = cell
  if (left < scroller.scrollLeft) scroller.scrollLeft = left
  const hidden = left + Math.min(width, SHOWN_WIDTH) - scroller.clientWidth
  if (hidden > scroller.scrollLeft) scroller.scrollLeft = hidden
}
