import { createFieldReader } from '../results/fieldReader'
import type { ResultTable } from '../results/resultTable'
import { cellText } from '../results/valueText'
import { type GridColumn, resultColumns } from '../rows/gridColumns'
import type { Zone } from '../time/zones'
import { contains } from './textPattern'

/** Rows as a grid shows them. */
export interface ShownRows {
  readonly rows: ResultTable
  readonly columns: readonly GridColumn[]
  /** The rows of the table in the order shown; null: as they came. */
  readonly order: Uint32Array | null
  readonly zone: Zone
}

export interface FoundText {
  readonly column: GridColumn
  /** Among the columns shown; -1 if it is not shown. */
  readonly shown: number
  readonly text: string
}

/** Look for a text in all of a record: in the cells as they are shown, then in what has no column. */
export function recordFinder({ rows, columns, order, zone }: ShownRows) {
  const hidden = resultColumns(rows).filter(
    ({ index }) => !columns.some((shown) => shown.index === index && shown.path === null),
  )
  const all = [...columns, ...hidden]
  // One of its own, as that of the grid remembers what is on the screen.
  const reader = createFieldReader(rows)
  return (place: number, pattern: RegExp): FoundText | null => {
    const row = order?.[place] ?? place
    for (const [index, column] of all.entries()) {
      const value = reader.read(row, column.index, column.path)
      if (value === null) continue
      const text = cellText(value, column.type, column.time, zone)
      if (!contains(text, pattern)) continue
      return { column, text, shown: index < columns.length ? index : -1 }
    }
    return null
  }
}
