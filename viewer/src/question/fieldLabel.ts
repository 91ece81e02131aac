import type { Table } from '../api/documents'
import type { FieldRef, Filter, FilterOperator } from './question'

/** Name a field for people: `service`, `$.user.id`, and `labels $.host` if several columns hold JSON. */
export function fieldLabel(field: FieldRef, table: Table | null): string {
  if (field.path === null) return field.column
  const onlyPayload = table?.roles.payloads.length === 1
  return onlyPayload ? field.path : `${field.column} ${field.path}`
}

/** Find the field that a person typed: a label, `column`, or `column:$.path`. Null if there is none. */
export function parseField(text: string, table: Table): FieldRef | null {
  const typed = text.trim()
  if (table.columns.some(({ name }) => name === typed)) return { column: typed, path: null }
  const start = typed.indexOf('$')
  if (start < 0) return null
  const named = typed.slice(0, start).replace(/[:\s]+$/, '')
  const column = named === '' ? table.roles.payloads[0] : named
  if (!column || !table.columns.some(({ name }) => name === column)) return null
  return { column, path: typed.slice(start) }
}

export const OPERATOR_TEXTS: Readonly<Record<FilterOperator, string>> = {
  eq: '=',
  ne: '≠',
  contains: 'contains',
  excludes: 'does not contain',
  lt: '<',
  le: '≤',
  gt: '>',
  ge: '≥',
  exists: 'exists',
  missing: 'is missing',
}

/** Write a filter as on its chip: `service = iam-admin`. */
export function filterLabel(filter: Filter, table: Table | null): string {
  const start = `${fieldLabel(filter.field, table)} ${OPERATOR_TEXTS[filter.operator]}`
  if (!takesValue(filter.operator)) return start
  return `${start} ${filter.value === '' ? '…' : filter.value}`
}

export function takesValue(operator: FilterOperator): boolean {
  return operator !== 'exists' && operator !== 'missing'
}

const OPPOSITES: Readonly<Record<FilterOperator, FilterOperator>> = {
  eq: 'ne',
  ne: 'eq',
  contains: 'excludes',
  excludes: 'contains',
  lt: 'ge',
  ge: 'lt',
  gt: 'le',
  le: 'gt',
  exists: 'missing',
  missing: 'exists',
}

export function invertFilter(filter: Filter): Filter {
  return { ...filter, operator: OPPOSITES[filter.operator] }
}
