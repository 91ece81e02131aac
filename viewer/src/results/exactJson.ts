/**
 * JSON as it is written: numbers keep their text, objects the order of their members and both of two with the same
 * name. JSON.parse loses all three, and json_extract_scalar returns a number's text.
 */
export type Json =
  | { readonly kind: 'null' }
  | { readonly kind: 'boolean'; readonly value: boolean }
  | { readonly kind: 'number'; readonly text: string }
  | { readonly kind: 'string'; readonly text: string }
  | { readonly kind: 'array'; readonly items: readonly Json[] }
  | { readonly kind: 'object'; readonly members: readonly JsonMember[] }

export type JsonMember = readonly [name: string, value: Json]

const SPACE = /[ \t\n\r]*/y
const NUMBER = /-?(?:0|[1-9][0-9]*)(?:\.[0-9]+)?(?:[eE][+-]?[0-9]+)?/y
const UNESCAPED = String.raw`[^"\\\x00-\x1f]*`
const ESCAPE = String.raw`\\(?:["\\/bfnrt]|u[0-9a-fA-F]{4})`
// One loop inside another, so that long strings without escapes need no stack of the engine.
const STRING = new RegExp(`"${UNESCAPED}(?:${ESCAPE}${UNESCAPED})*"`, 'y')
const WORD = /true|false|null/y
const DEEPEST = 500

/** Read a JSON text; null if it is none, or nested deeper than 500. */
export function parseExactJson(text: string): Json | null {
  const parser = new Parser(text)
  const value = parser.value(0)
  return value && parser.isAtEnd() ? value : null
}

class Parser {
  private at = 0

  constructor(private readonly text: string) {}

  isAtEnd(): boolean {
    this.take(SPACE)
    return this.at === this.text.length
  }

  value(depth: number): Json | null {
    this.take(SPACE)
    switch (this.text.charAt(this.at)) {
      case '{':
        return depth < DEEPEST ? this.object(depth + 1) : null
      case '[':
        return depth < DEEPEST ? this.array(depth + 1) : null
      case '"': {
        const text = this.string()
        return text === null ? null : { kind: 'string', text }
      }
      default:
        return this.word() ?? this.number()
    }
  }

  private object(depth: number): Json | null {
    const members: JsonMember[] = []
    const complete = this.list('}', () => {
      this.take(SPACE)
      const name = this.string()
      if (name === null || !this.skip(':')) return false
      const value = this.value(depth)
      return value !== null && members.push([name, value]) > 0
    })
    return complete ? { kind: 'object', members } : null
  }

  private array(depth: number): Json | null {
    const items: Json[] = []
    const complete = this.list(']', () => {
      const item = this.value(depth)
      return item !== null && items.push(item) > 0
    })
    return complete ? { kind: 'array', items } : null
  }

  /** Read items with commas between them, from the bracket that opens to the one that closes. */
  private list(close: string, item: () => boolean): boolean {
    this.at += 1
    if (this.skip(close)) return true
    do if (!item()) return false
    while (this.skip(','))
    return this.skip(close)
  }

  private string(): string | null {
    const quoted = this.take(STRING)
    if (quoted === null) return null
    return quoted.includes('\\') ? String(JSON.parse(quoted)) : quoted.slice(1, -1)
  }

  private number(): Json | null {
    const text = this.take(NUMBER)
    return text === null ? null : { kind: 'number', text }
  }

  private word(): Json | null {
    const word = this.take(WORD)
    if (word === null) return null
    return word === 'null' ? { kind: 'null' } : { kind: 'boolean', value: word === 'true' }
  }

  private skip(character: string): boolean {
    this.take(SPACE)
    if (this.text[this.at] !== character) return false
    this.at += 1
    return true
  }

  private take(token: RegExp): string | null {
    token.lastIndex = this.at
    const found = token.exec(this.text)
    if (!found) return null
    this.at += found[0].length
    return found[0]
  }
}

/** Write the value without spaces; `indent` puts each member on a line of its own. */
export function renderJson(json: Json, indent = ''): string {
  switch (json.kind) {
    case 'array':
      return renderList('[]', json.items, indent, (item, inner) => renderJson(item, inner))
    case 'object':
      return renderList('{}', json.members, indent, ([name, value], inner) => {
        const colon = indent ? ': ' : ':'
        return JSON.stringify(name) + colon + renderJson(value, inner)
      })
    case 'string':
      return JSON.stringify(json.text)
    case 'null':
    case 'boolean':
    case 'number':
      return scalarText(json) ?? 'null'
  }
}

function renderList<T>(
  brackets: string,
  items: readonly T[],
  indent: string,
  render: (item: T, indent: string) => string,
): string {
  const [open = '', close = ''] = brackets
  if (items.length === 0) return brackets
  if (!indent) return open + items.map((item) => render(item, '')).join(',') + close
  const lines = items.map((item) => indent + render(item, `${indent}  `))
  return `${open}\n${lines.join(',\n')}\n${indent.slice(2)}${close}`
}

/** What json_extract_scalar returns: null for null, arrays and objects. */
export function scalarText(json: Json): string | null {
  switch (json.kind) {
    case 'boolean':
      return String(json.value)
    case 'number':
    case 'string':
      return json.text
    case 'null':
    case 'array':
    case 'object':
      return null
  }
}
