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
}

/** The one cell of the grid that is in the tab order, and what the keys do with it. */
export function useCursor(options: CursorOptions): Cursor {
  const { scroller, size, state, scrollTo, columns } = options
  const [wanted, setWanted] = useState<GridCursor>({ row: options.marked ?? 0, column: 0 })
  const focusNext = useRef(false)
  const shape = { rows: size.rows, columns, page: rowsPerPage(size) }
  const at = clampCursor(wanted, shape)

  const show = ({ row }: GridCursor) => {
    if (row === HEADER) return
    const scrollTop = scrollTopShowing(size, state.scrollTop, row)
    if (scrollTop !== state.scrollTop) scrollTo(scrollTop)
  }
  const moveTo = (cursor: GridCursor) => {
    const next = clampCursor(cursor, shape)
    focusNext.current = true
    setWanted({ ...next })
    show(next)
  }
  useLayoutEffect(() => {
    if (!focusNext.current) return
    focusNext.current = false
    focusCell(scroller.current)
  }, [wanted, scroller])
  const isMeasured = size.viewport > 0
  useLayoutEffect(() => {
    const { marked } = options
    if (!isMeasured || marked === null) return
    scrollTo(scrollTopCentring(size, marked))
    if (document.activeElement instanceof HTMLInputElement) return
    focusNext.current = true
    setWanted({ row: marked, column: 0 })
    // eslint-disable-next-line react-hooks/exhaustive-deps -- only as the grid appears
  }, [isMeasured])

  return {
    at,
    put: (cursor) => {
      if (cursor.row !== at.row || cursor.column !== at.column) setWanted(cursor)
    },
    moveTo,
    onKeyDown: (event) => {
      const next = event.altKey || event.metaKey ? null : movedCursor(at, event, shape)
      if (!next) return
      event.preventDefault()
      moveTo(next)
    },
  }
}

/** Of a long cell, as much as tells which it is: all of it would push the columns before it out of view. */
const SHOWN_WIDTH = 160

/** Gives the focus to the cell in the tab order, and shows it, sideways too. */
function focusCell(scroller: HTMLElement | null): void {
  const cell = scroller?.querySelector<HTMLElement>('[role="row"] > [tabindex="0"]')
  if (!scroller || !cell) return
  cell.focus({ preventScroll: true })
  const { offsetLeft: left, offsetWidth: width } = cell
  if (left < scroller.scrollLeft) scroller.scrollLeft = left
  const hidden = left + Math.min(width, SHOWN_WIDTH) - scroller.clientWidth
  if (hidden > scroller.scrollLeft) scroller.scrollLeft = hidden
}
