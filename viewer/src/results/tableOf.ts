import type { ResultTable, Value } from './resultTable'

/** A table of plain arrays; a column is written as its name and its type: `created bigint`. */
export function tableOf(
  columns: readonly string[],
  rows: readonly (readonly Value[])[],
): ResultTable {
  return {
    columns: columns.map((column) => {
      const space = column.indexOf(' ')
      return { name: column.slice(0, space), type: column.slice(space + 1) }
    }),
    length: rows.length,
    value: (row, column) => rows[row]?.[column] ?? null,
  }
}
