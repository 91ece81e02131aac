import type { Table } from '../api/documents'
import type { Filter, FieldRef, FilterOperator } from './question'
import {
  type Sql,
  baseType,
  identifier,
  joined,
  parameter,
  sql,
  stringLiteral,
  words,
} from './sqlText'

const COMPARISONS: Partial<Record<FilterOperator, string>> = {
  eq: '=',
  ne: 'IS DISTINCT FROM',
  lt: '<',
  le: '<=',
  gt: '>',
  ge: '>=',
}
const INTEGER = /^-?\d{1,19}$/
const NUMBER = /^[+-]?(\d+\.?\d*|\.\d+)(e[+-]?\d+)?$/i
const TIME_TYPES = ['date', 'time', 'timestamp', 'timestamp with time zone']
const INTEGER_TYPES = ['tinyint', 'smallint', 'integer', 'int', 'bigint']
const FLOAT_TYPES = ['real', 'float', 'double']

/** The conditions joined by AND. */
export function allOf(conditions: readonly Sql[]): Sql {
  return joined(conditions, ' AND ')
}

/** The filters that are enabled, as conditions. */
export function filterConditions(filters: readonly Filter[], table: Table): Sql[] {
  return filters.filter(({ enabled }) => enabled).map((filter) => filterCondition(filter, table))
}

/** The field as text or as the scalar that it is, such as `json_extract_scalar(data, '$.level')`. */
export function fieldValue({ column, path }: FieldRef): Sql {
  const name = identifier(column)
  return path === null ? name : sql`json_extract_scalar(${name}, ${stringLiteral(path)})`
}

/** Says what the value of a filter has to be, or null if it fits its field. */
export function filterMistake(filter: Filter, table: Table): string | null {
  const { field, operator, value } = filter
  const type = typeOf(field, table)
  if (type === null) return `The table has no column ${field.column}.`
  if (field.path !== null || COMPARISONS[operator] === undefined) return null
  if (INTEGER_TYPES.includes(type) && !INTEGER.test(value)) return 'Write a whole number.'
  if ((FLOAT_TYPES.includes(type) || type === 'decimal') && !isNumber(value))
    return 'Write a number.'
  if (type === 'boolean' && !/^(true|false)$/i.test(value)) return 'Write true or false.'
  if (TIME_TYPES.includes(type) && !/\d/.test(value))
    return 'Write a time such as 2026-11-20 10:00:00.'
  return null
}

/** The column's type without its parameters, text for what is in its JSON; null if there is none. */
function typeOf({ column, path }: FieldRef, table: Table): string | null {
  const found = table.columns.find(({ name }) => name === column)
  if (!found) return null
  return path === null ? baseType(found.type) : 'varchar'
}

function filterCondition({ field, operator, value }: Filter, table: Table): Sql {
  const type = typeOf(field, table) ?? 'varchar'
  switch (operator) {
    case 'exists':
      return isPresent(field)
    case 'missing':
      return field.path === null ? sql`${fieldValue(field)} IS NULL` : sql`NOT ${isPresent(field)}`
    case 'contains':
      return sql`strpos(${textOf(field, type)}, ${parameter('varchar', value)}) > 0`
    case 'excludes':
      return sql`coalesce(strpos(${textOf(field, type)}, ${parameter('varchar', value)}), 0) = 0`
    case 'eq':
    case 'ne':
      return compared(field, type, operator, value)
    default:
      if (field.path !== null && isNumber(value)) return comparedAsNumber(field, operator, value)
      return compared(field, type, operator, value)
  }
}

/** A JSON null counts as missing; `json_extract` returns it as a value of its own. */
function isPresent(field: FieldRef): Sql {
  const { column, path } = field
  if (path === null) return sql`${identifier(column)} IS NOT NULL`
  const value = sql`json_format(json_extract(${identifier(column)}, ${stringLiteral(path)}))`
  return sql`coalesce(${value}, 'null') <> 'null'`
}

function compared(field: FieldRef, type: string, operator: FilterOperator, value: string): Sql {
  // NaN equals nothing, itself neither.
  if (operator === 'eq' && value === 'NaN' && FLOAT_TYPES.includes(type))
    return sql`is_nan(${fieldValue(field)})`
  const sign = words(COMPARISONS[operator] ?? '=')
  if (!isScalar(type)) return sql`${textOf(field, type)} ${sign} ${parameter('varchar', value)}`
  return sql`${fieldValue(field)} ${sign} ${typedParameter(type, value)}`
}

function comparedAsNumber(field: FieldRef, operator: FilterOperator, value: string): Sql {
  const sign = words(COMPARISONS[operator] ?? '=')
  return sql`TRY_CAST(${fieldValue(field)} AS double) ${sign} ${parameter('double', value)}`
}

function typedParameter(type: string, value: string): Sql {
  if (type === 'varchar' || type === 'char') return parameter('varchar', value)
  return parameter(type === 'float' ? 'real' : type, value)
}

function textOf(field: FieldRef, type: string): Sql {
  const value = fieldValue(field)
  if (type === 'varchar') return value
  if (type === 'json') return sql`json_format(${value})`
  if (type === 'varbinary') return sql`to_base64(${value})`
  if (!isScalar(type)) return sql`json_format(CAST(${value} AS json))`
  return sql`CAST(${value} AS varchar)`
}

function isScalar(type: string): boolean {
  return !/^(json|varbinary|array|map|row|struct)/.test(type)
}

function isNumber(text: string): boolean {
  return NUMBER.test(text.trim()) || ['NaN', 'Infinity', '-Infinity'].includes(text)
}
