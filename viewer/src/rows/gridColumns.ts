import type { Table, TimeUnit } from '../api/documents'
import type { FieldRef } from '../question/question'
import { sameField } from '../question/question'
import { fieldLabel } from '../question/fieldLabel'
import type { ResultTable } from '../results/resultTable'

/** What a column of a grid shows. */
export interface GridColumn {
  /** Unlike the label, no two columns have the same. */
  readonly key: string
  readonly label: string
  /** Its place in the table. */
  readonly index: number
  /** A value inside the JSON of the column; null for the column itself. */
  readonly path: string | null
  /** Athena's type of the column; that of a value in JSON is `json`. */
  readonly type: string
  /** How it writes a moment, if it does. */
  readonly time: Exclude<TimeUnit, 'day'> | null
  /** Its values tell how severe a record is. */
  readonly level: boolean
  /** What a filter names; null if the grid has no filters. */
  readonly field: FieldRef | null
}

/** All columns of any result, also those that share a name. */
export function resultColumns(table: ResultTable): GridColumn[] {
  return table.columns.map(({ name, type }, index) => ({
    key: String(index),
    label: name,
    index,
    path: null,
    type,
    time: null,
    level: false,
    field: null,
  }))
}

/** The chosen fields of a table's records, without those that the result does not have. */
export function fieldColumns(
  result: ResultTable,
  table: Table,
  fields: readonly FieldRef[],
): GridColumn[] {
  return fields.flatMap((field) => {
    const index = result.columns.findIndex(({ name }) => name === field.column)
    const type = result.columns[index]?.type
    return type === undefined ? [] : [fieldColumn(table, field, index, type)]
  })
}

function fieldColumn(table: Table, field: FieldRef, index: number, type: string): GridColumn {
  const unit = table.columns.find(({ name }) => name === field.column)?.time?.unit
  const isMoment = field.path === null && unit !== undefined && unit !== 'day'
  return {
    key: `${field.column} ${field.path ?? ''}`,
    label: fieldLabel(field, table),
    index,
    path: field.path,
    type: field.path === null ? type : 'json',
    time: isMoment ? unit : null,
    level: sameField(field, table.roles.level ?? null),
    field,
  }
}

const NUMERIC = /^(tinyint|smallint|integer|int|bigint|real|float|double|decimal.*)$/

export function isNumeric(column: GridColumn): boolean {
  return column.time === null && NUMERIC.test(column.type)
}
