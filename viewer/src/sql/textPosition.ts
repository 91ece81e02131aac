/** Where in a text the service means: its lines and columns count characters, the editor UTF-16 units. */

import { isName, readSignificantTokens, readTokens } from './tokens'

export interface TextRange {
  readonly from: number
  readonly to: number
}

/** The word at a line and column, which both count from 1; the last character if it is past the end. */
export function rangeAt(sql: string, line: number, column: number): TextRange {
  const offset = offsetOf(sql, line, column)
  const token = readTokens(sql).find(({ from, to }) => from <= offset && offset < to)
  if (token) return { from: offset, to: token.to }
  return {
    from: Math.max(0, Math.min(offset, sql.length - 1)),
    to: Math.min(offset + 1, sql.length),
  }
}

export function offsetOf(sql: string, line: number, column: number): number {
  const lines = sql.split('\n')
  const before = lines.slice(0, line - 1).reduce((sum, text) => sum + text.length + 1, 0)
  const characters = Array.from(lines[line - 1] ?? '')
  const within = characters.slice(0, column - 1).join('').length
  return Math.min(before + within, sql.length)
}

/** The whole name that begins in a range, with what follows its dots: a suggestion is qualified as it is. */
export function dottedNameAt(sql: string, { from, to }: TextRange): TextRange {
  const after = readSignificantTokens(sql).filter((token) => token.from >= to)
  let end = to
  for (let at = 0; after[at]?.text === '.' && isName(after[at + 1]); at += 2) {
    end = after[at + 1]?.to ?? end
  }
  return { from, to: end }
}
