import { useMemo, useState } from 'preact/hooks'

import type { RowGridProps } from './RowGrid'
import { cellContent } from './cellContent'
import { columnWidths, fill } from './columnWidths'

const SAMPLED_ROWS = 50
const LONGEST = 80

/** The widths of the columns: as their first rows need it, or as a person dragged them. */
export function useColumnWidths(
  { table, reader, columns, zone }: RowGridProps,
  available: number,
): [widths: readonly number[], resize: (column: number, width: number) => void] {
  const [chosen, setChosen] = useState<ReadonlyMap<string, number>>(new Map())
  const rows = Math.min(table.length, SAMPLED_ROWS)
  const fitting = useMemo(() => {
    const places = Array.from({ length: rows }, (_, row) => row)
    const sampled = columns.map((column) => ({
      label: column.label,
      texts: places.map((row) => cellContent(reader, row, column, zone, LONGEST).text),
    }))
    return columnWidths(sampled, 0)
    // eslint-disable-next-line react-hooks/exhaustive-deps -- more rows of a table change no width
  }, [rows, columns, zone])
  const widths = useMemo(() => {
    const wanted = columns.map(({ key }, index) => chosen.get(key) ?? fitting[index] ?? 0)
    return fill(wanted, available)
  }, [columns, chosen, fitting, available])
  const resize = (column: number, width: number) => {
    const key = columns[column]?.key
    if (key !== undefined) setChosen((old) => new Map(old).set(key, width))
  }
  return [widths, resize]
}
