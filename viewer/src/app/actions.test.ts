import { describe, expect, test } from 'vitest'

import type { ViewLocation } from '../question/fragment'
import type { Filter, FilterOperator, Question } from '../question/question'
import {
  addFilter,
  removeFilter,
  replaceFilter,
  showSql,
  toggleColumn,
  withFilter,
  withTable,
} from './actions'
import { question as questionWith } from '../testing/questions'
import { createStore } from './store'

const QUESTION = questionWith({ table: 'records' })

function filter(operator: FilterOperator, value: string, column = 'service'): Filter {
  return { field: { column, path: null }, operator, value, enabled: true }
}

function place(question: Question | null) {
  const entries: ViewLocation[] = []
  const store = createStore<ViewLocation>({ view: 'builder', question, zone: 'utc' })
  const go = (location: ViewLocation) => {
    entries.push(location)
    store.set(location)
  }
  return {
    entries,
    location: { ...store, push: go, replace: go },
  }
}

function texts({ filters }: Question): string[] {
  return filters.map(({ field, operator, value }) => `${field.column} ${operator} ${value}`)
}

describe('withFilter', () => {
  test.each([
    ['another value of the field', filter('eq', 'a'), filter('eq', 'b'), ['service eq b']],
    ['the opposite', filter('ne', 'a'), filter('eq', 'a'), ['service eq a']],
    ['the same again', filter('contains', 'a'), filter('contains', 'a'), ['service contains a']],
    ['a second exclusion', filter('ne', 'a'), filter('ne', 'b'), ['service ne a', 'service ne b']],
    [
      'another field',
      filter('eq', 'a', 'level'),
      filter('eq', 'a'),
      ['level eq a', 'service eq a'],
    ],
    ['a bound', filter('ge', '1'), filter('lt', '9'), ['service ge 1', 'service lt 9']],
  ])('%s', (_name, old, added, filters) => {
    expect(texts(withFilter({ ...QUESTION, filters: [old] }, added))).toEqual(filters)
  })
})

test('filters are added, replaced and removed in entries of their own', () => {
  const viewer = place(QUESTION)
  const first = filter('eq', 'a')
  const second = filter('ne', 'b')
  addFilter(viewer, first)
  replaceFilter(viewer, first, second)
  removeFilter(viewer, second)
  const lengths = viewer.entries.map(
    (entry) => entry.view === 'builder' && entry.question?.filters.length,
  )
  expect(lengths).toEqual([1, 1, 0])
})

test('a place without a question stays as it is', () => {
  const viewer = place(null)
  addFilter(viewer, filter('eq', 'a'))
  expect(viewer.entries).toEqual([])
})

test('another table keeps only the time', () => {
  const old = { ...QUESTION, from: 'now-1h', lateMinutes: null, filters: [filter('eq', 'a')] }
  const fresh = { ...QUESTION, table: 'others' }
  expect(withTable(old, fresh)).toEqual({ ...fresh, from: 'now-1h', lateMinutes: null })
})

test('a column is added at the end and taken out again', () => {
  const a = { column: 'a', path: null }
  const inside = { column: 'a', path: '$.b' }
  expect(toggleColumn([a], inside)).toEqual([a, inside])
  expect(toggleColumn([a, inside], a)).toEqual([inside])
})

test('the SQL view opens in the zone of the page', () => {
  const viewer = place(QUESTION)
  showSql(viewer, 'SELECT 1')
  expect(viewer.entries).toEqual([{ view: 'sql', sql: 'SELECT 1', queryId: null, zone: 'utc' }])
})
