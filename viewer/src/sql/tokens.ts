/** Athena's SQL as tokens: enough to tell names from strings and comments, not a parser. */

export type TokenKind = 'word' | 'quoted' | 'string' | 'number' | 'comment' | 'symbol'

export interface Token {
  readonly kind: TokenKind
  readonly text: string
  readonly from: number
  readonly to: number
  /** How many brackets are open around it; a bracket has the depth of what it is in. */
  readonly depth: number
  /** False for a string, name or comment that the text ends in. */
  readonly closed: boolean
}

const TOKEN = new RegExp(
  [
    String.raw`(?<comment>--[^\n]*|/\*[^]*?(?:\*/|$))`,
    String.raw`(?<string>'(?:[^']|'')*(?:'|$))`,
    String.raw`(?<quoted>"(?:[^"]|"")*(?:"|$))`,
    String.raw`(?<word>[\p{L}_][\p{L}\p{N}_]*)`,
    String.raw`(?<number>\d[\w.]*)`,
    String.raw`(?<symbol><>|!=|<=|>=|\S)`,
  ].join('|'),
  'gu',
)

const OPENING = '([{'
const CLOSING = ')]}'

export function readTokens(sql: string): Token[] {
  const tokens: Token[] = []
  let depth = 0
  for (const match of sql.matchAll(TOKEN)) {
    const [text] = match
    const kind = kindOf(match.groups ?? {})
    if (kind === 'symbol' && CLOSING.includes(text)) depth = Math.max(0, depth - 1)
    const to = match.index + text.length
    tokens.push({ kind, text, from: match.index, to, depth, closed: isClosed(kind, text) })
    if (kind === 'symbol' && OPENING.includes(text)) depth += 1
  }
  return tokens
}

/** The tokens that mean something to the engine. */
export function readSignificantTokens(sql: string): Token[] {
  return readTokens(sql).filter((token) => token.kind !== 'comment')
}

export function isWord(token: Token | undefined, ...words: readonly string[]): boolean {
  return token?.kind === 'word' && words.includes(token.text.toUpperCase())
}

export function isName(token: Token | undefined): token is Token {
  return token?.kind === 'word' || token?.kind === 'quoted'
}

/** The name that a token spells: Athena compares names in lower case, quoted or not. */
export function nameOf(token: Token): string {
  const name = token.kind === 'quoted' ? unquote(token, '"') : token.text
  return name.toLowerCase()
}

export function stringOf(token: Token): string {
  return unquote(token, "'")
}

function unquote(token: Token, quote: string): string {
  return token.text.slice(1, token.closed ? -1 : undefined).replaceAll(quote + quote, quote)
}

function kindOf(groups: Readonly<Record<string, string | undefined>>): TokenKind {
  const kinds: readonly TokenKind[] = ['comment', 'string', 'quoted', 'word', 'number']
  return kinds.find((kind) => groups[kind] !== undefined) ?? 'symbol'
}

function isClosed(kind: TokenKind, text: string): boolean {
  if (kind === 'comment') return text.startsWith('--') || /^\/\*[^]*\*\/$/.test(text)
  if (kind !== 'string' && kind !== 'quoted') return true
  return text.length > 1 && countOf(text, text.charAt(0)) % 2 === 0
}

function countOf(text: string, character: string): number {
  return text.split(character).length - 1
}
