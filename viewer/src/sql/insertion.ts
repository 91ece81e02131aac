/** Changes of a SQL text that keep everything else as it was written. */

import type { Scope } from './scopes'
import { isWord, readSignificantTokens, type Token } from './tokens'

/** Adds a condition to a SELECT: to its WHERE, or as a WHERE behind its FROM. */
export function addCondition(sql: string, scope: Scope, condition: string): string {
  const where = scope.clauses.find(({ word }) => word === 'WHERE')
  const clause = where ?? scope.clauses.find(({ word }) => word === 'FROM')
  if (!clause) return sql
  const tokens = readSignificantTokens(sql).filter(
    ({ from, to }) => from >= clause.from && to <= clause.to,
  )
  const end = tokens.at(-1)?.to ?? clause.to
  if (!where) return `${sql.slice(0, end)}\nWHERE ${condition}${onNextLine(sql.slice(end))}`
  return addToWhere(sql, tokens, condition, end)
}

function addToWhere(sql: string, tokens: readonly Token[], condition: string, end: number): string {
  const start = tokens[0]?.to ?? end
  const present = sql.slice(start, end).trimStart()
  const depth = tokens[0]?.depth ?? 0
  const needsBrackets = tokens.some((token) => token.depth === depth && isWord(token, 'OR'))
  const rest = needsBrackets ? `(${present})` : present
  return `${sql.slice(0, start)} ${condition}\n  AND ${rest}${sql.slice(end)}`
}

/** The clauses behind a condition of several lines, not at the end of its last. */
function onNextLine(rest: string): string {
  return rest.replace(/^[^\S\n]+(?=\w)/, '\n')
}
