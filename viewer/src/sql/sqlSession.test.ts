import { describe, expect, it } from 'vitest'

import type { DryRun, Query } from '../api/documents'
import { ApiFailure, type Failure } from '../api/failure'
import type { RunState, Statement } from '../api/queryRun'
import type { OnRows } from '../api/resultReader'
import { createStore } from '../app/store'
import type { LocationStore } from '../app/viewer'
import type { ViewLocation } from '../question/fragment'
import type { ResultTable } from '../results/resultTable'
import { TurnedClock } from '../testing/turnedClock'
import { SqlCheck } from './sqlCheck'
import { SqlSession } from './sqlSession'

const TABLE: ResultTable = { columns: [], length: 1, value: () => null }

/** A run that finishes, or fails, when the test says so. */
class FakeRun {
  readonly state = createStore<RunState>({ kind: 'idle' })
  readonly ran: string[] = []
  readonly opened: string[] = []
  stops = 0
  private onRows: OnRows = () => undefined
  private end: (query: Query | null) => void = () => undefined

  run({ query }: Statement, onRows: OnRows): Promise<Query | null> {
    this.ran.push(query)
    return this.begin(onRows)
  }

  open(queryId: string, onRows: OnRows): Promise<Query | null> {
    this.opened.push(queryId)
    return this.begin(onRows)
  }

  again(): Promise<Query | null> {
    return this.begin(this.onRows)
  }

  stop(): void {
    this.stops += 1
    this.state.set({ kind: 'stopped' })
    this.end(null)
  }

  async finish(queryId: string): Promise<void> {
    this.state.set({ kind: 'running', startedAt: 0, queryId, status: 'READING' })
    this.onRows(TABLE)
    const parameters: Query['parameters'] = []
    const query = { query_id: queryId, query: 'SELECT 9', parameters } as Query
    this.state.set({ kind: 'finished', query })
    this.end(query)
    await settled()
  }

  async fail(failure: Failure): Promise<void> {
    this.state.set({ kind: 'failed', failure })
    this.end(null)
    await settled()
  }

  private begin(onRows: OnRows): Promise<Query | null> {
    this.onRows = onRows
    this.state.set({ kind: 'running', startedAt: 0, queryId: null, status: 'SUBMITTING' })
    return new Promise((resolve) => {
      this.end = resolve
    })
  }
}

function settled(): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve))
}

/** The session in a page whose history is a list. */
function openSession(bounded: boolean | 'invalid' = true) {
  const store = createStore<ViewLocation>(place(''))
  const entries: ViewLocation[] = [store.get()]
  const location: LocationStore = {
    ...store,
    push: (next) => {
      entries.push(next)
      store.set(next)
    },
    replace: (next) => {
      entries[entries.length - 1] = next
      store.set(next)
    },
  }
  const run = new FakeRun()
  const clock = new TurnedClock()
  const api = { dryRun: () => answer(bounded) }
  const draft = createStore('')
  const session = new SqlSession({
    ...{ location, queryRun: run, draft, clock, check: new SqlCheck(api, clock) },
  })
  return { session, run, location, entries, clock, draft }
}

function answer(bounded: boolean | 'invalid'): Promise<DryRun> {
  if (bounded === 'invalid') return Promise.reject(new ApiFailure(refusal()))
  const estimate = { scanned_bytes: 1, cost_usd: 0, files: 1, partitions: 1, bounded }
  return Promise.resolve({ estimate, warnings: [] as DryRun['warnings'] } as DryRun)
}

function refusal(): Failure {
  const document = { type: 'about:blank', title: '', status: 422, detail: 'No.', retryable: false }
  return { kind: 'problem', problem: { ...document, line: 1, column: 1 }, retryAfterSeconds: null }
}

function place(sql: string, queryId: string | null = null) {
  return { view: 'sql', sql, queryId, zone: 'utc' } as const
}

describe('running', () => {
  it('happens when asked for, and the URL then names the rows', async () => {
    const { session, run, entries } = openSession()
    session.edit('SELECT 1')
    expect(run.ran).toEqual([])
    const request = session.request()
    await settled()
    expect(run.ran).toEqual(['SELECT 1'])
    await run.finish('q1')
    await request
    expect(session.state.get()).toMatchObject({ table: TABLE, queryId: 'q1', shownId: 'q1' })
    expect(entries).toEqual([place(''), place('SELECT 1', 'q1')])
  })

  it('asks first where the text is not bounded', async () => {
    const { session, run } = openSession(false)
    session.edit('SELECT 1')
    await session.request()
    expect(run.ran).toEqual([])
    expect(session.state.get().asks).toBe(true)
    session.stop()
    expect(session.state.get().asks).toBe(false)
    await session.request()
    void session.start()
    expect(run.ran).toEqual(['SELECT 1'])
    expect(session.state.get().asks).toBe(false)
  })

  it('does not happen to a text that is not valid, or that was changed meanwhile', async () => {
    const invalid = openSession('invalid')
    invalid.session.edit('SELECT')
    await invalid.session.request()
    expect(invalid.session.state.get().refused?.detail).toBe('No.')
    const { session, run } = openSession()
    session.edit('SELECT 1')
    const request = session.request()
    session.edit('SELECT 12')
    await request
    expect([...invalid.run.ran, ...run.ran]).toEqual([])
  })

  it('says where a text failed', async () => {
    const { session, run } = openSession()
    session.edit('SELECT 1')
    void session.request()
    await settled()
    await run.fail(refusal())
    expect(session.state.get().refused?.line).toBe(1)
    session.edit('SELECT 2')
    expect(session.state.get().refused).toBeNull()
  })

  it('makes one entry of the history for each run', async () => {
    const { session, run, entries, clock } = openSession()
    for (const [sql, id] of [
      ['SELECT 1', 'q1'],
      ['SELECT 2', 'q2'],
    ] as const) {
      session.edit(sql)
      void session.request()
      await settled()
      await run.finish(id)
      clock.turn(400)
      await settled()
    }
    expect(entries).toEqual([place(''), place('SELECT 1', 'q1'), place('SELECT 2', 'q2')])
  })

  it('is stopped', async () => {
    const { session, run } = openSession()
    expect(session.stop()).toBe(false)
    session.edit('SELECT 1')
    void session.request()
    await settled()
    expect(session.stop()).toBe(true)
    expect(run.state.get().kind).toBe('stopped')
  })
})

describe('what the URL names', () => {
  it('is opened without running anything', async () => {
    const { session, run } = openSession()
    session.follow(place('SELECT 9', 'q1'))
    await run.finish('q1')
    session.follow(place('SELECT 9', 'q1'))
    expect([run.opened, run.ran]).toEqual([['q1'], []])
    expect(session.state.get()).toMatchObject({ sql: 'SELECT 9', table: TABLE, stale: false })
  })

  it('brings the text of a query that it names alone', async () => {
    const { session, run } = openSession()
    session.follow(place('', 'q1'))
    await run.finish('q1')
    expect(session.state.get()).toMatchObject({ sql: 'SELECT 9', queryId: 'q1' })
  })

  it('may have expired: no rows, but a price of the next run', async () => {
    const { session, run } = openSession()
    session.follow(place('SELECT 9', 'q1'))
    const failure = refusal()
    if (failure.kind !== 'problem') throw new Error('A refusal is a problem.')
    await run.fail({ kind: 'expired', queryId: 'q1', problem: failure.problem })
    expect(session.check.state.get().kind).toBe('valid')
    expect(session.state.get()).toMatchObject({ table: null, stale: false })
  })

  it('is the text as it rests, and its rows no more', async () => {
    const { session, run, entries, clock, draft } = openSession()
    session.follow(place('SELECT 9', 'q1'))
    await run.finish('q1')
    expect(entries).toEqual([place('SELECT 9', 'q1')])
    session.edit('SELECT 98')
    session.edit('SELECT 987')
    clock.turn(400)
    await settled()
    expect(entries).toEqual([place('SELECT 9', 'q1'), place('SELECT 987')])
    expect(draft.get()).toBe('SELECT 987')
    expect(session.state.get()).toMatchObject({ queryId: null, shownId: 'q1', table: TABLE })
  })

  it('is followed until the view is closed', () => {
    const { session, location } = openSession()
    location.replace(place('SELECT 1'))
    const close = session.followLocation()
    expect(session.state.get().sql).toBe('SELECT 1')
    location.replace(place('SELECT 2'))
    expect(session.state.get().sql).toBe('SELECT 2')
    close()
    location.replace(place('SELECT 3'))
    expect(session.state.get().sql).toBe('SELECT 2')
  })

  it('takes nothing back that is typed as it changes', async () => {
    const { session, location, clock } = openSession()
    session.followLocation()
    location.subscribe(() => {
      session.edit('SELECT 12')
    })
    session.edit('SELECT 1')
    clock.turn(400)
    await settled()
    expect(location.get()).toEqual(place('SELECT 1'))
    expect(session.state.get().sql).toBe('SELECT 12')
  })

  it('is another text after Back, whatever was typed just before', async () => {
    const { session, entries, clock } = openSession()
    session.edit('SELECT 1')
    session.follow(place('SELECT 2'))
    clock.turn(400)
    await settled()
    expect(session.state.get().sql).toBe('SELECT 2')
    expect(entries).toEqual([place('')])
  })

  it('is the draft, or the text of before, where it names nothing', () => {
    const { session, draft, entries } = openSession()
    draft.set('SELECT 5')
    session.follow(place(''))
    expect(session.state.get().sql).toBe('SELECT 5')
    session.edit('SELECT 6')
    session.follow(place(''))
    expect(session.state.get().sql).toBe('SELECT 6')
    expect(entries).toEqual([place('SELECT 6')])
  })
})
