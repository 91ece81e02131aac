import { describe, expect, it } from 'vitest'

import { dottedNameAt, rangeAt } from './textPosition'

describe('the range at a line and column', () => {
  it.each([
    ['SELECT a\nFRM b', 2, 1, 'FRM'],
    ['SELECT a\nFRM b', 2, 2, 'RM'],
    ["SELECT '🙂🙂', x", 1, 14, 'x'],
    ['SELECT "a b" FROM c', 1, 8, '"a b"'],
    ['SELECT a  ', 1, 10, ' '],
    ['SELECT a', 1, 9, 'a'],
    ['SELECT a', 7, 1, 'a'],
    ['', 1, 1, ''],
  ])('%j line %d, column %d', (sql, line, column, expected) => {
    const { from, to } = rangeAt(sql, line, column)
    expect(sql.slice(from, to)).toBe(expected)
  })
})

describe('the whole name in a range', () => {
  it.each([
    ['SELECT e.servic FROM e', 8, 'e.servic'],
    ['SELECT a . "b c".d, e', 8, 'a . "b c".d'],
    ['SELECT servic FROM e', 8, 'servic'],
    ['SELCT 1', 1, 'SELCT'],
  ])('%s', (sql, column, expected) => {
    const { from, to } = dottedNameAt(sql, rangeAt(sql, 1, column))
    expect(sql.slice(from, to)).toBe(expected)
  })
})
