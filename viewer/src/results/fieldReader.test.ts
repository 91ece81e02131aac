import { expect, test } from 'vitest'

import { createFieldReader } from './fieldReader'
import { tableOf } from './tableOf'

const TABLE = tableOf(
  ['id bigint', 'data varchar'],
  [
    [1n, '{"level":"INFO","user":{"id":9007199254740993},"at":1.50e3,"none":null,"ok":true}'],
    [2n, 'no JSON'],
    [3n, null],
    [4n, '{"level":"","user":{"id":[1,2]},"none":"null"}'],
  ],
)

test.each([
  ['$.level', ['INFO', null, null, '']],
  ['$.user.id', ['9007199254740993', null, null, '[1,2]']],
  ['$.user', ['{"id":9007199254740993}', null, null, '{"id":[1,2]}']],
  ['$.at', ['1.50e3', null, null, null]],
  ['$.none', [null, null, null, 'null']],
  ['$.ok', ['true', null, null, null]],
  ['no path', [null, null, null, null]],
])('reads %s', (path, values) => {
  const reader = createFieldReader(TABLE)
  expect([0, 1, 2, 3].map((row) => reader.read(row, 1, path))).toEqual(values)
})

test('reads columns as they are', () => {
  expect(createFieldReader(TABLE).read(2, 0, null)).toBe(3n)
  expect(createFieldReader(TABLE).read(2, 1, null)).toBeNull()
})

test('parses each value once while the rows are on screen', () => {
  let reads = 0
  const counted = {
    ...TABLE,
    value: (row: number, column: number) => (reads++, TABLE.value(row, column)),
  }
  const reader = createFieldReader(counted)
  for (let time = 0; time < 3; time++) reader.read(0, 1, '$.level')
  reader.read(0, 1, '$.at')
  expect(reads).toBe(1)
})
