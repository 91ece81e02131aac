import { describe, expect, it, test } from 'vitest'

import type { Table, TableColumn } from '../api/documents'
import { addTimeBounds } from './timeBound'

type Unit = NonNullable<TableColumn['time']>['unit']

const RANGE = { from: Date.UTC(2026, 10, 28, 10), to: Date.UTC(2026, 10, 29, 10) }

function column(name: string, unit: Unit, delay: number | null, type = 'bigint'): TableColumn {
  const time = { unit, greatest_delay_minutes: delay }
  return { name, type, description: '', examples: [], time }
}

function table(name: string, columns: TableColumn[], roles: Partial<Table['roles']>): Table {
  const rest = { description: '', partition_columns: [], required_columns: [], examples: [] }
  return { ...rest, name, columns, roles: { payloads: [], shown: [], ...roles } }
}

const EVENTS = table('events', [column('created', 'ms', null), column('arrived', 'ms', 0)], {
  time: 'created',
  arrival: 'arrived',
})

const CREATED = [
  'created >= 1795860000000 /* 2026-11-28T10:00Z */',
  'created < 1795946400000 /* 2026-11-29T10:00Z */',
]
const ARRIVED = 'arrived < 1795950000000 /* 2026-11-29T11:00Z */'

describe('bounds on time', () => {
  it('are on the time of the record, and on its arrival, which may be later', () => {
    expect(addTimeBounds('SELECT 1 FROM events', [EVENTS], RANGE)).toBe(
      `SELECT 1 FROM events\nWHERE ${[...CREATED, ARRIVED].join('\n  AND ')}`,
    )
  })

  it('are added to those that are there', () => {
    expect(addTimeBounds('SELECT 1 FROM events WHERE created > 5', [EVENTS], RANGE)).toBe(
      `SELECT 1 FROM events WHERE ${ARRIVED}\n  AND created > 5`,
    )
  })

  it('are qualified where there are several tables', () => {
    const sql = 'SELECT 1 FROM events a JOIN events "B x" ON a.id = "B x".id'
    const bounded = addTimeBounds(sql, [EVENTS], RANGE)
    expect(bounded).toContain(`WHERE a.${CREATED[0] ?? ''}`)
    expect(bounded).toContain(`AND "b x".${ARRIVED}`)
  })

  it('are in each SELECT that reads a table', () => {
    const sql = 'WITH e AS (SELECT * FROM events) SELECT * FROM e UNION SELECT 1 FROM events'
    expect(addTimeBounds(sql, [EVENTS], RANGE)?.match(/WHERE created/g)).toHaveLength(2)
  })

  test.each([
    ['that has them', 'SELECT 1 FROM events WHERE created > 5 AND arrived < 6'],
    ['of an outer join', 'SELECT 1 FROM events a LEFT JOIN events b ON a.id = b.id'],
    ['of no table', 'SELECT 1'],
    ['of another table', 'SELECT 1 FROM x'],
  ])('are not added to a SELECT %s', (_, sql) => {
    expect(addTimeBounds(sql, [EVENTS], RANGE)).toBeNull()
  })

  test.each<[Unit, string, string]>([
    ['s', 'bigint', '1795860000 /* 2026-11-28T10:00Z */'],
    ['us', 'bigint', '1795860000000000 /* 2026-11-28T10:00Z */'],
    ['ns', 'bigint', '1795860000000000000 /* 2026-11-28T10:00Z */'],
    ['timestamp', 'timestamp', "TIMESTAMP '2026-11-28 10:00:00.000'"],
    ['iso8601', 'varchar', "'2026-11-28T10:00:00'"],
    ['day', 'varchar', "'2026-11-28'"],
    ['day', 'date', "DATE '2026-11-28'"],
  ])('are written in %s of %s', (unit, type, from) => {
    const logs = table('logs', [column('at', unit, 5, type)], { time: 'at' })
    const bounded = addTimeBounds('SELECT 1 FROM logs', [logs], RANGE) ?? ''
    expect(bounded).toContain(`WHERE at >= ${from}\n`)
    expect(bounded).toContain('\n  AND at < ')
  })
})
