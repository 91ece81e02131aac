import { expect, test } from 'vitest'

import { tableOf } from '../results/tableOf'
import { fieldColumns } from '../rows/gridColumns'
import { EVENTS_V1, field } from '../testing/tables'
import { recordFinder } from './recordText'
import { textPattern } from './textPattern'

const ROWS = tableOf(
  ['time timestamp', 'service varchar', 'message varchar', 'data varchar'],
  [
    [1795172400000000n, 'billing', 'Invoice created', '{"user": {"name": "Ann"}, "note": null}'],
    [1795172401000000n, 'iam-admin', null, '{"user": {"name": "M\\u00fcller"}, "note": "x"}'],
  ],
)

function finder(order: Uint32Array | null = null) {
  const shown = [field('time'), field('service'), field('data', '$.user.name')]
  const columns = fieldColumns(ROWS, EVENTS_V1, shown)
  return recordFinder({ rows: ROWS, columns, order, zone: 'utc' })
}

test.each<[string, number, [string, number] | null]>([
  ['BILLING', 0, ['service', 1]],
  ['11:00:01', 1, ['time', 0]],
  ['müller', 1, ['$.user.name', 2]],
  ['invoice', 0, ['message', -1]],
  ['"note": "x"', 1, ['data', -1]],
  ['null', 1, null],
  ['billing', 1, null],
])('%j in row %i is in %j', (text, place, expected) => {
  const pattern = textPattern(text)
  const found = pattern && finder()(place, pattern)
  expect(found && [found.column.label, found.shown]).toEqual(expected)
})

test('places count in the order shown', () => {
  const pattern = textPattern('iam-admin')
  const find = finder(Uint32Array.of(1, 0))
  expect(pattern && [find(0, pattern)?.text, find(1, pattern)]).toEqual(['iam-admin', null])
})
