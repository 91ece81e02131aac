import { describe, expect, it } from 'vitest'

import { nameOf, readTokens, stringOf } from './tokens'

describe('tokens', () => {
  it.each([
    ["a 'it''s' b", ['word a', "string 'it''s'", 'word b']],
    ["'open", ["string 'open"]],
    ["'open''", ["string 'open''"]],
    ['"a""b".c', ['quoted "a""b"', 'symbol .', 'word c']],
    ['a -- b\nc', ['word a', 'comment -- b', 'word c']],
    ['/* a', ['comment /* a']],
    ['/**/ 1.5e3<=?', ['comment /**/', 'number 1.5e3', 'symbol <=', 'symbol ?']],
    ['größe', ['word größe']],
  ])('%s', (sql, expected) => {
    expect(readTokens(sql).map(({ kind, text }) => `${kind} ${text}`)).toEqual(expected)
  })

  it.each([
    ["'a'", true],
    ["'", false],
    ["'a''", false],
    ["''", true],
    ['/*/', false],
    ['/**/', true],
  ])('know whether %s is closed', (sql, closed) => {
    expect(readTokens(sql)[0]?.closed).toBe(closed)
  })

  it('count the brackets around them', () => {
    expect(readTokens('a (b [c] ) d )').map(({ depth }) => depth)).toEqual([
      0, 0, 1, 1, 2, 1, 0, 0, 0,
    ])
  })

  it('tell what they spell', () => {
    const [name, text, open] = readTokens(`"A""b" 'it''s' 'x`)
    expect(name && nameOf(name)).toBe('a"b')
    expect(text && stringOf(text)).toBe("it's")
    expect(open && stringOf(open)).toBe('x')
  })
})
