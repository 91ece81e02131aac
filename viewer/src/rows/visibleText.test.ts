import { expect, test } from 'vitest'

import { visibleText } from './visibleText'

test.each([
  ['plain <script>alert(1)</script> & "quotes"', 'plain <script>alert(1)</script> & "quotes"'],
  ['a\nb\tc\u0000', 'a↵b⇥c⟨U+0000⟩'],
  ['\u007f\u0085', '⟨U+007F⟩⟨U+0085⟩'],
  ['\u202egnp.exe', '⟨U+202E⟩gnp.exe'],
  ['\u2066a\u2069', '⟨U+2066⟩a⟨U+2069⟩'],
  ['zero\u200bwidth\ufeff', 'zero⟨U+200B⟩width⟨U+FEFF⟩'],
  ['\u{e0041}tag', '⟨U+E0041⟩tag'],
  ['half \ud83d pair', 'half ⟨U+D83D⟩ pair'],
  ['👩‍👩‍👧 שלום こんにちは é', '👩‍👩‍👧 שלום こんにちは é'],
])('%j', (text, shown) => {
  expect(visibleText(text)).toBe(shown)
})

test.each([
  ['abcdef', 6, 'abcdef'],
  ['abcdefg', 6, 'abcdef…'],
  ['abcde😀g', 6, 'abcde…'],
  ['abcd😀g', 6, 'abcd😀…'],
])('cuts %j to %i', (text, most, shown) => {
  expect(visibleText(text, most)).toBe(shown)
})
