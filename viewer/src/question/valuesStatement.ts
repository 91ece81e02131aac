import type { Statement } from '../api/queryRun'
import { allOf, fieldValue } from './predicates'
import type { FieldRef } from './question'
import { identifier, sql, words } from './sqlText'
import { conditionsOf, createdWithin, type Scope } from './statements'
import { requireTime } from './timeColumns'

const MOST_VALUES = 100

/** How many records of the whole range have each value of a field, the commonest first, for a person to read. */
export function valuesStatement(scope: Scope, field: FieldRef): Statement {
  const { table, range } = scope
  // The service takes names with a `$` for hidden columns.
  const name = field.path?.replace(/^\$\.?/, '')
  const value = name ? sql`${fieldValue(field)} AS ${identifier(name)}` : fieldValue(field)
  const conditions = [...createdWithin(requireTime(table), range), ...conditionsOf(scope)]
  const { text: query, parameters } = sql`SELECT ${value}, count(*) AS records,
  round(100.0 * count(*) / sum(count(*)) OVER (), 2) AS percent
FROM ${identifier(table.name)}
WHERE ${allOf(conditions)}
GROUP BY 1
ORDER BY 2 DESC
LIMIT ${words(MOST_VALUES)}`
  return { query, parameters }
}
