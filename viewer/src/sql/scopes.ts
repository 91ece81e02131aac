/** The SELECTs of a text, and the tables that each reads from. */

import { isName, isWord, nameOf, readSignificantTokens, type Token } from './tokens'

export interface TableReference {
  readonly table: string
  /** What its columns are qualified with: the alias, or else the table's name. */
  readonly alias: string
}

export interface Scope {
  readonly from: number
  readonly to: number
  readonly tables: readonly TableReference[]
  /** The clauses of this SELECT alone, in order: each with its first word and where it ends. */
  readonly clauses: readonly Clause[]
}

export interface Clause {
  readonly word: string
  readonly from: number
  readonly to: number
}

const CLAUSES = ['FROM', 'WHERE', 'GROUP', 'HAVING', 'WINDOW', 'ORDER', 'OFFSET', 'LIMIT', 'FETCH']
/** Clauses whose word may be a name. */
const NAMES_TOO = ['WINDOW', 'OFFSET', 'LIMIT', 'FETCH']
const SET_OPERATORS = ['UNION', 'INTERSECT', 'EXCEPT']
const AFTER_TABLE = new Set([
  ...CLAUSES,
  ...SET_OPERATORS,
  ...['CROSS', 'FULL', 'INNER', 'JOIN', 'LEFT', 'NATURAL', 'ON', 'RIGHT', 'TABLESAMPLE', 'USING'],
])

export function readScopes(sql: string): Scope[] {
  const tokens = readSignificantTokens(sql)
  return tokens.flatMap((token, index) =>
    isWord(token, 'SELECT') ? [readScope(sql, tokens, index)] : [],
  )
}

/** The tables whose columns may be named at a position: its own SELECT's first, then those around it. */
export function tablesAt(sql: string, position: number): TableReference[] {
  const around = readScopes(sql).filter((scope) => scope.from <= position && position <= scope.to)
  return around.reverse().flatMap((scope) => scope.tables)
}

/** The names of the common table expressions: `WITH name AS (`, `WITH name (a, b) AS (`. */
export function commonTableNames(sql: string): string[] {
  const tokens = readSignificantTokens(sql)
  return tokens.flatMap((token, index) => {
    const before = tokens[index - 1]
    const starts = isWord(before, 'WITH', 'RECURSIVE') || before?.text === ','
    const isExpression = isWord(tokens[index + 1], 'AS') && tokens[index + 2]?.text === '('
    return isName(token) && starts && isExpression && opensWith(tokens[index + 3])
      ? [nameOf(token)]
      : []
  })
}

function opensWith(token: Token | undefined): boolean {
  return isWord(token, 'SELECT', 'WITH', 'VALUES', 'TABLE')
}

function readScope(sql: string, tokens: readonly Token[], start: number): Scope {
  const { depth = 0, from = 0 } = tokens[start] ?? {}
  const rest = tokens.slice(start + 1)
  const ending = rest.find((token) => endsScope(token, depth))
  const to = ending?.from ?? sql.length
  const own = rest.filter((token) => token.from < to && token.depth === depth)
  const clauses = readClauses(own, to)
  return { from, to, clauses, tables: clauses.flatMap((clause) => readTables(own, clause)) }
}

function endsScope(token: Token, depth: number): boolean {
  if (token.depth !== depth) return token.depth < depth
  return token.text === ';' || isWord(token, ...SET_OPERATORS)
}

function readClauses(own: readonly Token[], to: number): Clause[] {
  const starts = own.filter((token, index) => startsClause(own, token, index))
  return starts.map((token, index) => ({
    word: token.text.toUpperCase(),
    from: token.from,
    to: starts[index + 1]?.from ?? to,
  }))
}

function startsClause(own: readonly Token[], token: Token, index: number): boolean {
  const before = own[index - 1]
  if (isWord(token, ...NAMES_TOO) && before?.text === '.') return false
  // a IS [NOT] DISTINCT FROM b
  const compares = isWord(before, 'DISTINCT') && isWord(own[index - 2], 'IS', 'NOT')
  return isWord(token, ...CLAUSES) && !(isWord(token, 'FROM') && compares)
}

function readTables(own: readonly Token[], clause: Clause): TableReference[] {
  if (clause.word !== 'FROM') return []
  const tokens = own.filter((token) => token.from >= clause.from && token.from < clause.to)
  return tokens.flatMap((token, index) =>
    isWord(token, 'FROM', 'JOIN') || token.text === ',' ? readTable(tokens.slice(index + 1)) : [],
  )
}

/** The table that the tokens begin with: `schema.table AS alias`; none for a sub-select. */
function readTable(tokens: readonly Token[]): TableReference[] {
  let at = 0
  while (tokens[at + 1]?.text === '.' && isName(tokens[at + 2])) at += 2
  const name = tokens[at]
  if (!isName(name) || isWord(name, 'UNNEST', 'LATERAL', 'TABLE')) return []
  const afterAs = isWord(tokens[at + 1], 'AS') ? at + 2 : at + 1
  const alias = tokens[afterAs]
  const hasAlias = isName(alias) && !AFTER_TABLE.has(alias.text.toUpperCase())
  return [{ table: nameOf(name), alias: nameOf(hasAlias ? alias : name) }]
}
