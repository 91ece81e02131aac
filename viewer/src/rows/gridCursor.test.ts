import { expect, test } from 'vitest'

import { movedCursor } from './gridCursor'

const SHAPE = { rows: 100, columns: 4, page: 20 }

test.each([
  ['ArrowDown', 5, 1, 6, 1],
  ['ArrowDown', 99, 1, 99, 1],
  ['ArrowUp', 5, 1, 4, 1],
  ['ArrowUp', 0, 1, -1, 1],
  ['ArrowUp', -1, 1, -1, 1],
  ['ArrowLeft', 5, 0, 5, 0],
  ['ArrowRight', 5, 1, 5, 2],
  ['ArrowRight', 5, 3, 5, 3],
  ['PageDown', 5, 1, 25, 1],
  ['PageDown', 95, 1, 99, 1],
  ['PageDown', -1, 1, 19, 1],
  ['PageUp', 25, 1, 5, 1],
  ['PageUp', 5, 1, 0, 1],
  ['Home', 50, 2, 0, 2],
  ['End', 50, 2, 99, 2],
])('%s from row %i, column %i', (key, row, column, toRow, toColumn) => {
  const moved = movedCursor({ row, column }, { key, ctrlKey: false }, SHAPE)
  expect(moved).toEqual({ row: toRow, column: toColumn })
})

test.each([
  ['Home', 0, 0],
  ['End', 99, 3],
])('Ctrl+%s goes to the corner', (key, row, column) => {
  expect(movedCursor({ row: 50, column: 2 }, { key, ctrlKey: true }, SHAPE)).toEqual({
    row,
    column,
  })
})

test('leaves other keys alone', () => {
  expect(movedCursor({ row: 0, column: 0 }, { key: 'j', ctrlKey: false }, SHAPE)).toBeNull()
})

test('stays in the header of an empty table', () => {
  const empty = { ...SHAPE, rows: 0 }
  expect(movedCursor({ row: -1, column: 0 }, { key: 'End', ctrlKey: false }, empty)?.row).toBe(-1)
})
