import { describe, expect, test } from 'vitest'

import { barsWithin, layerHeights, niceMaximum, rangeOf } from './geometry'

const BINS = [0, 10, 20, 30].map((start) => ({
  start,
  end: start + 10,
  total: 0,
  counts: new Map(),
}))

test('layers are as high as their counts, but none of them is invisible', () => {
  expect(layerHeights([1, 0, 1000], 0.1, 2)).toEqual([2, 0, 100])
})

test.each([
  [0, 4],
  [3, 4],
  [7, 8],
  [10, 10],
  [11, 15],
  [230, 300],
  [480, 500],
  [501, 600],
  [900, 1000],
])('an axis for %i ends at %i', (largest, end) => {
  expect(niceMaximum(largest)).toBe(end)
})

describe('barsWithin', () => {
  test.each([
    ['inside one bar', { from: 12, to: 14 }, [1, 1]],
    ['across bars', { from: 12, to: 24 }, [1, 2]],
    ['at their edges', { from: 10, to: 20 }, [1, 1]],
    ['beyond them', { from: -5, to: 99 }, [0, 3]],
    ['after them', { from: 50, to: 60 }, null],
    ['before them', { from: -9, to: -1 }, null],
  ])('%s', (_name, range, bars) => {
    expect(barsWithin(BINS, range)).toEqual(bars)
  })
})

test('bars cover the time from the first to the last', () => {
  expect(rangeOf(BINS, [1, 2])).toEqual({ from: 10, to: 30 })
  expect(rangeOf([], [0, 0])).toBeNull()
})
