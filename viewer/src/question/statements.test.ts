import { describe, expect, it } from 'vitest'

import type { Table } from '../api/documents'
import type { Statement } from '../api/queryRun'
import { filter, question } from '../testing/questions'
import { EVENTS_V0, EVENTS_V1, column, field, table } from '../testing/tables'
import { DAY, HOUR, MINUTE } from '../time/zones'
import type { Filter, FilterOperator, Question } from './question'
import {
  groupOf,
  histogramStatement,
  neighboursStatement,
  olderStatement,
  rowsStatement,
} from './statements'
import { valuesStatement } from './valuesStatement'

const TO = Date.parse('2026-11-20T12:00:00Z')
const DAY_LONG = { from: TO - DAY, to: TO }
const NEWEST_HOUR = { from: TO - HOUR, to: TO }

function scope(described: Table, change: Partial<Question> = {}, range = DAY_LONG) {
  return { question: question({ table: described.name, ...change }), table: described, range }
}

const FILTERS: Filter[] = [
  ...(
    ['eq', 'ne', 'contains', 'excludes', 'lt', 'le', 'gt', 'ge', 'exists', 'missing'] as const
  ).flatMap((operator: FilterOperator) => [
    filter(field('data', '$.level'), operator, "it's"),
    filter(field('data', '$.http.status'), operator, '404'),
    filter(field('tags'), operator, '100% "sure"'),
  ]),
  filter(field('data', '$["user\'s name"]'), 'eq', 'Grüße 👋'),
  filter(field('servicename'), 'eq', 'off', false),
]
const OF_V0: Filter[] = [
  filter(field('customerid'), 'eq', '11003'),
  filter(field('customerid'), 'contains', '003'),
  filter(field('createdtimestamp'), 'ge', '1795086000123'),
]
const OF_V1: Filter[] = [
  filter(field('time'), 'ge', '2026-11-20 10:00:00.123456'),
  filter(field('time'), 'contains', '10:00'),
]

/** The statements over the packaged catalog, which both engines run in tests/api. */
const STATEMENTS: Record<string, Record<string, Statement>> = {
  v0: statementsOver(EVENTS_V0, OF_V0, 1795176000000n, field('servicename')),
  v1: statementsOver(EVENTS_V1, OF_V1, 1795176000000000n, field('service')),
}

function statementsOver(described: Table, own: Filter[], last: bigint, service: Filter['field']) {
  const all = scope(described)
  const level = described.roles.level ?? null
  const filters = Object.fromEntries(
    [
      ...FILTERS.filter(({ field }) => described.columns.some(({ name }) => name === field.column)),
      ...own,
    ].map((one) => [
      `${one.field.column}${one.field.path ?? ''} ${one.operator} ${one.value}`,
      rowsStatement(scope(described, { filters: [one] }), NEWEST_HOUR, 10),
    ]),
  )
  return {
    'rows, newest part': rowsStatement(all, NEWEST_HOUR, 500),
    'rows, all': rowsStatement(all, DAY_LONG, 500),
    'rows, however late': rowsStatement(scope(described, { lateMinutes: null }), DAY_LONG, 500),
    older: olderStatement(all, last, DAY_LONG.from, 501),
    'neighbours before': neighboursStatement(
      all,
      'before',
      last,
      { from: TO - MINUTE, to: TO },
      51,
    ),
    'neighbours after': neighboursStatement(all, 'after', last, { from: TO, to: TO + MINUTE }, 50),
    histogram: histogramStatement(all, MINUTE),
    'histogram before 1970': histogramStatement(scope(described, {}, { from: -DAY, to: TO }), HOUR),
    'histogram by level': histogramStatement(scope(described, { stackedBy: level }), MINUTE),
    'histogram by service': histogramStatement(
      scope(described, { stackedBy: service, filters: [...own] }),
      MINUTE,
    ),
    'histogram by payload': histogramStatement(
      scope(described, { stackedBy: field('data', '$.user.id') }),
      MINUTE,
    ),
    'values of a column': valuesStatement(scope(described, { filters: [...own] }), service),
    'values of a path': valuesStatement(all, field('data', '$.user.id')),
    ...filters,
  }
}

describe('statements over the packaged catalog', () => {
  it('are those in the file, which tests/api runs', async () => {
    const text = JSON.stringify(STATEMENTS, null, 1) + '\n'
    await expect(text).toMatchFileSnapshot('statements.golden.json')
  })
})

describe('statements over other catalogs', () => {
  const odd = table(
    'Odd "table"',
    [
      column('When', 'bigint', 's'),
      column('order', 'varchar', 'iso8601', 0),
      column('x', 'decimal(10,2)'),
    ],
    { time: 'When', arrival: 'order' },
  )

  it('quote names and use the unit of each column', () => {
    const asked = { filters: [filter(field('x'), 'lt', '5'), filter(field('x'), 'contains', '5')] }
    expect(rowsStatement(scope(odd, asked, NEWEST_HOUR), NEWEST_HOUR, 500)).toEqual({
      query:
        'SELECT * FROM "Odd ""table""" WHERE "When" >= ? AND "When" < ? AND "order" < ? AND x < ? ' +
        'AND strpos(CAST(x AS varchar), ?) > 0 ORDER BY "When" DESC, "order" DESC LIMIT 500',
      parameters: [
        { type: 'bigint', value: '1795172400' },
        { type: 'bigint', value: '1795176000' },
        '2026-11-20T13:00:00',
        { type: 'decimal', value: '5' },
        '5',
      ],
    })
  })

  it.each([
    ['bigint', 's', 'c / 60 * 60000', { type: 'bigint', value: '1795089600' }],
    ['bigint', 'ms', 'c / 60000 * 60000', { type: 'bigint', value: '1795089600000' }],
    [
      'double',
      'ms',
      'CAST(floor(c) AS bigint) / 60000 * 60000',
      { type: 'double', value: '1795089600000' },
    ],
    ['bigint', 'us', 'c / 60000000 * 60000', { type: 'bigint', value: '1795089600000000' }],
    ['bigint', 'ns', 'c / 60000000000 * 60000', { type: 'bigint', value: '1795089600000000000' }],
    [
      'timestamp(6)',
      'timestamp',
      'CAST(floor(to_unixtime(c) / 60) AS bigint) * 60000',
      { type: 'timestamp', value: '2026-11-19 12:00:00.000' },
    ],
    [
      'timestamp(3) with time zone',
      'timestamp',
      'CAST(floor(to_unixtime(c) / 60) AS bigint) * 60000',
      { type: 'timestamp with time zone', value: '2026-11-19 12:00:00.000 UTC' },
    ],
    [
      'varchar',
      'iso8601',
      'CAST(floor(to_unixtime(TRY(from_iso8601_timestamp(c))) / 60) AS bigint) * 60000',
      '2026-11-19T12:00:00',
    ],
    [
      'varchar',
      'day',
      "date_diff('day', DATE '1970-01-01', CAST(c AS date)) * 86400000",
      '2026-11-19',
    ],
    [
      'date',
      'day',
      "date_diff('day', DATE '1970-01-01', CAST(c AS date)) * 86400000",
      { type: 'date', value: '2026-11-19' },
    ],
  ] as const)('bin a %s in %s', (type, unit, bin, bound) => {
    const described = table('t', [column('c', type, unit)], { time: 'c' })
    const { query, parameters } = histogramStatement(scope(described), MINUTE)
    expect(query).toBe(`SELECT ${bin} AS t, count(*) AS n FROM t WHERE c >= ? AND c < ? GROUP BY 1`)
    expect(parameters[0]).toEqual(bound)
  })

  it.each([
    ['json', 'eq', 'json_format(c) = ?', 'x'],
    ['array(varchar)', 'contains', 'strpos(json_format(CAST(c AS json)), ?) > 0', 'x'],
    ['row(a bigint)', 'ne', 'json_format(CAST(c AS json)) IS DISTINCT FROM ?', 'x'],
    ['varbinary', 'eq', 'to_base64(c) = ?', 'x'],
    ['varchar(10)', 'eq', 'c = ?', 'x'],
    ['boolean', 'eq', 'c = ?', { type: 'boolean', value: 'x' }],
    ['real', 'gt', 'c > ?', { type: 'real', value: 'x' }],
    ['decimal(10,2)', 'le', 'c <= ?', { type: 'decimal', value: 'x' }],
    ['timestamp(3)', 'eq', 'c = ?', { type: 'timestamp', value: 'x' }],
  ] as const)('filter a %s by %s', (type, operator, condition, value) => {
    const described = table('t', [column('m', 'bigint', 'ms', 0), column('c', type)], { time: 'm' })
    const { query, parameters } = rowsStatement(
      scope(described, { filters: [filter(field('c'), operator, 'x')] }),
      DAY_LONG,
      1,
    )
    expect(query).toBe(
      `SELECT * FROM t WHERE m >= ? AND m < ? AND ${condition} ORDER BY m DESC LIMIT 1`,
    )
    expect(parameters.at(-1)).toEqual(value)
  })

  it('bound no arrival that the table does not tell, or that the time tells', () => {
    const sure = table('t', [column('m', 'bigint', 'ms', 5), column('a', 'bigint', 'ms', 0)], {
      time: 'm',
      arrival: 'a',
    })
    const unsure = table('t', [column('m', 'bigint', 'ms')], { time: 'm' })
    for (const described of [sure, unsure]) {
      expect(rowsStatement(scope(described), DAY_LONG, 1).parameters).toHaveLength(2)
    }
  })
})

describe('groupOf', () => {
  it.each([
    [[1000n, 5n], { start: 1000, key: '', count: 5 }],
    [[1000n, 0, 'INFO', 5n], { start: 1000, key: 'INFO', count: 5 }],
    [[1000n, 1, null, 5n], { start: 1000, key: '\0other', count: 5 }],
    [[1000n, 2, null, 5n], { start: 1000, key: '\0missing', count: 5 }],
    [[null, 5n], null],
  ])('reads %s', (row, group) => {
    expect(groupOf(row)).toEqual(group)
  })
})
