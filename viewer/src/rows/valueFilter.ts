import type { FieldRef, Filter } from '../question/question'
import type { Value } from '../results/resultTable'
import { valueText } from '../results/valueText'

/** The filter that + or − beside a value adds. */
export function valueFilter(field: FieldRef, value: Value, type: string, negated: boolean): Filter {
  if (value === null) {
    return { field, operator: negated ? 'exists' : 'missing', value: '', enabled: true }
  }
  const operator = negated ? 'ne' : 'eq'
  return { field, operator, value: valueText(value, type), enabled: true }
}
