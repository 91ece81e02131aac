import type { Table, TableColumn, TimeUnit } from '../api/documents'
import type { FieldRef } from '../question/question'

export function column(
  name: string,
  type: string,
  unit?: TimeUnit,
  delay: number | null = null,
): TableColumn {
  const time = unit ? { time: { unit, greatest_delay_minutes: delay } } : {}
  return { name, type, description: '', examples: [], ...time }
}

export function table(name: string, columns: TableColumn[], roles: Partial<Table['roles']>): Table {
  return {
    ...{
      name,
      columns,
      description: '',
      partition_columns: [],
      required_columns: [],
      examples: [],
    },
    roles: { payloads: [], shown: [], ...roles },
  }
}

export function field(name: string, path: string | null = null): FieldRef {
  return { column: name, path }
}

/** The packaged catalog's events, as both versions of the API show them. */
export const EVENTS_V0 = table(
  'events',
  [
    column('customerid', 'bigint'),
    column('servicename', 'varchar'),
    column('service', 'varchar'),
    column('createdtimestamp', 'bigint', 'ms'),
    column('arrivaltimestamp', 'bigint', 'ms', 0),
    column('tags', 'varchar'),
    column('data', 'varchar'),
    column('dt', 'varchar', 'day', 0),
    column('hr', 'varchar'),
    column('min', 'varchar'),
  ],
  {
    time: 'createdtimestamp',
    arrival: 'arrivaltimestamp',
    service: field('servicename'),
    level: field('data', '$.level'),
    payloads: ['data'],
    shown: [field('createdtimestamp'), field('servicename'), field('data', '$.level')],
  },
)

export const EVENTS_V1 = table(
  'events',
  [
    column('time', 'timestamp', 'timestamp'),
    column('arrived', 'timestamp', 'timestamp', 0),
    column('tenant', 'bigint'),
    column('service', 'varchar'),
    column('level', 'varchar'),
    column('message', 'varchar'),
    column('tags', 'varchar'),
    column('data', 'varchar'),
  ],
  {
    time: 'time',
    arrival: 'arrived',
    service: field('service'),
    level: field('level'),
    payloads: ['data'],
    shown: [field('time'), field('service'), field('level'), field('message')],
  },
)
