/** Bounds on time for a SQL text that has none: what to add, and where. */

import type { Table } from '../api/documents'
import { identifier } from '../question/sqlText'
import {
  alignedRange,
  arrivalColumn,
  momentParameter,
  timeColumn,
  type TimeColumn,
} from '../question/timeColumns'
import type { Range } from '../time/ranges'
import { HOUR } from '../time/zones'
import { addCondition } from './insertion'
import { renderLiteral } from './literals'
import { readScopes, type Scope } from './scopes'
import { isName, isWord, nameOf, readSignificantTokens, type Token } from './tokens'

/** How much later than the end of the range a record may arrive, where no one knows the greatest delay. */
const LATE = HOUR

/** The text with bounds on the time of each table that lacks them; null if there is nothing to add. */
export function addTimeBounds(sql: string, tables: readonly Table[], range: Range): string | null {
  const tokens = readSignificantTokens(sql)
  // From the last to the first, so that the places of those before it stay.
  const bounded = readScopes(sql)
    .reverse()
    .reduce((text, scope) => addToScope(text, scope, tables, range, tokens), sql)
  return bounded === sql ? null : bounded
}

function addToScope(
  sql: string,
  scope: Scope,
  tables: readonly Table[],
  range: Range,
  tokens: readonly Token[],
): string {
  if (hasOuterJoin(scope, tokens)) return sql
  const named = namesInWhere(scope, tokens)
  const conditions = scope.tables.flatMap((reference) => {
    const table = tables.find(({ name }) => name.toLowerCase() === reference.table)
    const prefix = scope.tables.length > 1 ? `${identifier(reference.alias).text}.` : ''
    return table ? conditionsFor(table, prefix, range, named) : []
  })
  return conditions.length === 0 ? sql : addCondition(sql, scope, conditions.join('\n  AND '))
}

/** A condition in WHERE would drop the rows that an outer join adds. */
function hasOuterJoin(scope: Scope, tokens: readonly Token[]): boolean {
  const [from] = scope.clauses.filter(({ word }) => word === 'FROM')
  return tokens.some(
    (token) =>
      from !== undefined &&
      token.from >= from.from &&
      token.to <= from.to &&
      isWord(token, 'LEFT', 'RIGHT', 'FULL'),
  )
}

function namesInWhere(scope: Scope, tokens: readonly Token[]): ReadonlySet<string> {
  const where = scope.clauses.find(({ word }) => word === 'WHERE')
  const inside = tokens.filter(({ from, to }) => where && from >= where.from && to <= where.to)
  return new Set(inside.filter(isName).map(nameOf))
}

function conditionsFor(
  table: Table,
  prefix: string,
  range: Range,
  named: ReadonlySet<string>,
): string[] {
  const time = timeColumn(table)
  if (!time) return []
  const arrival = arrivalColumn(table)
  const lacks = (column: TimeColumn | null): column is TimeColumn =>
    column !== null && !named.has(column.name.toLowerCase())
  const { from, to } = alignedRange(range, time.unit)
  return [
    ...(lacks(time) ? [bound(prefix, time, '>=', from), bound(prefix, time, '<', to)] : []),
    ...(lacks(arrival) ? [bound(prefix, arrival, '<', range.to + LATE)] : []),
  ]
}

/** Of a moment that is written as a number, a comment says which it is. */
function bound(prefix: string, column: TimeColumn, comparison: string, moment: number): string {
  const [parameter = null] = momentParameter(moment, column).parameters
  const literal = renderLiteral(parameter)
  const note = /^\d+$/.test(literal) ? ` /* ${new Date(moment).toISOString().slice(0, 16)}Z */` : ''
  return `${prefix}${identifier(column.name).text} ${comparison} ${literal}${note}`
}
