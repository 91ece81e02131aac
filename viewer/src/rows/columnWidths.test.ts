import { expect, test } from 'vitest'

import { columnWidths, visibleCharacters } from './columnWidths'

const column = (label: string, ...texts: string[]) => ({ label, texts })

test('fits texts and labels, within bounds, and fills the width with the last', () => {
  const columns = [
    column('n', '1'),
    column('createdtimestamp', '2026-11-20 10:00:00.000'),
    column('message', 'x'.repeat(900)),
    column('last', 'short'),
  ]
  const widths = columnWidths(columns, 1_200)
  expect(widths.slice(0, 3)).toEqual([77, 186, 420])
  expect(widths.reduce((sum, width) => sum + width, 0)).toBe(1_200)
})

test('lets columns be wider than the grid', () => {
  const columns = [column('a', 'x'.repeat(99)), column('b', 'x'.repeat(99))]
  expect(columnWidths(columns, 300)).toEqual([420, 420])
})

test('takes no columns', () => {
  expect(columnWidths([], 300)).toEqual([])
})

test('cuts texts only where nobody sees it', () => {
  expect(visibleCharacters(420) * 6).toBeGreaterThan(420)
})
