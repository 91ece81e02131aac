import { expect, test } from 'vitest'

import { rowsSummary } from './rowsSummary'

test.each<[number, number | null, boolean, boolean, string]>([
  [500, 12_840, false, false, '500 newest of 12,840'],
  [500, null, false, false, '500 newest'],
  [500, 12_840, false, true, '500 newest of 12,840, sorted'],
  [12_840, 12_840, true, false, '12,840 records'],
  [1, null, true, false, '1 record'],
  [0, 12_840, false, false, 'No records yet'],
  [0, 0, true, false, '0 records'],
])('%i of %s, complete: %s, sorted: %s', (loaded, total, complete, sorted, text) => {
  expect(rowsSummary(loaded, total, complete, sorted)).toBe(text)
})
