import { expect, test } from 'vitest'

import type { Query } from '../api/documents'
import { factsOf, isWithoutRows, runnableText, stateText } from './queryText'

const FINISHED: Query = {
  query_id: 'a',
  query: 'SELECT 1',
  parameters: [],
  status: 'FINISHED',
  submitted_at: '2026-11-28T10:00:00.123Z',
  completed_at: '2026-11-28T10:00:02Z',
  expires_at: '2026-11-29T10:00:02Z',
  retention_minutes: 1440,
  statistics: {
    ...{ scanned_bytes: 1093543, queue_ms: 0, planning_ms: 0, engine_ms: 0, total_ms: 0 },
    estimated_cost_usd: 0.00005,
    reused: false,
  },
  warnings: [],
}
const RUNNING: Query = { ...FINISHED, status: 'RUNNING', completed_at: null, expires_at: null }
const FAILED: Query = {
  ...FINISHED,
  status: 'FAILED',
  error: { code: 'DIVISION_BY_ZERO', detail: 'Division by zero', retryable: false },
}
const BEFORE = Date.parse('2026-11-29T10:00:01Z')
const AFTER = Date.parse('2026-11-29T10:00:03Z')

test.each([
  [
    FINISHED,
    BEFORE,
    'Finished',
    ['2026-11-28 10:00', '1.1 MB', '$0.00005', 'kept until 2026-11-29 10:00'],
  ],
  [
    FINISHED,
    AFTER,
    'Expired',
    ['2026-11-28 10:00', '1.1 MB', '$0.00005', 'expired 2026-11-29 10:00'],
  ],
  [RUNNING, BEFORE, 'Running', ['2026-11-28 10:00']],
  [FAILED, BEFORE, 'Failed', ['2026-11-28 10:00', '1.1 MB', '$0.00005', 'Division by zero']],
])('what is said of a query (%#)', (query, now, state, facts) => {
  expect(stateText(query, now)).toBe(state)
  expect(factsOf(query, 'utc', now)).toEqual(facts)
})

test.each([
  ['SELECT 1', [], 'SELECT 1'],
  ["SELECT '?' WHERE a = ? -- ?", ["it's"], "SELECT '?' WHERE a = 'it''s' -- ?"],
  ['SELECT ?, ?', [-1, { type: 'double', value: '1.0E0' }], 'SELECT (-1), 1.0E0'],
  [null, null, null],
  ['SELECT ?', null, null],
])('%s with %j can run as %s', (query, parameters, text) => {
  expect(runnableText({ ...FINISHED, query, parameters })).toBe(text)
})

test.each([
  [FINISHED, BEFORE, false],
  [FINISHED, AFTER, true],
  [RUNNING, AFTER, false],
  [FAILED, BEFORE, true],
])('whether a query has no rows to open (%#)', (query, now, none) => {
  expect(isWithoutRows(query, now)).toBe(none)
})
