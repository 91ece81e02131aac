import { describe, expect, it } from 'vitest'

import { filter } from '../testing/questions'
import { column, field, table } from '../testing/tables'
import { filterMistake } from './predicates'
import type { FilterOperator } from './question'
import { identifier, stringLiteral } from './sqlText'
import { alignedRange } from './timeColumns'

describe('identifier and stringLiteral', () => {
  it.each([
    ['events', 'events'],
    ['order', '"order"'],
    ['CamelCase', '"CamelCase"'],
    ['a"b', '"a""b"'],
    ['1st', '"1st"'],
    ['a.b; DROP', '"a.b; DROP"'],
    ['', '""'],
  ])('write %j as %s', (name, text) => {
    expect(identifier(name).text).toBe(text)
  })

  it("double quotes within: it's", () => {
    expect(stringLiteral("it's").text).toBe("'it''s'")
  })
})

describe('alignedRange', () => {
  it.each([
    ['ms', 1_234, 5_678],
    ['s', 1_000, 6_000],
    ['iso8601', 1_000, 6_000],
    ['day', 0, 86_400_000],
    ['ns', 1_234, 5_678],
  ] as const)('of a column in %s', (unit, from, to) => {
    expect(alignedRange({ from: 1_234, to: 5_678 }, unit)).toEqual({ from, to })
  })
})

describe('filterMistake', () => {
  const described = table(
    't',
    [
      column('n', 'bigint'),
      column('d', 'double'),
      column('m', 'decimal(10,2)'),
      column('b', 'boolean'),
      column('w', 'timestamp(3)'),
      column('s', 'varchar'),
    ],
    {},
  )

  it.each<[string, string | null, FilterOperator, string, RegExp | null]>([
    ['n', null, 'eq', '5', null],
    ['n', null, 'eq', '5.5', /whole number/],
    ['n', null, 'contains', 'x', null],
    ['n', null, 'missing', '', null],
    ['d', null, 'lt', '1e3', null],
    ['d', null, 'lt', 'NaN', null],
    ['d', null, 'lt', '1,5', /Write a number/],
    ['m', null, 'eq', '', /Write a number/],
    ['b', null, 'eq', 'TRUE', null],
    ['b', null, 'eq', 'yes', /true or false/],
    ['w', null, 'ge', 'soon', /Write a time/],
    ['s', null, 'eq', '', null],
    ['s', '$.n', 'lt', 'x', null],
    ['gone', null, 'eq', '5', /no column gone/],
  ])('of %s%s %s %j', (name, path, operator, value, mistake) => {
    const found = filterMistake(filter(field(name, path ?? null), operator, value), described)
    if (mistake) expect(found).toMatch(mistake)
    else expect(found).toBeNull()
  })
})
