import { expect, test } from 'vitest'

import type { Table } from '../api/documents'
import { defaultQuestion } from '../question/question'
import { withQuestion } from './start'

function table(name: string, roles: Partial<Table['roles']>): Table {
  return {
    name,
    description: '',
    columns: [],
    partition_columns: [],
    required_columns: [],
    roles: { payloads: [], shown: [], ...roles },
    examples: [],
  }
}

const TIMELESS = table('plans', {})
const RECORDS = table('records', { time: 'at' })
const EMPTY = { view: 'builder', question: null, zone: 'utc' } as const

test('a page without a question asks the first table that has a time', () => {
  const question = defaultQuestion(RECORDS)
  expect(withQuestion(EMPTY, [TIMELESS, RECORDS])).toEqual({ ...EMPTY, question })
})

test('a question of the URL stays', () => {
  const place = { ...EMPTY, question: { ...defaultQuestion(RECORDS), from: 'now-1h' } }
  expect(withQuestion(place, [RECORDS])).toBe(place)
})

test('without a table that has a time, there is no question', () => {
  expect(withQuestion(EMPTY, [TIMELESS])).toBe(EMPTY)
})
