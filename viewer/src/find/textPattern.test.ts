import { expect, test } from 'vitest'

import { contains, excerptOf, spansOf, textPattern } from './textPattern'

function found(text: string, sought: string): string[] {
  const pattern = textPattern(sought)
  return pattern ? spansOf(text, pattern).map(({ start, end }) => text.slice(start, end)) : []
}

test.each<[string, string, string[]]>([
  ['Failed, FAILED, failed', 'failed', ['Failed', 'FAILED', 'failed']],
  ['GRÜẞE grüße', 'grüße', ['GRÜẞE', 'grüße']],
  ['İstanbul: id=7', 'ID=7', ['id=7']],
  ['a.b axb', 'a.b', ['a.b']],
  ['[x]{1}(y)^$*+?|\\/ -', '[x]{1}(y)^$*+?|\\/ -', ['[x]{1}(y)^$*+?|\\/ -']],
  ['a 😀 b', '😀', ['😀']],
  ['aaaa', 'aa', ['aa', 'aa']],
  ['nothing', 'none', []],
  ['no text', '', []],
])('in %j, %j finds %j', (text, sought, expected) => {
  expect(found(text, sought)).toEqual(expected)
})

test('each search starts at the start of the text', () => {
  const pattern = textPattern('a')
  if (!pattern) throw new Error('There is a text to find.')
  expect([contains('xa', pattern), contains('a', pattern)]).toEqual([true, true])
  expect(spansOf('a', pattern)).toEqual([{ start: 0, end: 1 }])
})

test('an excerpt has the first place and a little around it', () => {
  const pattern = textPattern('needle')
  if (!pattern) throw new Error('There is a text to find.')
  expect(excerptOf('a needle', pattern)).toEqual({ before: 'a ', found: 'needle', after: '' })
  expect(excerptOf('hay', pattern)).toBeNull()
  const cut = excerptOf(`${'x'.repeat(100)}NEEDLE${'y'.repeat(100)}`, pattern)
  expect(cut?.before).toBe(`…${'x'.repeat(20)}`)
  expect(cut?.found).toBe('NEEDLE')
  expect(cut?.after).toBe(`${'y'.repeat(60)}…`)
})
