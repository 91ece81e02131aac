/** Bars by number: `cursor` is read out, the bars from `anchor` to `cursor` are selected. */
export interface Selection {
  readonly cursor: number
  readonly anchor: number | null
}

export interface HistogramKey {
  readonly key: string
  readonly shiftKey: boolean
}

/** Where a key moves the selection among `count` bars; null if it is no key that moves. */
export function moveSelection(
  selection: Selection | null,
  { key, shiftKey }: HistogramKey,
  count: number,
): Selection | null {
  const cursor = movedCursor(selection, key, count)
  if (cursor === null) return null
  if (!shiftKey) return { cursor, anchor: null }
  return { cursor, anchor: selection ? (selection.anchor ?? selection.cursor) : cursor }
}

function movedCursor(selection: Selection | null, key: string, count: number): number | null {
  const last = count - 1
  if (last < 0) return null
  switch (key) {
    case 'ArrowRight':
      return selection ? Math.min(selection.cursor + 1, last) : 0
    case 'ArrowLeft':
      return selection ? Math.max(selection.cursor - 1, 0) : last
    case 'Home':
      return 0
    case 'End':
      return last
    default:
      return null
  }
}

/** The first and the last selected bar: those to the anchor, or the one that is read. */
export function selectedBars({ cursor, anchor }: Selection): readonly [number, number] {
  const other = anchor ?? cursor
  return [Math.min(cursor, other), Math.max(cursor, other)]
}
