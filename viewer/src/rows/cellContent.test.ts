import { expect, test } from 'vitest'

import { createFieldReader } from '../results/fieldReader'
import type { Value } from '../results/resultTable'
import { tableOf } from '../results/tableOf'
import { cellContent } from './cellContent'
import { resultColumns } from './gridColumns'

function contentOf(value: Value, type: string, most?: number) {
  const table = tableOf([`n ${type}`, `n ${type}`], [[value, 'of the same name']])
  const [column] = resultColumns(table)
  if (!column) throw new Error('The table has a column.')
  return cellContent(createFieldReader(table), 0, column, 'utc', most)
}

test.each<[Value, string, string, string]>([
  [null, 'varchar', 'null', 'NULL'],
  ['', 'varchar', 'empty', 'empty'],
  ['NULL', 'varchar', 'text', 'NULL'],
  ['empty', 'varchar', 'text', 'empty'],
  ['<b>bold</b>', 'varchar', 'text', '<b>bold</b>'],
  ['two\nlines', 'varchar', 'text', 'two↵lines'],
  [9007199254740993n, 'bigint', 'text', '9007199254740993'],
  [false, 'boolean', 'text', 'false'],
  [Uint8Array.of(0, 255), 'varbinary', 'text', 'AP8='],
])('%s of type %s', (value, type, kind, text) => {
  expect(contentOf(value, type)).toEqual({ kind, text })
})

test('cuts what nobody sees', () => {
  expect(contentOf('x'.repeat(1_000_000), 'varchar', 10).text).toBe(`${'x'.repeat(10)}…`)
})
