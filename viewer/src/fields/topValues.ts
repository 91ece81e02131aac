import type { FieldReader } from '../results/fieldReader'
import type { Value } from '../results/resultTable'
import { isFilterable } from '../rows/valueFilter'

export interface TopValue {
  readonly value: Value
  readonly count: number
  /** Of all rows, those without a value too. */
  readonly share: number
  /** Whether a filter for it finds its rows. */
  readonly filterable: boolean
}

export interface ValueCounts {
  /** The commonest values of the loaded rows. */
  readonly top: readonly TopValue[]
  readonly distinct: number
  readonly missing: number
  readonly rows: number
}

/** Count the values of a field in the rows of a table. */
export function countValues(
  reader: FieldReader,
  rows: number,
  { index, path, type }: { index: number; path: string | null; type: string },
  most = 5,
): ValueCounts {
  const counts = new Map<Value, number>()
  const rowOf = new Map<Value, number>()
  for (let row = 0; row < rows; row++) {
    const value = reader.read(row, index, path)
    counts.set(value, (counts.get(value) ?? 0) + 1)
    if (!rowOf.has(value)) rowOf.set(value, row)
  }
  const missing = counts.get(null) ?? 0
  counts.delete(null)
  const top = [...counts]
    .sort(([, left], [, right]) => right - left)
    .slice(0, most)
    .map(([value, count]) => {
      const filterable = isFilterable(reader, rowOf.get(value) ?? 0, { index, path, type })
      return { value, count, share: count / rows, filterable }
    })
  return { top, distinct: counts.size, missing, rows }
}
