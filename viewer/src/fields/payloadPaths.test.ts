import { expect, test } from 'vitest'

import { createFieldReader } from '../results/fieldReader'
import { tableOf } from '../results/tableOf'
import { payloadPaths } from './payloadPaths'
import { countValues } from './topValues'

const TABLE = tableOf(
  ['data varchar'],
  [
    ['{"level":"INFO","user":{"id":1,"first name":"A"},"ms":1,"tags":["a"]}'],
    ['{"level":"INFO","user":{"id":1.5},"ms":2,"gone":null,"level":7,"a\\"b":1}'],
    ['{"level":"ERROR","user":"none","ms":3,"ok":true}'],
    ['no JSON'],
    [null],
  ],
)
const READER = createFieldReader(TABLE)

test('lists the paths of the rows, the commonest first', () => {
  expect(payloadPaths(READER, TABLE.length, 0)).toEqual([
    { path: '$.level', type: 'varchar', share: 0.6 },
    { path: '$.ms', type: 'bigint', share: 0.6 },
    { path: '$.user.id', type: 'double', share: 0.4 },
    { path: '$.ok', type: 'boolean', share: 0.2 },
    { path: '$.tags', type: 'json', share: 0.2 },
    { path: '$.user', type: 'varchar', share: 0.2 },
    { path: '$.user["first name"]', type: 'varchar', share: 0.2 },
  ])
})

test('looks five levels deep', () => {
  const deep = tableOf(['data varchar'], [['{"a":{"b":{"c":{"d":{"e":{"f":1}}}}}}']])
  expect(payloadPaths(createFieldReader(deep), 1, 0)).toEqual([
    { path: '$.a.b.c.d.e', type: 'json', share: 1 },
  ])
})

test('counts the values of a path', () => {
  expect(countValues(READER, TABLE.length, { index: 0, path: '$.level', type: 'varchar' })).toEqual(
    {
      top: [
        { value: 'INFO', count: 2, share: 0.4, filterable: true },
        { value: 'ERROR', count: 1, share: 0.2, filterable: true },
      ],
      distinct: 2,
      missing: 2,
      rows: 5,
    },
  )
})

test('tells which values no filter finds', () => {
  const counts = countValues(READER, TABLE.length, { index: 0, path: '$.tags', type: 'varchar' })
  expect(counts.top).toEqual([{ value: '["a"]', count: 1, share: 0.2, filterable: false }])
})

test('keeps the commonest values alone, and tells how many there are', () => {
  const counts = countValues(READER, TABLE.length, { index: 0, path: null, type: 'varchar' }, 2)
  expect(counts.top).toHaveLength(2)
  expect(counts).toMatchObject({ distinct: 4, missing: 1, rows: 5 })
})
