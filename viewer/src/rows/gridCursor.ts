/** A cell: rows count in the order shown, and the header is row -1. */
export interface GridCursor {
  readonly row: number
  readonly column: number
}

export interface GridShape {
  readonly rows: number
  readonly columns: number
  readonly page: number
}

export const HEADER = -1

/** Tell where a key moves the cursor to; null if it is none that moves. Home and End go to the first and last row. */
export function movedCursor(
  cursor: GridCursor,
  press: { readonly key: string; readonly ctrlKey: boolean },
  shape: GridShape,
): GridCursor | null {
  const { row, column } = cursor
  switch (press.key) {
    case 'ArrowUp':
      return clampCursor({ row: row - 1, column }, shape)
    case 'ArrowDown':
      return clampCursor({ row: row + 1, column }, shape)
    case 'ArrowLeft':
      return clampCursor({ row, column: column - 1 }, shape)
    case 'ArrowRight':
      return clampCursor({ row, column: column + 1 }, shape)
    case 'PageUp':
      return clampCursor({ row: Math.max(0, row - shape.page), column }, shape)
    case 'PageDown':
      return clampCursor({ row: row + shape.page, column }, shape)
    case 'Home':
      return clampCursor({ row: 0, column: press.ctrlKey ? 0 : column }, shape)
    case 'End':
      return clampCursor(
        { row: shape.rows - 1, column: press.ctrlKey ? shape.columns - 1 : column },
        shape,
      )
    default:
      return null
  }
}

export function clampCursor({ row, column }: GridCursor, shape: GridShape): GridCursor {
  return {
    row: Math.max(HEADER, Math.min(row, shape.rows - 1)),
    column: Math.max(0, Math.min(column, shape.columns - 1)),
  }
}
