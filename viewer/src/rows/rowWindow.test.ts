import { describe, expect, test } from 'vitest'

import { HIGHEST, rowWindow, rowsPerPage, scrollTopCentring, scrollTopShowing } from './rowWindow'

const SMALL = { rows: 1_000, rowHeight: 26, viewport: 520 }
const LARGE = { rows: 1_013_532, rowHeight: 26, viewport: 530 }

describe('rowWindow', () => {
  test('draws what is visible and one row on each side', () => {
    expect(rowWindow(SMALL, 2_600)).toEqual({ height: 26_000, first: 99, end: 121, top: 99 * 26 })
  })

  test.each([
    [0, 0, 21],
    [25_480, 979, 1_000],
  ])('stays inside at %i', (scrollTop, first, end) => {
    expect(rowWindow(SMALL, scrollTop)).toMatchObject({ first, end })
  })

  test.each([0, 1, 5])('draws all of %i rows', (rows) => {
    const height = rows * 26
    expect(rowWindow({ ...SMALL, rows }, 0)).toEqual({ height, first: 0, end: rows, top: 0 })
  })

  test('reaches the last of a million rows within the highest element', () => {
    const { height, first, end, top } = rowWindow(LARGE, HIGHEST - LARGE.viewport)
    expect(height).toBe(HIGHEST)
    expect(end).toBe(LARGE.rows)
    expect(top + (end - first) * LARGE.rowHeight).toBeCloseTo(HIGHEST)
  })

  test('leaves out no row on the way', () => {
    let [seen, leftOut] = [0, 0]
    for (let scrollTop = 0; scrollTop <= HIGHEST - LARGE.viewport; scrollTop += 250) {
      const { first, end } = rowWindow(LARGE, scrollTop)
      leftOut = Math.max(leftOut, first - seen)
      seen = Math.max(seen, end)
    }
    expect(leftOut).toBe(0)
  })

  test('survives a bounce above the top', () => {
    expect(rowWindow(SMALL, -30).first).toBe(0)
  })
})

describe('scrollTopShowing', () => {
  test.each([
    [0, 0],
    [50, 1_300],
    [100, 2_600],
    [119, 2_600],
    [120, 2_626],
    [999, 25_480],
  ])('row %i', (row, scrollTop) => {
    expect(scrollTopShowing(SMALL, 2_600, row)).toBe(scrollTop)
  })

  test.each([0, 1, 500_000, 1_013_530, 1_013_531])('shows row %i of a million whole', (row) => {
    for (const before of [0, 7_000_000, HIGHEST - LARGE.viewport]) {
      const after = scrollTopShowing(LARGE, before, row)
      const { first, top } = rowWindow(LARGE, after)
      const start = top + (row - first) * LARGE.rowHeight
      expect(start).toBeGreaterThanOrEqual(after - 0.001)
      expect(start + LARGE.rowHeight).toBeLessThanOrEqual(after + LARGE.viewport + 0.001)
    }
  })
})

test.each([
  [520, 19],
  [30, 1],
  [0, 1],
])('rowsPerPage in %i pixels', (viewport, rows) => {
  expect(rowsPerPage({ ...SMALL, viewport })).toBe(rows)
})

test.each([
  [0, 0],
  [5, 0],
  [100, 2_353],
])('scrollTopCentring row %i', (row, scrollTop) => {
  expect(scrollTopCentring(SMALL, row)).toBe(scrollTop)
})
