import { expect, test } from 'vitest'

import { nextIndex } from './roving'

test.each([
  ['ArrowRight', 0, 3, 1],
  ['ArrowDown', 2, 3, 0],
  ['ArrowLeft', 0, 3, 2],
  ['ArrowUp', 1, 3, 0],
  ['Home', 2, 3, 0],
  ['End', 0, 3, 2],
  ['a', 0, 3, null],
  ['ArrowRight', 0, 0, null],
])('%s from %i of %i moves to %s', (key, index, count, next) => {
  expect(nextIndex(key, index, count)).toBe(next)
})
