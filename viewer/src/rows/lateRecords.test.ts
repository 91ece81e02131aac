import { expect, test } from 'vitest'

import type { Table } from '../api/documents'
import { leftOutRecords } from './lateRecords'

const HOUR = 3_600_000
const TABLE: Table = {
  name: 'logs',
  description: '',
  columns: [
    {
      name: 'made',
      type: 'bigint',
      description: '',
      examples: [],
      time: { unit: 'ms', greatest_delay_minutes: null },
    },
  ],
  partition_columns: [],
  required_columns: [],
  roles: { time: 'made', arrival: 'stored', payloads: [], shown: [] },
  examples: [],
}

function asked(lateMinutes: number | null, to: number) {
  const question = {
    table: 'logs',
    from: 'now-1h',
    to: 'now',
    lateMinutes,
    filters: [],
    stackedBy: null,
    columns: null,
    sort: null,
  }
  return { question, from: 0, to }
}

test('names what may bring the records back', () => {
  const left = leftOutRecords(asked(360, 0), TABLE, 48 * HOUR)
  expect(left?.arrivedAfter).toBe(6 * HOUR)
  expect(left?.choices.map(({ minutes }) => minutes)).toEqual([1440, 4320, null])
})

test.each([
  ['however late', asked(null, 0), TABLE],
  ['a range that ends now', asked(60, 48 * HOUR), TABLE],
  [
    'a table without times of arrival',
    asked(60, 0),
    { ...TABLE, roles: { payloads: [], shown: [] } },
  ],
])('%s leaves none out', (_, question, table) => {
  expect(leftOutRecords(question, table, 48 * HOUR)).toBeNull()
})
