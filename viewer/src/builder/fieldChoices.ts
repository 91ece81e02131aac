import { useMemo } from 'preact/hooks'

import { useStore } from '../app/store'
import { useViewer } from '../app/viewer'
import type { Table } from '../api/documents'
import { payloadPaths } from '../fields/payloadPaths'
import { countValues } from '../fields/topValues'
import { fieldLabel } from '../question/fieldLabel'
import type { FieldRef } from '../question/question'
import { createFieldReader } from '../results/fieldReader'
import { valueText } from '../results/valueText'
import type { ResultTable } from '../results/resultTable'

const MOST_ROWS = 500
const MOST_VALUES = 20

export interface FieldChoices {
  readonly labels: readonly string[]
  readonly valuesOf: (field: FieldRef) => readonly string[]
}

/** What to choose from in a filter: columns, paths and values of the loaded rows. It asks no query. */
export function useFieldChoices(table: Table): FieldChoices {
  const { search } = useViewer()
  const rows = useStore(search.state, (state) =>
    state.asked?.question.table === table.name ? state.rows.table : null,
  )
  return useMemo(() => fieldChoices(table, rows), [table, rows])
}

export function fieldChoices(table: Table, rows: ResultTable | null): FieldChoices {
  const reader = rows && createFieldReader(rows)
  const count = Math.min(rows?.length ?? 0, MOST_ROWS)
  const place = (column: string) => rows?.columns.findIndex(({ name }) => name === column) ?? -1
  const paths = table.roles.payloads.flatMap((column) => {
    if (!reader || place(column) < 0) return []
    return payloadPaths(reader, count, place(column)).map(({ path }) => ({ column, path }))
  })
  const columns = table.columns.map(({ name }) => ({ column: name, path: null }))
  return {
    labels: [...columns, ...paths].map((field) => fieldLabel(field, table)),
    valuesOf(field) {
      const index = place(field.column)
      const type = rows?.columns[index]?.type ?? 'varchar'
      const counted = { index, path: field.path, type }
      const found = reader ? countValues(reader, count, counted, MOST_VALUES).top : []
      const examples = table.columns.find(({ name }) => name === field.column)?.examples ?? []
      const loaded = found.filter(({ filterable }) => filterable)
      const values = [
        ...loaded.map(({ value }) => valueText(value, field.path === null ? type : 'varchar')),
        ...(field.path === null ? examples.map(String) : []),
      ]
      return [...new Set(values)]
    },
  }
}
