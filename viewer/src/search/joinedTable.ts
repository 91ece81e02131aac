import type { ResultTable, Value } from '../results/resultTable'
import { valueText } from '../results/valueText'

interface Part {
  readonly table: ResultTable
  /** The rows to take, in this order; null: all. */
  readonly rows: readonly number[] | null
  /** Where the part begins in the joined table. */
  readonly offset: number
}

class JoinedTable implements ResultTable {
  readonly columns
  readonly length

  constructor(readonly parts: readonly Part[]) {
    const last = parts.at(-1)
    this.columns = parts[0]?.table.columns ?? []
    this.length = last ? last.offset + lengthOf(last) : 0
  }

  value(row: number, column: number): Value {
    const part = this.parts.findLast(({ offset }) => offset <= row)
    if (!part) return null
    const index = row - part.offset
    return part.table.value(part.rows ? (part.rows[index] ?? -1) : index, column)
  }
}

/** One table under the other. */
export function joinTables(tables: readonly ResultTable[]): ResultTable {
  return tables
    .slice(1)
    .reduce((joined, table) => withPart(joined, table, null), tables[0] ?? EMPTY_TABLE)
}

export const EMPTY_TABLE: ResultTable = new JoinedTable([])

/** Only these rows of the table, in this order. */
export function selectRows(table: ResultTable, rows: readonly number[]): ResultTable {
  return new JoinedTable([{ table, rows, offset: 0 }])
}

/**
 * Puts older rows under `table`. Those of the moment of its last row were asked for again, as only part of
 * them may be there: the ones that are already there are left out, each as often as it is there.
 */
export function appendOlder(
  table: ResultTable,
  older: ResultTable,
  timeColumn: number,
): ResultTable {
  const there = countRows(table, rowsOfLastMoment(table, timeColumn))
  if (there.size === 0) return withPart(table, older, null)
  const kept: number[] = []
  for (let row = 0; row < older.length; row++) {
    const text = rowText(older, row)
    const count = there.get(text) ?? 0
    if (count > 0) there.set(text, count - 1)
    else kept.push(row)
  }
  return withPart(table, older, kept.length === older.length ? null : kept)
}

/** How many of the last rows are of one moment. */
export function rowsOfLastMoment(table: ResultTable, timeColumn: number): number[] {
  const rows: number[] = []
  const last = table.length - 1
  for (let row = last; row >= 0; row--) {
    if (table.value(row, timeColumn) !== table.value(last, timeColumn)) break
    rows.push(row)
  }
  return rows
}

/** Rows with the same text are the same record, as far as anyone can tell. */
export function rowText(table: ResultTable, row: number): string {
  const values = table.columns.map(({ type }, column) => {
    const value = table.value(row, column)
    return value === null ? null : valueText(value, type)
  })
  return JSON.stringify(values)
}

function countRows(table: ResultTable, rows: readonly number[]): Map<string, number> {
  const counts = new Map<string, number>()
  for (const row of rows) {
    const text = rowText(table, row)
    counts.set(text, (counts.get(text) ?? 0) + 1)
  }
  return counts
}

function withPart(
  table: ResultTable,
  added: ResultTable,
  rows: readonly number[] | null,
): ResultTable {
  const parts = table instanceof JoinedTable ? table.parts : [{ table, rows: null, offset: 0 }]
  if (added.length === 0 && table.columns.length > 0) return table
  return new JoinedTable([...parts, { table: added, rows, offset: table.length }])
}

function lengthOf({ table, rows }: Part): number {
  return rows ? rows.length : table.length
}
