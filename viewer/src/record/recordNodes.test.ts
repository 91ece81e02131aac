import { expect, test } from 'vitest'

import { renderJson, scalarText } from '../results/exactJson'
import { tableOf } from '../results/tableOf'
import { childNodes, recordJson, recordNodes, sameRecord, type RecordNode } from './recordNodes'

const TABLE = tableOf(
  ['id bigint', 'at timestamp', 'data varchar', 'n varchar', 'n varchar'],
  [
    [
      9007199254740993n,
      1_795_168_800_123_000n,
      '{"user":{"id":9007199254740993,"a b":[1.50]},"raw":"{\\"x\\":1}","user":2,"q\\"":1}',
      null,
      '',
    ],
  ],
)

/** Every value in the tree, by the path that a filter gives it. */
function listed(nodes: readonly RecordNode[]): (string | null)[][] {
  return nodes.flatMap((node) => [
    [node.name, node.field?.path ?? node.field?.column ?? null, scalarText(node.value)],
    ...listed(childNodes(node)),
  ])
}

test('names each value as a filter does', () => {
  expect(listed(recordNodes(TABLE, 0))).toEqual([
    ['id', 'id', '9007199254740993'],
    ['at', 'at', '2026-11-20 10:00:00.123'],
    ['data', 'data', null],
    ['user', '$.user', null],
    ['id', '$.user.id', '9007199254740993'],
    ['a b', '$.user["a b"]', null],
    ['0', '$.user["a b"][0]', '1.50'],
    ['raw', '$.raw', null],
    ['x', null, '1'],
    ['user', null, '2'],
    ['q"', null, '1'],
    ['n', null, null],
    ['n', null, ''],
  ])
})

test('writes the record exactly', () => {
  expect(renderJson(recordJson(TABLE, 0))).toBe(
    '{"id":9007199254740993,"at":"2026-11-20 10:00:00.123",' +
      '"data":{"user":{"id":9007199254740993,"a b":[1.50]},"raw":"{\\"x\\":1}","user":2,"q\\"":1},' +
      '"n":null,"n":""}',
  )
})

test('finds a record again in other rows', () => {
  const values = [[1n], [2n], [3n]]
  const old = { rows: tableOf(['id bigint'], values), row: 1 }
  expect(sameRecord(old, old.rows)).toBe(1)
  expect(sameRecord(old, tableOf(['id bigint'], [...values, [4n]]))).toBe(1)
  expect(sameRecord(old, tableOf(['id bigint'], [[0n], [1n], [2n]]))).toBe(2)
  expect(sameRecord(old, tableOf(['id bigint'], [[1n]]))).toBeNull()
  expect(sameRecord(old, tableOf(['id varchar'], [['1'], ['2']]))).toBeNull()
  expect(sameRecord(old, tableOf(['other bigint'], values))).toBeNull()
})
