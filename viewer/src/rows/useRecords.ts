import type { Table } from '../api/documents'
import { currentQuestion } from '../app/actions'
import { useStore } from '../app/store'
import { useViewer } from '../app/viewer'
import type { FieldRef, Question, Sort } from '../question/question'
import { type FieldReader, fieldReaderOf } from '../results/fieldReader'
import type { ResultTable } from '../results/resultTable'
import type { Zone } from '../time/zones'
import { type GridColumn, fieldColumns } from './gridColumns'
import { RowSorter } from './rowSorter'

/** The loaded rows, as the builder shows them. */
export interface Records {
  readonly question: Question
  readonly table: Table
  readonly rows: ResultTable
  readonly reader: FieldReader
  readonly columns: readonly GridColumn[]
  /** Null: newest first, as they came. */
  readonly order: Uint32Array | null
  /** The order is still that of before. */
  readonly sorting: boolean
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
  const { order, busy: sorting } = useStore(orderOf(rows, question?.sort ?? null), (state) => state)
  if (!question || !rows || !table || asked !== table.name) return null
  return {
    question,
    table,
    rows,
    reader: fieldReaderOf(rows),
    columns: columnsOf(rows, table, shownFields(question, table)),
    order,
    sorting,
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

const sorter = new RowSorter()

const orderOf = rememberLast((rows: ResultTable | null, sort: Sort | null) => {
  const index = rows?.columns.findIndex(({ name }) => name === sort?.column.column) ?? -1
  if (!rows || !sort || index < 0) return sorter.start(null)
  const { column, descending } = sort
  const reader = fieldReaderOf(rows)
  const read = (row: number) => reader.read(row, index, column.path)
  return sorter.start({ length: rows.length, read, descending })
})
