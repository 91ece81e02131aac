import { expect, test } from 'vitest'

import { insertionPlace, movedTo } from './columnDrag'

const COLUMNS = [
  { left: 0, right: 100 },
  { left: 100, right: 140 },
  { left: 140, right: 300 },
]

test.each([
  [-20, 0],
  [49, 0],
  [51, 1],
  [119, 1],
  [121, 2],
  [219, 2],
  [221, 3],
  [900, 3],
])('a pointer at %i is before column %i', (x, place) => {
  expect(insertionPlace(COLUMNS, x)).toBe(place)
})

test.each([
  [1, 0, 0],
  [1, 1, null],
  [1, 2, null],
  [1, 3, 2],
  [0, 3, 2],
  [2, 0, 0],
])('column %i put before column %i becomes column %s', (from, place, to) => {
  expect(movedTo(from, place)).toBe(to)
})
