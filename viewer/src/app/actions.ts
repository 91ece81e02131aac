import { sameField, type FieldRef, type Filter, type Question } from '../question/question'
import type { ViewLocation } from '../question/fragment'
import type { Viewer } from './viewer'

type Place = Pick<Viewer, 'location'>

export function currentQuestion(location: ViewLocation): Question | null {
  return location.view === 'builder' ? location.question : null
}

/** Change the question that the URL names. `push` for what runs anew, so that Back undoes it. */
export function changeQuestion(
  { location }: Place,
  change: (question: Question) => Question,
  entry: 'push' | 'replace',
): void {
  const place = location.get()
  if (place.view !== 'builder' || !place.question) return
  location[entry]({ ...place, question: change(place.question) })
}

/** Add a filter, in the place of one that contradicts it or says the same, and run. */
export function addFilter(place: Place, filter: Filter): void {
  changeQuestion(place, (question) => withFilter(question, filter), 'push')
}

export function replaceFilter(place: Place, old: Filter, filter: Filter): void {
  const replaced = (filters: readonly Filter[]) =>
    filters.map((other) => (other === old ? filter : other))
  changeQuestion(place, (q) => ({ ...q, filters: replaced(q.filters) }), 'push')
}

export function removeFilter(place: Place, filter: Filter): void {
  const rest = (filters: readonly Filter[]) => filters.filter((other) => other !== filter)
  changeQuestion(place, (q) => ({ ...q, filters: rest(q.filters) }), 'push')
}

export function withFilter(question: Question, filter: Filter): Question {
  const kept = question.filters.filter((other) => !replaces(filter, other))
  return { ...question, filters: [...kept, filter] }
}

/** A field has one value: a second `=` takes the place of the first, and `=` of `≠` the same value. */
function replaces(filter: Filter, other: Filter): boolean {
  if (!sameField(filter.field, other.field)) return false
  const equality = filter.operator === 'eq' || filter.operator === 'ne'
  if (!equality) return filter.operator === other.operator && filter.value === other.value
  if (filter.operator === 'eq' && other.operator === 'eq') return true
  return filter.value === other.value && (other.operator === 'eq' || other.operator === 'ne')
}

/** Show another table, with nothing of the question kept but its time. */
export function withTable(question: Question, fresh: Question): Question {
  const { from, to, lateMinutes } = question
  return { ...fresh, from, to, lateMinutes }
}

export function toggleColumn(columns: readonly FieldRef[], field: FieldRef): readonly FieldRef[] {
  const rest = columns.filter((other) => !sameField(other, field))
  return rest.length < columns.length ? rest : [...columns, field]
}

/** Open the SQL view with a text, without running it. */
export function showSql({ location }: Place, sql: string): void {
  location.push({ view: 'sql', sql, queryId: null, zone: location.get().zone })
}
