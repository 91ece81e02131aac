import type { Filter, FieldRef, FilterOperator, Question } from '../question/question'

export function filter(
  field: FieldRef,
  operator: FilterOperator,
  value = '',
  enabled = true,
): Filter {
  return { field, operator, value, enabled }
}

export function question(change: Partial<Question> = {}): Question {
  return {
    table: 'events',
    from: 'now-24h',
    to: 'now',
    lateMinutes: 60,
    filters: [],
    stackedBy: null,
    columns: null,
    sort: null,
    ...change,
  }
}
