import type { Table } from '../api/documents'
import type { Statement } from '../api/queryRun'
import type { Value } from '../results/resultTable'
import { valueText } from '../results/valueText'
import { type Group, MISSING_KEY, OTHER_KEY } from '../time/bins'
import type { Range } from '../time/ranges'
import { MINUTE } from '../time/zones'
import { allOf, fieldValue, filterConditions } from './predicates'
import { type Question, sameField } from './question'
import { type Sql, identifier, joined, parameter, sql, words } from './sqlText'
import {
  type TimeColumn,
  alignedRange,
  arrivalColumn,
  binStart,
  momentParameter,
  requireTime,
} from './timeColumns'

const COMMONEST = 5
const KIND_OF_KEY = { value: 0, other: 1, missing: 2 }

/** What a question asks of a table, with the times of one run. */
export interface Scope {
  readonly question: Question
  readonly table: Table
  /** The whole range: it limits arrival, in parts of the range too, so that all parts count the same records. */
  readonly range: Range
}

/** The newest rows of a part of the range; all of them without a limit. */
export function rowsStatement(scope: Scope, part: Range, limit: number | null): Statement {
  const time = requireTime(scope.table)
  const conditions = [...createdWithin(time, part), ...conditionsOf(scope)]
  return newestRows(scope.table, time, conditions, limit)
}

/** The newest rows not newer than `last`, a value of the time column; rows of that moment come again. */
export function olderStatement(scope: Scope, last: Value, from: number, limit: number): Statement {
  const time = requireTime(scope.table)
  const upTo = sql`${identifier(time.name)} <= ${valueParameter(time, last)}`
  const conditions = [createdFrom(time, from), upTo, ...conditionsOf(scope)]
  return newestRows(scope.table, time, conditions, limit)
}

/** Rows before (with those of the same moment) or after a value of the time column, the nearest first. */
export function neighboursStatement(
  scope: Scope,
  side: 'before' | 'after',
  anchor: Value,
  window: Range,
  limit: number,
): Statement {
  const time = requireTime(scope.table)
  const name = identifier(time.name)
  const value = valueParameter(time, anchor)
  const [first, from, to] = [
    conditionsOf(scope),
    createdFrom(time, window.from),
    createdBefore(time, window.to),
  ]
  return side === 'before'
    ? newestRows(scope.table, time, [from, sql`${name} <= ${value}`, ...first], limit)
    : rows(
        scope.table,
        [sql`${name} > ${value}`, to, ...first],
        order(scope.table, time, 'ASC'),
        limit,
      )
}

/** Records by bin, and by the five commonest values of the field that the question stacks by. */
export function histogramStatement(scope: Scope, width: number): Statement {
  const { question, table, range } = scope
  const time = requireTime(table)
  const conditions = allOf([...createdWithin(time, range), ...conditionsOf(scope)])
  const source = sql`FROM ${identifier(table.name)} WHERE ${conditions}`
  const bin = binStart(time, width, range.from)
  if (!question.stackedBy)
    return toStatement(sql`SELECT ${bin} AS t, count(*) AS n ${source} GROUP BY 1`)
  const value = stackValue(question, table)
  const counts = sql`SELECT ${bin} AS t, ${value} AS k, count(*) AS n ${source} GROUP BY 1, 2`
  return toStatement(commonestKeys(counts))
}

/** Reads a row of the histogram's result. */
export function groupOf(values: readonly Value[]): Group | null {
  const [start, second, key, fourth] = values
  const isStacked = values.length > 2
  const count = isStacked ? fourth : second
  if (start === null || start === undefined) return null
  return {
    start: Number(start),
    key: isStacked ? keyOf(Number(second), key ?? null) : '',
    count: Number(count),
  }
}

function keyOf(kind: number, key: Value): string {
  if (kind === KIND_OF_KEY.missing) return MISSING_KEY
  return kind === KIND_OF_KEY.other ? OTHER_KEY : String(key)
}

/** Ranks the values by their records in the whole range: one scan, and no value can flood the result. */
function commonestKeys(counts: Sql): Sql {
  const { value, other, missing } = KIND_OF_KEY
  const most = words(COMMONEST)
  const kind = sql`CASE WHEN k IS NULL THEN ${words(missing)} WHEN place <= ${most} THEN ${words(value)} ELSE ${words(other)} END`
  return sql`WITH counts AS (${counts}), totals AS (SELECT t, k, n, sum(n) OVER (PARTITION BY k) AS total FROM counts), places AS (SELECT t, k, n, dense_rank() OVER (ORDER BY k IS NULL, total DESC, k) AS place FROM totals) SELECT t, ${kind} AS kind, CASE WHEN place <= ${most} THEN k END AS k, sum(n) AS n FROM places GROUP BY 1, 2, 3`
}

/** Levels are written in capital and small letters, sometimes by one service. */
function stackValue({ stackedBy }: Question, table: Table): Sql {
  if (!stackedBy) return words('NULL')
  const value = fieldValue(stackedBy)
  const text = stackedBy.path === null ? sql`CAST(${value} AS varchar)` : value
  return sameField(stackedBy, table.roles.level ?? null) ? sql`upper(${text})` : text
}

export function createdWithin(time: TimeColumn, { from, to }: Range): Sql[] {
  return [createdFrom(time, from), createdBefore(time, to)]
}

function createdFrom(time: TimeColumn, from: number): Sql {
  return sql`${identifier(time.name)} >= ${momentParameter(from, time)}`
}

function createdBefore(time: TimeColumn, to: number): Sql {
  return sql`${identifier(time.name)} < ${momentParameter(to, time)}`
}

/** The bound on arrival, then the filters. */
export function conditionsOf({ question, table, range }: Scope): Sql[] {
  const filters = filterConditions(question.filters, table)
  const arrival = arrivalColumn(table)
  if (!arrival || question.lateMinutes === null) return filters
  const until = { from: range.from, to: range.to + question.lateMinutes * MINUTE }
  const bound = momentParameter(alignedRange(until, arrival.unit).to, arrival)
  return [sql`${identifier(arrival.name)} < ${bound}`, ...filters]
}

function valueParameter(time: TimeColumn, value: Value): Sql {
  const type = /^(var)?char/.test(time.type) ? 'varchar' : time.type
  return parameter(type, valueText(value, time.type))
}

function newestRows(
  table: Table,
  time: TimeColumn,
  conditions: readonly Sql[],
  limit: number | null,
) {
  return rows(table, conditions, order(table, time, 'DESC'), limit)
}

function rows(
  table: Table,
  conditions: readonly Sql[],
  ordering: Sql,
  limit: number | null,
): Statement {
  const most = limit === null ? sql`` : sql` LIMIT ${words(limit)}`
  return toStatement(
    sql`SELECT * FROM ${identifier(table.name)} WHERE ${allOf(conditions)} ORDER BY ${ordering}${most}`,
  )
}

/** By time; then by arrival, so that records of one moment stay in one order as far as they can. */
function order(table: Table, time: TimeColumn, direction: 'ASC' | 'DESC'): Sql {
  const { arrival } = table.roles
  const names = arrival === undefined || arrival === time.name ? [time.name] : [time.name, arrival]
  return joined(
    names.map((name) => sql`${identifier(name)} ${words(direction)}`),
    ', ',
  )
}

function toStatement({ text, parameters }: Sql): Statement {
  return { query: text, parameters }
}
