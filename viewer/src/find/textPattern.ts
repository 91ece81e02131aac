export interface Span {
  readonly start: number
  readonly end: number
}

/** What finds a text in others, whatever the case of its letters; null for no text. */
export function textPattern(text: string): RegExp | null {
  if (text === '') return null
  return new RegExp(text.replace(/[\\^$.*+?()[\]{}|/]/g, '\\$&'), 'giu')
}

export function contains(text: string, pattern: RegExp): boolean {
  // Unlike `test`, it leaves no place in the pattern from which the next search would start.
  return text.search(pattern) >= 0
}

export function spansOf(text: string, pattern: RegExp): Span[] {
  return Array.from(text.matchAll(pattern), ({ index, 0: found }) => ({
    start: index,
    end: index + found.length,
  }))
}

export interface Excerpt {
  readonly before: string
  readonly found: string
  readonly after: string
}

const BEFORE = 20
const AFTER = 60

/** The first place where the text is found, with a little around it; null if there is none. */
export function excerptOf(text: string, pattern: RegExp): Excerpt | null {
  const [first] = spansOf(text, pattern)
  if (!first) return null
  const from = first.start > BEFORE ? first.start - BEFORE : 0
  const to = Math.min(text.length, first.end + AFTER)
  return {
    before: (from > 0 ? '…' : '') + text.slice(from, first.start),
    found: text.slice(first.start, first.end),
    after: text.slice(first.end, to) + (to < text.length ? '…' : ''),
  }
}
