import { expect, test } from 'vitest'

import type { Value } from '../results/resultTable'
import { STEP_ROWS, sortRows } from './sortRows'

function sorted(values: readonly Value[], descending = false): number[] {
  const steps = sortRows(values.length, (row) => values[row] ?? null, descending)
  for (;;) {
    const step = steps.next()
    if (step.done) return [...step.value]
  }
}

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
  [
    'bigint past 2^53 and NULL',
    [2n ** 53n + 1n, null, 2n ** 53n],
    [2n ** 53n, 2n ** 53n + 1n, null],
  ],
])('%s', (_, values, expected) => {
  expect(sorted(values).map((row) => values[row] ?? null)).toEqual(expected)
})

test('keeps NULL last and equal rows in order when descending', () => {
  const values = ['a', null, 'b', 'a']
  expect(sorted(values, true)).toEqual([2, 0, 3, 1])
})

test.each(
  [1, 2, 3, 5].flatMap((runs) => [runs * STEP_ROWS - 1, runs * STEP_ROWS, runs * STEP_ROWS + 1]),
)('merges %i rows, equal ones in order', (length) => {
  const values = Array.from({ length }, (_, row) => (row * 31) % 7 || null)
  const expected = values.map((_, row) => row)
  expected.sort((a, b) => (values[a] ?? 99) - (values[b] ?? 99))
  expect(sorted(values)).toEqual(expected)
})
