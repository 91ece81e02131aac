const CHARACTER = 7.3
const PADDING = 18
/** Short values keep room for the buttons beside them. */
const ACTIONS = 52
const SHORT = 16
const NARROWEST = 56
const WIDEST = 420
const SORT_MARK = 18

/**
 * Choose the width of each column in pixels, by its label and by the texts of a few rows. The last one takes
 * what is left.
 */
export function columnWidths(
  columns: readonly { readonly label: string; readonly texts: readonly string[] }[],
  available: number,
): number[] {
  const widths = columns.map(({ label, texts }) => {
    const longest = Math.max(0, ...texts.map((text) => text.length))
    const needed = Math.max(
      longest * CHARACTER + PADDING + (longest < SHORT ? ACTIONS : 0),
      label.length * CHARACTER + PADDING + SORT_MARK,
    )
    return Math.round(Math.min(Math.max(needed, NARROWEST), WIDEST))
  })
  return fill(widths, available)
}

/** Widen the last column so that the columns fill the width. */
export function fill(widths: readonly number[], available: number): number[] {
  const left = available - widths.reduce((sum, width) => sum + width, 0)
  const last = widths.length - 1
  return widths.map((width, index) => (index === last && left > 0 ? width + left : width))
}

/** How many characters may be visible in a column: more would only cost time to lay out. */
export function visibleCharacters(width: number): number {
  return Math.ceil(width / 6) + 2
}
