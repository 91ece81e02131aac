import { describe, expect, test } from 'vitest'

import type { Table } from '../api/documents'
import type { ViewLocation } from '../question/fragment'
import type { Question } from '../question/question'
import type { SearchSnapshot, SearchState } from '../search/search'
import { parsePreferences } from './preferences'
import { runQuestions } from './searchRunner'
import { question as questionWith } from '../testing/questions'
import { createStore } from './store'

const TABLE: Table = {
  name: 'records',
  description: '',
  columns: [],
  partition_columns: [],
  required_columns: [],
  roles: { payloads: [], shown: [] },
  examples: [],
}

const QUESTION = questionWith({ table: 'records' })

const IDLE: SearchState = {
  asked: null,
  rows: { run: { kind: 'idle' }, table: null, stale: false, complete: false },
  histogram: { run: { kind: 'idle' }, fine: null, stale: false, held: null },
  scannedBytes: 0,
  costUsd: 0,
}

function place(question: Question | null): ViewLocation {
  return { view: 'builder', question, zone: 'utc' }
}

function setUp(question: Question | null, table = TABLE, histogramHidden = false) {
  const calls: string[] = []
  const kept: unknown[] = []
  let returned: unknown = null
  let snapshot: SearchSnapshot | null = null
  const store = createStore(place(question))
  const state = createStore(IDLE)
  const record = createStore<{ readonly row: number } | null>({ row: 7 })
  runQuestions({
    tables: [table],
    preferences: createStore({ ...parsePreferences(null), histogramHidden }),
    record,
    location: {
      ...store,
      push: (next) => {
        store.set(next)
      },
      replace: (next) => {
        store.set(next)
      },
      returned: () => returned,
      keep: (value) => kept.push(value),
    },
    search: {
      state,
      run: ({ from }, _zone, options) => {
        calls.push(options?.histogram === false ? `run ${from} without histogram` : `run ${from}`)
      },
      restore: ({ asked }) => {
        calls.push(`restore ${asked.question.from}`)
      },
      snapshot: () => snapshot,
    },
  })
  return {
    calls,
    kept,
    record,
    go: (next: ViewLocation, state: unknown = null) => {
      returned = state
      store.set(next)
    },
    finish: (asked: Question) => {
      snapshot = snapshotOf(asked)
      state.set({ ...IDLE, scannedBytes: kept.length + 1 })
    },
  }
}

function snapshotOf(question: Question): SearchSnapshot {
  return {
    asked: { question, from: 0, to: 1 },
    rows: { since: null, lastWidth: null, complete: true, queryIds: ['q1'] },
    histogram: null,
  }
}

describe('runQuestions', () => {
  test('runs the question of the URL at once, and closes the record', () => {
    const { calls, record } = setUp(QUESTION)
    expect(calls).toEqual(['run now-24h'])
    expect(record.get()).toBeNull()
  })

  test('runs another question, but not for other columns or another order', () => {
    const { calls, go } = setUp(QUESTION)
    const field = { column: 'a', path: null }
    go(place({ ...QUESTION, columns: [field], sort: { column: field, descending: true } }))
    go(place({ ...QUESTION, from: 'now-1h' }))
    expect(calls).toEqual(['run now-24h', 'run now-1h'])
  })

  test('does not run again what it shows after a look at the SQL', () => {
    const { calls, go } = setUp(QUESTION)
    go({ view: 'sql', sql: '', queryId: null, zone: 'utc' })
    go(place(QUESTION))
    expect(calls).toEqual(['run now-24h'])
  })

  test('shows the rows of before when one goes back', () => {
    const { calls, go } = setUp(QUESTION)
    go(place({ ...QUESTION, from: 'now-1h' }))
    go(place(QUESTION), snapshotOf(QUESTION))
    expect(calls).toEqual(['run now-24h', 'run now-1h', 'restore now-24h'])
  })

  test.each([
    ['of another question', snapshotOf({ ...QUESTION, from: 'now-7d' })],
    ['of nothing', 7],
  ])('runs again if what was kept is %s', (_name, state) => {
    const { calls, go } = setUp(null)
    go(place(QUESTION), state)
    expect(calls).toEqual(['run now-24h'])
  })

  test.each([
    ['without a question', null, TABLE],
    ['of an unknown table', { ...QUESTION, table: 'others' }, TABLE],
    ['that lacks a value', QUESTION, { ...TABLE, required_columns: ['tenant'] }],
  ])('runs nothing %s', (_name, question, table) => {
    expect(setUp(question, table).calls).toEqual([])
  })

  test('does not count records over time for a hidden histogram', () => {
    expect(setUp(QUESTION, TABLE, true).calls).toEqual(['run now-24h without histogram'])
  })

  test('keeps what a finished search found with the entry, once', async () => {
    const { kept, finish } = setUp(QUESTION)
    finish(QUESTION)
    await Promise.resolve()
    finish(QUESTION)
    await Promise.resolve()
    expect(kept).toEqual([snapshotOf(QUESTION)])
  })

  test('keeps nothing of a question that is no longer the one of the URL', async () => {
    const { kept, finish } = setUp(QUESTION)
    finish({ ...QUESTION, from: 'now-7d' })
    await Promise.resolve()
    expect(kept).toEqual([])
  })
})
