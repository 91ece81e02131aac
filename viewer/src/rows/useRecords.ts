import type { Table } from '../api/documents'
import { currentQuestion } from '../app/actions'
import { useStore } from '../app/store'
import { useViewer } from '../app/viewer'
import type { FieldRef, Question, Sort } from '../question/question'
import { type FieldReader, fieldReaderOf } from '../results/fieldReader'
import type { ResultTable } from '../results/resultTable'
import type { Zone } from '../time/zones'
import { type GridColumn, fieldColumns } from './gridColumns'
import { sortRows } from './sortRows'

/** The loaded rows, as the builder shows them. */
export interface Records {
  readonly question: Question
  readonly table: Table
  readonly rows: ResultTable
  readonly reader: FieldReader
  readonly columns: readonly GridColumn[]
  /** Null: newest first, as they came. */
  readonly order: Uint32Array | null
  readonly zone: Zone
  readonly stale: boolean
}

/** Null as long as there are no rows, or if they are not of the question's table. */
export function useRecords(): Records | null {
  const { search, location, tables } = useViewer()
  const question = useStore(location, currentQuestion)
  const zone = useStore(location, ({ zone }) => zone)
  const rows = useStore(search.state, (state) => state.rows.table)
  const stale = useStore(search.state, (state) => state.rows.stale)
  const asked = useStore(search.state, (state) => state.asked?.question.table)
  const table = tables.find(({ name }) => name === question?.table)
  if (!question || !rows || !table || asked !== table.name) return null
  return {
    question,
    table,
    rows,
    reader: fieldReaderOf(rows),
    columns: columnsOf(rows, table, shownFields(question, table)),
    order: orderOf(rows, question.sort),
    zone,
    stale,
  }
}

export function shownFields(question: Question, table: Table): readonly FieldRef[] {
  return question.columns ?? table.roles.shown
}

/** Remembers what it returned last, so that the same rows are not sorted or measured at each rendering. */
function rememberLast<Key extends readonly unknown[], Result>(
  compute: (...key: Key) => Result,
): (...key: Key) => Result {
  let last: { key: Key; result: Result } | null = null
  return (...key) => {
    const isSame = last?.key.every((part, index) => part === key[index]) ?? false
    if (!last || !isSame) last = { key, result: compute(...key) }
    return last.result
  }
}

const columnsOf = rememberLast(fieldColumns)

const orderOf = rememberLast((rows: ResultTable, sort: Sort | null): Uint32Array | null => {
  const index = rows.columns.findIndex(({ name }) => name === sort?.column.column)
  if (!sort || index < 0) return null
  const reader = fieldReaderOf(rows)
  return sortRows(rows.length, (row) => reader.read(row, index, sort.column.path), sort.descending)
})
