import { expect, test } from 'vitest'

import { stepInOrder } from './stepInOrder'

test.each([
  [null, 1, 1, 2],
  [null, 0, -1, null],
  [null, 2, 1, null],
  [[2, 0, 1], 2, 1, 0],
  [[2, 0, 1], 0, -1, 2],
  [[2, 0, 1], 1, 1, null],
])('in the order %j, row %i and %i', (order, row, by, next) => {
  expect(stepInOrder(order && Uint32Array.from(order), 3, row, by)).toBe(next)
})
