import type { Table, TimeUnit } from '../api/documents'
import { dateText, momentText } from '../time/momentText'
import type { Range } from '../time/ranges'
import { DAY, SECOND, modulo } from '../time/zones'
import { type Sql, baseType, identifier, parameter, sql, words } from './sqlText'

export interface TimeColumn {
  readonly name: string
  readonly type: string
  readonly unit: TimeUnit
  /** An upper bound on the column alone prunes partitions. */
  readonly prunesAbove: boolean
}

const INTEGER_TYPES = ['tinyint', 'smallint', 'integer', 'int', 'bigint']
const UNITS_PER_SECOND = { s: 1n, ms: 1_000n, us: 1_000_000n, ns: 1_000_000_000n }

/** The column with the role `time`; without it, a table has no place in the builder. */
export function timeColumn(table: Table): TimeColumn | null {
  return columnOf(table, table.roles.time)
}

export function requireTime(table: Table): TimeColumn {
  const column = timeColumn(table)
  if (!column) throw new Error(`The table ${table.name} has no column that tells the time.`)
  return column
}

/** The column whose upper bound prunes partitions; null if `timeColumn` does so itself, or none does. */
export function arrivalColumn(table: Table): TimeColumn | null {
  return timeColumn(table)?.prunesAbove ? null : columnOf(table, table.roles.arrival)
}

function columnOf(table: Table, name: string | undefined): TimeColumn | null {
  const column = table.columns.find((candidate) => candidate.name === name)
  if (!column?.time) return null
  const { unit, greatest_delay_minutes: delay } = column.time
  return { name: column.name, type: baseType(column.type), unit, prunesAbove: delay !== null }
}

/** How exact the column is, in milliseconds: bounds and edges of slices lie on multiples of it. */
export function resolution(unit: TimeUnit): number {
  if (unit === 'day') return DAY
  return unit === 's' || unit === 'iso8601' ? SECOND : 1
}

/** The range that the column can tell, which takes in all of `range`. */
export function alignedRange({ from, to }: Range, unit: TimeUnit): Range {
  const step = resolution(unit)
  return { from: from - modulo(from, step), to: to + modulo(-to, step) }
}

/** A moment on a multiple of the column's resolution, as a parameter to compare the column with. */
export function momentParameter(instant: number, { unit, type }: TimeColumn): Sql {
  switch (unit) {
    case 'day':
      return parameter(type === 'date' ? type : 'varchar', dateText(instant, 'utc'))
    case 'iso8601':
      // Without Z and fraction: text compares by its characters, and any of them may follow.
      return parameter('varchar', momentText(instant, 'utc').slice(0, 19).replace(' ', 'T'))
    case 'timestamp': {
      const zoned = type.endsWith('with time zone')
      const text = momentText(instant, 'utc')
      return parameter(
        zoned ? 'timestamp with time zone' : 'timestamp',
        zoned ? `${text} UTC` : text,
      )
    }
    default:
      return parameter(type, String((BigInt(instant) * UNITS_PER_SECOND[unit]) / 1_000n))
  }
}

/** The start of the bin that a record is in, in milliseconds since 1970. */
export function binStart(column: TimeColumn, width: number, from: number): Sql {
  if (column.unit === 'day') return dayStart(column)
  if (isEpoch(column.unit)) return integerBin(column, column.unit, width, from)
  const name = identifier(column.name)
  const seconds = column.unit === 'iso8601' ? sql`TRY(from_iso8601_timestamp(${name}))` : name
  const bin = sql`CAST(floor(to_unixtime(${seconds}) / ${words(width / SECOND)}) AS bigint)`
  return sql`${bin} * ${words(width)}`
}

function dayStart({ name }: TimeColumn): Sql {
  return sql`date_diff('day', DATE '1970-01-01', CAST(${identifier(name)} AS date)) * ${words(DAY)}`
}

/** Integer division needs no time zone, but rounds towards 0, so before 1970 it counts from the start. */
function integerBin(
  { name, type }: TimeColumn,
  unit: keyof typeof UNITS_PER_SECOND,
  width: number,
  from: number,
): Sql {
  const column = identifier(name)
  const isInteger = INTEGER_TYPES.includes(type)
  const value = isInteger ? column : sql`CAST(floor(${column}) AS bigint)`
  const units = (milliseconds: number) =>
    words(String((BigInt(milliseconds) * UNITS_PER_SECOND[unit]) / 1_000n))
  if (from >= 0) return sql`${value} / ${units(width)} * ${words(width)}`
  const start = from - modulo(from, width)
  return sql`(${value} - ${units(start)}) / ${units(width)} * ${words(width)} + ${words(start)}`
}

function isEpoch(unit: TimeUnit): unit is keyof typeof UNITS_PER_SECOND {
  return unit in UNITS_PER_SECOND
}
