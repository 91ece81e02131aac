import { expect, test } from 'vitest'

import type { Value } from '../results/resultTable'
import { sortRows } from './sortRows'

test.each<[string, Value[], Value[]]>([
  ['bigint', [2n ** 53n + 1n, 1n, 2n ** 53n], [1n, 2n ** 53n, 2n ** 53n + 1n]],
  ['numbers and NaN', [3, NaN, -1.5], [-1.5, 3, NaN]],
  ['text', ['b', 'a', '', 'B'], ['', 'B', 'a', 'b']],
  ['numbers as text', ['10', '9', '1.5e1', '-3'], ['-3', '9', '10', '1.5e1']],
  ['text and numbers', ['10', '9', 'x'], ['10', '9', 'x']],
  ['NULL last', [null, 'b', null, 'a'], ['a', 'b', null, null]],
  ['booleans', [true, false], [false, true]],
  ['bytes', [Uint8Array.of(2), Uint8Array.of(1, 9)], [Uint8Array.of(1, 9), Uint8Array.of(2)]],
  ['nothing', [], []],
])('%s', (_, values, sorted) => {
  const order = sortRows(values.length, (row) => values[row] ?? null, false)
  expect(Array.from(order, (row) => values[row] ?? null)).toEqual(sorted)
})

test('keeps NULL last and equal rows in order when descending', () => {
  const values = ['a', null, 'b', 'a']
  expect(Array.from(sortRows(4, (row) => values[row] ?? null, true))).toEqual([2, 0, 3, 1])
})
