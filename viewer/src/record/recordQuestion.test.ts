import { expect, test } from 'vitest'

import type { Value } from '../results/resultTable'
import { tableOf } from '../results/tableOf'
import { filter, question } from '../testing/questions'
import { column, EVENTS_V0, EVENTS_V1, field, table } from '../testing/tables'
import { recordQuestion } from './recordQuestion'

const CREATED = Date.parse('2026-11-20T10:00:00.123Z')
const ASKED = question({ filters: [filter(field('service'), 'eq', 'billing')] })
const HOUR = 3_600_000

function asked(described: typeof EVENTS_V1, created: Value, arrived: Value) {
  const { time = '', arrival = '' } = described.roles
  const typeOf = (name: string) => described.columns.find((one) => one.name === name)?.type ?? ''
  const columns = [`${arrival} ${typeOf(arrival)}`, `${time} ${typeOf(time)}`]
  return recordQuestion(ASKED, described, { rows: tableOf(columns, [[arrived, created]]), row: 0 })
}

function microseconds(milliseconds: number): bigint {
  return BigInt(milliseconds) * 1000n + 456n
}

test.each<[string, number, number | null]>([
  ['at once', 0, 60],
  ['an hour late', HOUR, 60],
  ['two hours late', 2 * HOUR, 360],
  ['four days late', 96 * HOUR, null],
])('a record that arrived %s', (_, late, minutes) => {
  const narrowed = {
    ...ASKED,
    ...{ from: '2026-11-20T10:00:00.123Z', to: '2026-11-20T10:00:00.124Z', lateMinutes: minutes },
  }
  const v0 = asked(EVENTS_V0, BigInt(CREATED), BigInt(CREATED + late))
  const v1 = asked(EVENTS_V1, microseconds(CREATED), microseconds(CREATED + late))
  expect([v0, v1]).toEqual([narrowed, narrowed])
})

test('a table that tells only seconds, and nothing of arrival', () => {
  const described = table('t', [column('at', 'bigint', 's')], { time: 'at' })
  expect(asked(described, 1795168800n, null)).toEqual({
    ...ASKED,
    ...{ from: '2026-11-20T10:00:00.000Z', to: '2026-11-20T10:00:01.000Z', lateMinutes: null },
  })
})

test('a record without a time leaves the question as it is', () => {
  expect(asked(EVENTS_V1, null, null)).toBe(ASKED)
})
