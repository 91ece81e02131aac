import { describe, expect, it } from 'vitest'

import type { ResultTable, Value } from '../results/resultTable'
import { readChart } from './chart'

function table(types: Record<string, string>, rows: Value[][]): ResultTable {
  const columns = Object.entries(types).map(([name, type]) => ({ name, type }))
  return { columns, length: rows.length, value: (row, column) => rows[row]?.[column] ?? null }
}

const T = 1_764_288_000

describe('lines over time', () => {
  it.each([
    ['bigint', [BigInt(T) * 1000n, BigInt(T + 60) * 1000n]],
    ['bigint', [BigInt(T), BigInt(T + 60)]],
    ['double', [T, T + 60]],
    ['timestamp', [BigInt(T) * 1_000_000n, BigInt(T + 60) * 1_000_000n]],
  ])('of a %s', (type, [first = null, second = null]) => {
    expect(
      readChart(
        table({ n: 'bigint', t: type }, [
          [2n, second],
          [1n, first],
        ]),
      ),
    ).toEqual({ times: [T, T + 60], series: [{ label: 'n', values: [1, 2] }] })
  })

  it('of days', () => {
    const days = table({ day: 'date', a: 'double', b: 'decimal(5,2)' }, [
      ['2025-11-28', 1.5, '2.50'],
      ['2025-11-29', null, '3.00'],
    ])
    expect(readChart(days)).toEqual({
      times: [1764288000, 1764374400],
      series: [
        { label: 'a', values: [1.5, null] },
        { label: 'b', values: [2.5, 3] },
      ],
    })
  })

  it('for each value of a text', () => {
    const levels = table({ t: 'bigint', level: 'varchar', n: 'bigint' }, [
      [BigInt(T), 'INFO', 5n],
      [BigInt(T + 60), null, 7n],
      [BigInt(T + 60), 'INFO', 6n],
    ])
    expect(readChart(levels)).toEqual({
      times: [T, T + 60],
      series: [
        { label: 'INFO', values: [5, 6] },
        { label: '(none)', values: [null, 7] },
      ],
    })
  })
})

describe('no lines', () => {
  it.each([
    [
      'without a time',
      table({ a: 'varchar', n: 'bigint' }, [
        ['x', 1n],
        ['y', 2n],
      ]),
    ],
    [
      'without a number',
      table({ t: 'date', a: 'varchar' }, [
        ['2026-11-28', 'x'],
        ['2026-11-29', 'y'],
      ]),
    ],
    [
      'of one moment',
      table({ t: 'bigint', n: 'bigint' }, [
        [BigInt(T), 1n],
        [BigInt(T), 2n],
      ]),
    ],
    ['of one row', table({ t: 'bigint', n: 'bigint' }, [[BigInt(T), 1n]])],
    [
      'of counts',
      table({ t: 'bigint', n: 'bigint' }, [
        [100n, 1n],
        [200n, 2n],
      ]),
    ],
    [
      'where a time is missing',
      table({ t: 'bigint', n: 'bigint' }, [
        [BigInt(T), 1n],
        [null, 2n],
      ]),
    ],
    [
      'of records',
      table({ t: 'bigint', a: 'varchar', b: 'varchar', n: 'bigint' }, [
        [BigInt(T), 'x', 'y', 1n],
        [BigInt(T + 1), 'x', 'y', 1n],
      ]),
    ],
  ])('%s', (_, result) => {
    expect(readChart(result)).toBeNull()
  })
})
