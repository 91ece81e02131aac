/** Firefox draws no element higher than 17.9 million pixels; other browsers allow more. */
export const HIGHEST = 15_000_000

export interface GridSize {
  readonly rows: number
  readonly rowHeight: number
  /** Height of the visible part, below the header. */
  readonly viewport: number
}

export interface RowWindow {
  /** Height of the element that scrolls. */
  readonly height: number
  /** The rows to draw: from `first` up to, but without, `end`. */
  readonly first: number
  readonly end: number
  /** Where the first of them starts in the element that scrolls. */
  readonly top: number
}

const SPARE_ROWS = 1

/** Tell which rows are visible. Past the highest element, each pixel of scrolling moves the rows by more than one. */
export function rowWindow(size: GridSize, scrollTop: number): RowWindow {
  const { rows, rowHeight, viewport } = size
  const offset = Math.max(0, scrollTop) * scrollRatio(size)
  const first = Math.max(0, Math.min(Math.floor(offset / rowHeight) - SPARE_ROWS, rows))
  const end = Math.min(rows, Math.ceil((offset + viewport) / rowHeight) + SPARE_ROWS)
  return {
    height: Math.min(rows * rowHeight, HIGHEST),
    first,
    end: Math.max(first, end),
    top: scrollTop + first * rowHeight - offset,
  }
}

/** Tell how far to scroll so that the row is visible, moving as little as possible. */
export function scrollTopShowing(size: GridSize, scrollTop: number, row: number): number {
  const ratio = scrollRatio(size)
  const offset = scrollTop * ratio
  const start = row * size.rowHeight
  if (start < offset) return Math.floor(start / ratio)
  const end = start + size.rowHeight - size.viewport
  return end > offset ? Math.ceil(end / ratio) : scrollTop
}

/** Tell how far to scroll so that the row is in the middle. */
export function scrollTopCentring(size: GridSize, row: number): number {
  const offset = row * size.rowHeight - (size.viewport - size.rowHeight) / 2
  return Math.max(0, Math.round(offset / scrollRatio(size)))
}

/** Whole rows of a page, at least one. */
export function rowsPerPage({ rowHeight, viewport }: GridSize): number {
  return Math.max(1, Math.floor(viewport / rowHeight) - 1)
}

/** How many pixels the rows move for each pixel of scrolling. */
function scrollRatio({ rows, rowHeight, viewport }: GridSize): number {
  const height = rows * rowHeight
  return height > HIGHEST ? (height - viewport) / (HIGHEST - viewport) : 1
}
