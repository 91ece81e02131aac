import type { FieldRef, Filter } from '../question/question'
import type { FieldReader } from '../results/fieldReader'
import type { Value } from '../results/resultTable'
import { valueText } from '../results/valueText'

const NESTED_TYPE = /^(array|map|row|struct)/
/** What no parameter of the service holds: a NUL character, or half of a surrogate pair. */
const NO_PARAMETER = /[\0\p{Cs}]/u

/** Whether the columns of a type hold values that a filter finds again by their text. */
export function isScalarType(type: string): boolean {
  return !NESTED_TYPE.test(type)
}

export function isParameterText(text: string): boolean {
  return !NO_PARAMETER.test(text)
}

/** Whether a filter for the value of a cell finds its record. */
export function isFilterable(
  reader: FieldReader,
  row: number,
  { index, path, type }: { index: number; path: string | null; type: string },
): boolean {
  if (path === null ? !isScalarType(type) : reader.isNested(row, index, path)) return false
  const value = reader.read(row, index, path)
  return typeof value !== 'string' || isParameterText(value)
}

/** The filter that + or − beside a value adds. */
export function valueFilter(field: FieldRef, value: Value, type: string, negated: boolean): Filter {
  if (value === null) {
    return { field, operator: negated ? 'exists' : 'missing', value: '', enabled: true }
  }
  const operator = negated ? 'ne' : 'eq'
  return { field, operator, value: valueText(value, type), enabled: true }
}
