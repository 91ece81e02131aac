import { expect, test } from 'vitest'

import type { Value } from '../results/resultTable'
import { valueFilter } from './valueFilter'

const FIELD = { column: 'data', path: '$.level' }

test.each<[Value, string, boolean, string, string]>([
  ['ERROR', 'varchar', false, 'eq', 'ERROR'],
  ['ERROR', 'varchar', true, 'ne', 'ERROR'],
  ['', 'varchar', false, 'eq', ''],
  ['null', 'varchar', true, 'ne', 'null'],
  [null, 'varchar', false, 'missing', ''],
  [null, 'varchar', true, 'exists', ''],
  [9007199254740993n, 'bigint', false, 'eq', '9007199254740993'],
  [1_795_168_800_123_000n, 'timestamp', false, 'eq', '2026-11-20 10:00:00.123'],
])('%s of type %s, negated: %s', (value, type, negated, operator, text) => {
  expect(valueFilter(FIELD, value, type, negated)).toEqual({
    field: FIELD,
    operator,
    value: text,
    enabled: true,
  })
})
