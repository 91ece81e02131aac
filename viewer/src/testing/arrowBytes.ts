import {
  type Column,
  type DataType,
  columnFromArray,
  tableFromColumns,
  tableToIPC,
} from '@uwdata/flechette'

export type TypedColumn = readonly [name: string, type: DataType, values: readonly unknown[]]

/** An Arrow IPC stream, in batches of so many rows. */
export function arrowBytes(columns: readonly TypedColumn[], rowsPerBatch = 1_000): Uint8Array {
  const built = columns.map(([name, type, values]): [string, Column<unknown>] => [
    name,
    columnFromArray([...values], type, { maxBatchRows: rowsPerBatch }),
  ])
  const table = tableFromColumns(built)
  const bytes = tableToIPC(table, { format: 'stream' })
  if (!bytes) throw new Error('The table cannot be written.')
  return bytes
}
