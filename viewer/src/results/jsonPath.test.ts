import { expect, test } from 'vitest'

import { parseExactJson, renderJson } from './exactJson'
import { elementPath, memberPath, parsePath, valueAt } from './jsonPath'

test.each([
  ['$.level', ['level']],
  ['$.user.id', ['user', 'id']],
  ['$["first name"][0].x', ['first name', 0, 'x']],
  ['$[12]', [12]],
  ['$', null],
  ['', null],
  ['level', null],
  ['x.level', null],
  ['$.a.', null],
  ['$.a b', null],
  ['$.items[*]', null],
])('parsePath(%j)', (path, steps) => {
  expect(parsePath(path)).toEqual(steps)
})

test.each([
  ['a', '$.a'],
  ['a b', '$["a b"]'],
  ["it's", '$["it\'s"]'],
  ['1st', '$["1st"]'],
  ['é', '$["é"]'],
  ['', null],
  ['a"b', null],
  ['a\\b', null],
  ['a\nb', null],
])('memberPath of %j', (name, path) => {
  expect(memberPath('$', name)).toBe(path)
  if (path) expect(parsePath(path)).toEqual([name])
})

test.each([
  ['$.a', '1'],
  ['$.list[1].b', '{"c":2}'],
  [elementPath('$.list', 0), '"x"'],
  ['$["a b"]', 'true'],
  ['$.list.b', null],
  ['$.a.b', null],
  ['$.list[9]', null],
  ['$.none', null],
])('valueAt(%j)', (path, text) => {
  const json = parseExactJson('{"a":1,"a":9,"list":["x",{"b":{"c":2}}],"a b":true}')
  const value = json && valueAt(json, parsePath(path) ?? [])
  expect(value && renderJson(value)).toBe(text)
})
