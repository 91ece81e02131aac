import { describe, expect, test } from 'vitest'

import { parseExactJson, renderJson, scalarText } from './exactJson'

describe('parseExactJson', () => {
  test.each([
    '9007199254740993',
    '-0',
    '1.50e3',
    '1E400',
    '0.1000000000000000055',
    '12345678901234567890123',
  ])('keeps the text of the number %s', (number) => {
    expect(parseExactJson(` {"id": ${number}}\n`)).toEqual({
      kind: 'object',
      members: [['id', { kind: 'number', text: number }]],
    })
  })

  test('keeps the order of members, and both of two with one name', () => {
    const text = '{"b":1,"2":2,"1":3,"b":4,"__proto__":5}'
    expect(renderJson(parseExactJson(text) ?? { kind: 'null' })).toBe(text)
  })

  test.each([
    ['"a\\u00e9\\n\\"\\/"', 'aé\n"/'],
    ['"\\ud83d\\ude00"', '😀'],
    ['"9007199254740993"', '9007199254740993'],
    ['true', 'true'],
    ['null', null],
    ['[1]', null],
    ['{}', null],
  ])('gives the scalar of %s', (text, scalar) => {
    const json = parseExactJson(text)
    expect(json && scalarText(json)).toBe(scalar)
  })

  test.each([
    '',
    ' ',
    '{',
    '{"a"}',
    '{"a":1,}',
    '[1,]',
    '[1 2]',
    '01',
    '1.',
    '.5',
    '+1',
    'NaN',
    'nulll',
    "{'a':1}",
    '"a\nb"',
    '"\\x41"',
    '"open',
    '{"a":1} x',
    '[1]]',
    '{,}',
  ])('refuses %j, as JSON.parse does', (text) => {
    expect(() => JSON.parse(text) as unknown).toThrow()
    expect(parseExactJson(text)).toBeNull()
  })

  test.each(['[]', '{}', ' [ ] ', '[[],{}]', '{"a":[1,{"b":null}],"c":"d"}', '[true,false]'])(
    'reads %j as JSON.parse does',
    (text) => {
      const json = parseExactJson(text)
      expect(JSON.parse(json ? renderJson(json) : '') as unknown).toEqual(JSON.parse(text))
    },
  )

  test('reads strings of any length', () => {
    const long = 'x\n'.repeat(3_000_000)
    expect(parseExactJson(JSON.stringify(long))).toEqual({ kind: 'string', text: long })
  })

  test('refuses what is nested too deeply, without overflowing the stack', () => {
    expect(parseExactJson('['.repeat(100_000))).toBeNull()
    expect(parseExactJson('['.repeat(500) + ']'.repeat(500))).not.toBeNull()
    expect(parseExactJson('['.repeat(501) + ']'.repeat(501))).toBeNull()
  })
})

test('renderJson indents as JSON.stringify does', () => {
  const text = '{"a":[1,{"b":"x"},[]],"c":{},"d":null}'
  const json = parseExactJson(text)
  expect(json && renderJson(json, '  ')).toBe(JSON.stringify(JSON.parse(text), null, 2))
})
