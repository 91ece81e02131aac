/** What can be written at a position of a SQL text. */

import { tablesAt, type TableReference } from './scopes'
import { isName, isWord, nameOf, readTokens, stringOf, type Token } from './tokens'

export interface Operand {
  readonly column: string
  readonly path: string | null
}

/** `from` and `to` enclose what a completion replaces. */
export type Place =
  | { readonly kind: 'nothing' }
  | { readonly kind: 'table'; readonly from: number; readonly to: number }
  | (InScope & { readonly kind: 'name' })
  | (InScope & { readonly kind: 'member'; readonly qualifier: string })
  | (InScope & { readonly kind: 'path'; readonly column: string | null })
  | (InScope & { readonly kind: 'value'; readonly operand: Operand })

interface InScope {
  readonly from: number
  readonly to: number
  readonly tables: readonly TableReference[]
}

const NOTHING: Place = { kind: 'nothing' }
const COMPARISONS = ['=', '<>', '!=', '<', '>', '<=', '>=', '(', ',']

export function placeAt(sql: string, position: number): Place {
  const tokens = readTokens(sql)
  const within = tokens.find((token) => isWithin(token, position))
  const before = tokens.filter((token) => token.to <= position && token !== within)
  const significant = before.filter((token) => token.kind !== 'comment')
  const tables = tablesAt(sql, position)
  if (within?.kind === 'comment' || within?.kind === 'number') return NOTHING
  if (within?.kind === 'string') return placeInString(within, significant, position, tables)
  const [from, to] = within ? [within.from, within.to] : [position, position]
  return placeOfName(significant, { from, to, tables })
}

/** Whether a position is in a token; the end of a name is in it, that of a closed string is not. */
function isWithin(token: Token, position: number): boolean {
  if (token.kind === 'symbol' || position <= token.from) return false
  const isDelimited = token.kind === 'string' || token.text.startsWith('/*')
  return isDelimited && token.closed ? position < token.to : position <= token.to
}

function placeInString(
  string: Token,
  before: readonly Token[],
  position: number,
  tables: readonly TableReference[],
): Place {
  const place = { from: string.from + 1, to: string.closed ? string.to - 1 : position, tables }
  const text = stringOf(string)
  if (text.startsWith('$') || isPathArgument(before)) {
    return { ...place, kind: 'path', column: pathColumn(before) }
  }
  const operand = operandBefore(before)
  return operand ? { ...place, kind: 'value', operand } : NOTHING
}

function placeOfName(before: readonly Token[], place: InScope): Place {
  const last = before.at(-1)
  const owner = before.at(-2)
  if (last?.text === '.' && isName(owner)) {
    return { ...place, kind: 'member', qualifier: nameOf(owner) }
  }
  const { from, to } = place
  return namesTable(before) ? { kind: 'table', from, to } : { ...place, kind: 'name' }
}

function namesTable(before: readonly Token[]): boolean {
  const last = before.at(-1)
  if (isWord(last, 'JOIN')) return true
  if (isWord(last, 'FROM')) return !comparesDistinct(before) && !isFunctionFrom(before)
  return last?.text === ',' && isInFrom(before, last.depth)
}

function comparesDistinct(before: readonly Token[]): boolean {
  return isWord(before.at(-2), 'DISTINCT') && isWord(before.at(-3), 'IS', 'NOT')
}

/** extract(year FROM x), trim(both FROM x) */
function isFunctionFrom(before: readonly Token[]): boolean {
  const depth = before.at(-1)?.depth ?? 0
  const opening = before.findLastIndex((token) => token.text === '(' && token.depth === depth - 1)
  return depth > 0 && !isWord(before[opening + 1], 'SELECT', 'WITH') && isName(before[opening - 1])
}

/** Whether the last clause of the SELECT at this depth is FROM. */
function isInFrom(before: readonly Token[], depth: number): boolean {
  const clause = before.findLast(
    (token) => token.depth === depth && isWord(token, 'SELECT', 'FROM', 'WHERE', 'GROUP', 'ORDER'),
  )
  return isWord(clause, 'FROM')
}

function isPathArgument(before: readonly Token[]): boolean {
  const [comma, argument] = [before.at(-1), before.at(-2)]
  return (
    comma?.text === ',' && isName(argument) && isWord(before.at(callBefore(before)), ...READERS)
  )
}

const READERS = [
  ...['JSON_EXTRACT', 'JSON_EXTRACT_SCALAR', 'JSON_SIZE'],
  ...['JSON_VALUE', 'JSON_QUERY', 'JSON_EXISTS'],
]

/** The place, from the end, of the function's name in `name(alias.column,` or `name(column,`. */
function callBefore(before: readonly Token[]): number {
  return before.at(-3)?.text === '.' ? -6 : -4
}

function pathColumn(before: readonly Token[]): string | null {
  const argument = before.at(-2)
  return before.at(-1)?.text === ',' && isName(argument) ? nameOf(argument) : null
}

/** What a string is compared with: a column, or a path in one, before `=` or in `IN ('a', '`. */
function operandBefore(before: readonly Token[]): Operand | null {
  const comparison = before.at(-1)
  if (!COMPARISONS.includes(comparison?.text ?? '')) return null
  const end = isListed(comparison) ? startOfList(before) : before.length - 1
  return end === null ? null : operandAt(before.slice(0, end))
}

function isListed(token: Token | undefined): boolean {
  return token?.text === '(' || token?.text === ','
}

/** Where the operand of `x [NOT] IN (…` ends; null outside of such a list. */
function startOfList(before: readonly Token[]): number | null {
  const opening = before.findLastIndex((token) => token.text === '(')
  const listed = before.slice(opening + 1)
  if (listed.some((token) => token.kind !== 'string' && token.text !== ',')) return null
  if (!isWord(before[opening - 1], 'IN')) return null
  return isWord(before[opening - 2], 'NOT') ? opening - 2 : opening - 1
}

function operandAt(tokens: readonly Token[]): Operand | null {
  const last = tokens.at(-1)
  if (last?.text !== ')') {
    return isName(last) ? { column: nameOf(last), path: null } : null
  }
  const [argument, comma, path] = [tokens.at(-4), tokens.at(-3), tokens.at(-2)]
  if (path?.kind !== 'string' || comma?.text !== ',' || !isName(argument)) return null
  return { column: nameOf(argument), path: stringOf(path) }
}
