const CUT = '…'

/**
 * Write text for one line: control characters and those that reorder or hide text become visible, and what is
 * longer than `most` UTF-16 units is cut.
 */
export function visibleText(text: string, most = Infinity): string {
  const shown = text.length > most ? wholeCharacters(text, most) + CUT : text
  return INVISIBLE.test(shown) ? shown.replace(INVISIBLE_ALL, name) : shown
}

// C0 and C1 controls, DEL, soft hyphen, marks of direction, zero-width space, line separators, invisible
// operators, byte order mark, tags, lone surrogates. Joiners stay: emoji and many scripts need them.
const CHARACTERS =
  '[\\u0000-\\u001f\\u007f-\\u009f\\u00ad\\u061c\\u200b\\u200e\\u200f\\u2028-\\u202e\\u2060-\\u206f\\ufeff' +
  '\\ufff9-\\ufffb\\u{e0000}-\\u{e007f}\\ud800-\\udfff]'
const INVISIBLE = new RegExp(CHARACTERS, 'u')
const INVISIBLE_ALL = new RegExp(CHARACTERS, 'gu')

function name(character: string): string {
  const code = character.codePointAt(0) ?? 0
  if (character === '\n') return '↵'
  if (character === '\t') return '⇥'
  return `⟨U+${code.toString(16).toUpperCase().padStart(4, '0')}⟩`
}

function wholeCharacters(text: string, most: number): string {
  const last = text.charCodeAt(most - 1)
  return text.slice(0, last >= 0xd800 && last < 0xdc00 ? most - 1 : most)
}
