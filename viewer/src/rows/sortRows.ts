import type { Value } from '../results/resultTable'

type Key = number | bigint | string | boolean

/**
 * Order rows by a value: numbers by size, also those written as text if all are; text by its UTF-16 units. Rows
 * without a value come last either way, and equal ones stay in order.
 */
export function sortRows(
  length: number,
  read: (row: number) => Value,
  descending: boolean,
): Uint32Array {
  const keys = sortKeys(Array.from({ length }, (_, row) => read(row)))
  const order = Uint32Array.from({ length }, (_, row) => row)
  const sign = descending ? -1 : 1
  return order.sort((a, b) => {
    const left = keys[a] ?? null
    const right = keys[b] ?? null
    if (left === null || right === null) return Number(left === null) - Number(right === null)
    return left < right ? -sign : left > right ? sign : 0
  })
}

const NUMBER = /^-?[0-9]+(\.[0-9]+)?([eE][+-]?[0-9]+)?$/

function sortKeys(values: readonly Value[]): (Key | null)[] {
  const allNumbers = values.every(
    (value) => value === null || (typeof value === 'string' && NUMBER.test(value)),
  )
  return values.map((value) => {
    if (value instanceof Uint8Array) return String.fromCharCode(...value.subarray(0, 1_000))
    if (typeof value === 'number' && Number.isNaN(value)) return Infinity
    return allNumbers && value !== null ? Number(value) : value
  })
}
