import type { FieldRef } from '../question/question'
import { type Json, type JsonMember, parseExactJson, scalarText } from '../results/exactJson'
import { elementPath, memberPath } from '../results/jsonPath'
import type { ResultTable, Value } from '../results/resultTable'
import { valueText } from '../results/valueText'
import { isParameterText, isScalarType } from '../rows/valueFilter'

/** A row that is a record, and the rows that it is one of. */
export interface RecordPlace {
  readonly rows: ResultTable
  readonly row: number
}

/** A value of a record, which may have others inside. */
export interface RecordNode {
  readonly name: string
  readonly value: Json
  /** Null for what no filter can name, such as a value of JSON inside of a string. */
  readonly field: FieldRef | null
  /** `value` is what a text holds. */
  readonly inText: boolean
}

/** The columns of a row. */
export function recordNodes(table: ResultTable, row: number): RecordNode[] {
  return table.columns.map(({ name, type }, index) => {
    const isAlone = table.columns.filter((other) => other.name === name).length === 1
    const field = isAlone && isScalarType(type) ? { column: name, path: null } : null
    return node(name, jsonOf(table.value(row, index), type), field)
  })
}

/** What is inside. JSON in a column is named by its paths, JSON inside of that JSON by nothing. */
export function childNodes({ value, field, inText }: RecordNode): RecordNode[] {
  const isColumn = field?.path === null
  const parent = field && (isColumn ? '$' : inText ? null : field.path)
  const inner = (path: string | null) =>
    field && path !== null ? { column: field.column, path } : null
  if (value.kind === 'object') {
    return value.members.map(([name, member], index) => {
      const isFirst = value.members.findIndex((other) => other[0] === name) === index
      return node(name, member, parent && isFirst ? inner(memberPath(parent, name)) : null)
    })
  }
  if (value.kind !== 'array') return []
  return value.items.map((item, index) =>
    node(String(index), item, parent ? inner(elementPath(parent, index)) : null),
  )
}

/** The field and text of a value that a filter finds; null for any other. */
export function filterOf({
  field,
  value,
}: RecordNode): { field: FieldRef; text: string | null } | null {
  if (!field || value.kind === 'array' || value.kind === 'object') return null
  const text = scalarText(value)
  return text === null || isParameterText(text) ? { field, text } : null
}

export function sizeOf(value: Json): number {
  if (value.kind === 'array') return value.items.length
  return value.kind === 'object' ? value.members.length : 0
}

/** Text that is the JSON of an array or object stands for it. */
function node(name: string, value: Json, field: FieldRef | null): RecordNode {
  const text = value.kind === 'string' && /^\s*[{[]/.test(value.text) ? value.text : null
  const held = text === null ? null : parseExactJson(text)
  return held ? { name, value: held, field, inText: true } : { name, value, field, inText: false }
}

function jsonOf(value: Value, type: string): Json {
  if (value === null) return { kind: 'null' }
  if (typeof value === 'boolean') return { kind: 'boolean', value }
  const text = valueText(value, type)
  const isMoment = type.startsWith('timestamp')
  const isNumber = typeof value === 'number' || (typeof value === 'bigint' && !isMoment)
  return { kind: isNumber ? 'number' : 'string', text }
}

/** The record as JSON. Of payloads their JSON itself, exactly as it was. */
export function recordJson(table: ResultTable, row: number): Json {
  const members = recordNodes(table, row).map(({ name, value }): JsonMember => [name, value])
  return { kind: 'object', members }
}

/** The row with the same record, at the same place or nearby; null if it is not there. */
export function sameRecord(old: RecordPlace, rows: ResultTable): number | null {
  if (rows === old.rows || equalRows(old.rows, old.row, rows, old.row)) return old.row
  for (let row = 0; row < rows.length; row++) {
    if (equalRows(old.rows, old.row, rows, row)) return row
  }
  return null
}

function equalRows(a: ResultTable, aRow: number, b: ResultTable, bRow: number): boolean {
  if (bRow >= b.length || a.columns.length !== b.columns.length) return false
  return a.columns.every(({ name, type }, index) => {
    const other = b.columns[index]
    if (other?.name !== name || other.type !== type) return false
    return valueText(a.value(aRow, index), type) === valueText(b.value(bRow, index), type)
  })
}
