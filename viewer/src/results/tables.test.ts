import { describe, expect, it } from 'vitest'

import { MessageCutter } from '../api/arrowStream'
import { ArrowTableBuilder } from './arrowTable'
import everyType from './everyType.json'
import { tableOfPages } from './pageTable'
import type { ResultTable, Value } from './resultTable'
import { valueText } from './valueText'

const arrow = Uint8Array.from(atob(everyType.arrow), (character) => character.charCodeAt(0))

function tableOfArrow(): ResultTable {
  const builder = new ArrowTableBuilder()
  for (const message of new MessageCutter().push(arrow)) builder.push(message)
  return builder.build()
}

function columnsOf(table: ResultTable): Record<string, [string, ...Value[]]> {
  const column = (index: number) => [0, 1, 2].map((row) => table.value(row, index))
  return Object.fromEntries(
    table.columns.map(({ name, type }, index) => [name, [type, ...column(index)]]),
  )
}

const fromArrow = columnsOf(tableOfArrow())
const fromPages = columnsOf(tableOfPages([everyType.page]))

describe('values of a result', () => {
  const bytes = (...values: number[]) => Uint8Array.from(values)

  it.each<[string, string, ...Value[]]>([
    ['bool', 'boolean', true, false, null],
    ['tiny', 'tinyint', -5, 5, null],
    ['small', 'smallint', 300, -300, null],
    ['int', 'integer', 70000, -70000, null],
    ['big', 'bigint', 9007199254740993n, -9223372036854775808n, null],
    ['d', 'double', 0.1, NaN, Infinity],
    ['dec', 'decimal(20,2)', '123456789012345678.05', '-0.05', null],
    ['day', 'date', '2026-11-20', '1969-12-31', null],
    ['ts', 'timestamp', 1795185575882123n, -1n, null],
    ['tz', 'timestamp with time zone', 1795185575882000n, -62135596800000000n, null],
    ['text', 'varchar', 'Grüße 👋', '', null],
    ['bin', 'varbinary', bytes(0, 255, 16), bytes(), null],
    ['arr', 'varchar', '[1, 2]', '[3]', null],
    ['nothing', 'varchar', null, 'x', null],
  ])('of %s are exact', (name, type, ...values) => {
    expect(fromArrow[name]).toEqual([type, ...values])
    expect(fromPages[name]?.slice(1)).toEqual(values)
  })

  it('of JSON are text', () => {
    expect(fromArrow.j?.[1]).toBe('{"a":9007199254740993}')
    expect(fromPages.j?.slice(2)).toEqual(['[]', null])
  })

  it.each([
    ['big', '9007199254740993', '-9223372036854775808'],
    ['r', '0.1', '1e+30'],
    ['d', '0.1', 'NaN'],
    ['dec', '123456789012345678.05', '-0.05'],
    ['ts', '2026-11-20 14:39:35.882123', '1969-12-31 23:59:59.999999'],
    ['tz', '2026-11-20 14:39:35.882 UTC', '0001-01-01 00:00:00.000 UTC'],
    ['bool', 'true', 'false'],
    ['bin', 'AP8Q', ''],
  ])('of %s as text', (name, first, second) => {
    const [type = '', ...values] = fromArrow[name] ?? []
    expect(values.slice(0, 2).map((value) => valueText(value, type))).toEqual([first, second])
  })
})
