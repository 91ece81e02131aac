import type { FieldReader } from '../results/fieldReader'
import { cellText } from '../results/valueText'
import type { Zone } from '../time/zones'
import type { GridColumn } from './gridColumns'
import { visibleText } from './visibleText'

export interface CellContent {
  /** NULL and '' are words in another style, which no text has. */
  readonly kind: 'text' | 'null' | 'empty'
  readonly text: string
}

const NULL: CellContent = { kind: 'null', text: 'NULL' }
const EMPTY: CellContent = { kind: 'empty', text: 'empty' }

/** What a cell shows, of at most `most` characters. */
export function cellContent(
  reader: FieldReader,
  row: number,
  column: GridColumn,
  zone: Zone,
  most = Infinity,
): CellContent {
  const value = reader.read(row, column.index, column.path)
  if (value === null) return NULL
  if (value === '') return EMPTY
  return { kind: 'text', text: visibleText(cellText(value, column.type, column.time, zone), most) }
}
