import { int64 } from '@uwdata/flechette'
import { describe, expect, it } from 'vitest'

import { arrowBytes } from '../testing/arrowBytes'
import {
  type Answer,
  arrow,
  json,
  networkFails,
  problem,
  queryDocument,
} from '../testing/fakeService'
import { flush } from '../testing/flush'
import { FINISHED, QUEUED, ROWS, RUNNING, startRun } from '../testing/startedRun'

describe('a run', () => {
  it('submits without waiting, polls long, and reads the rows', async () => {
    const { service, go, rows, state } = startRun({ 'GET status': [RUNNING, FINISHED] })
    await go()
    expect(service.asked).toEqual([
      'POST query',
      'GET status/q1?wait_seconds=30',
      'GET status/q1?wait_seconds=30',
      'GET results/q1?format=arrow',
    ])
    expect(service.calls[0]?.body).toEqual({ query: 'SELECT 1', parameters: ['x'] })
    expect([rows(), state().kind]).toEqual([3_000, 'finished'])
  })

  it('says what it does', async () => {
    const { run, go } = startRun({ 'GET status': [RUNNING, FINISHED] })
    const seen: string[] = []
    run.state.subscribe(() => {
      const state = run.state.get()
      seen.push(state.kind === 'running' ? `${state.status} ${state.queryId ?? '-'}` : state.kind)
    })
    await go()
    expect([...new Set(seen)]).toEqual([
      'SUBMITTING -',
      'QUEUED q1',
      'RUNNING q1',
      'READING q1',
      'finished',
    ])
  })

  it.each<[string, Record<string, Answer | Answer[]>, object]>([
    [
      'invalid SQL',
      { 'POST query': problem(422, 'invalid-sql', undefined, { line: 3 }) },
      { kind: 'problem', problem: { line: 3 } },
    ],
    [
      'invalid SQL, found later',
      { 'GET status': problem(422, 'invalid-sql') },
      { kind: 'problem' },
    ],
    ['no credentials', { 'POST query': problem(401, 'unauthenticated') }, { kind: 'signedOut' }],
    [
      'a page to sign in',
      { 'POST query': () => new Response('<html>', { headers: { 'Content-Type': 'text/html' } }) },
      { kind: 'signedOut' },
    ],
    [
      'a redirect',
      { 'GET status': () => new Response(null, { status: 302 }) },
      { kind: 'signedOut' },
    ],
    [
      'an expired result',
      { 'GET results': problem(410, 'query-expired', undefined, { query_id: 'q1' }) },
      { kind: 'expired', queryId: 'q1' },
    ],
    [
      'an error of a proxy',
      { 'GET status': () => new Response('<html>', { status: 500, statusText: 'Oops' }) },
      {
        kind: 'problem',
        problem: {
          status: 500,
          detail: 'The server answered 500 Oops, and not as this service does.',
        },
      },
    ],
    [
      'a fault of the engine',
      {
        'GET status': json(
          queryDocument('q1', 'FAILED', {
            error: { code: 'X', detail: 'It broke.', retryable: true },
          }),
        ),
      },
      { kind: 'problem', problem: { code: 'X', detail: 'It broke.', query_id: 'q1' } },
    ],
    [
      'a stream that breaks off',
      { 'GET results': arrow(ROWS.subarray(0, 20_000), new TypeError('network')) },
      { kind: 'cut', rows: 2_000 },
    ],
    [
      'a stream without its end',
      { 'GET results': arrow(ROWS.subarray(0, -8)) },
      { kind: 'cut', rows: 3_000 },
    ],
    [
      'no Arrow stream',
      { 'GET results': () => new Response('<html>', { headers: { 'Content-Type': 'text/html' } }) },
      { kind: 'signedOut' },
    ],
  ])('fails by %s', async (_, routes, failure) => {
    const { go, state } = startRun(routes)
    await go()
    expect(state()).toMatchObject({ kind: 'failed', failure })
  })

  it('is stopped when somebody cancels its query', async () => {
    const { go, state } = startRun({ 'GET status': json(queryDocument('q1', 'CANCELLED')) })
    await go()
    expect(state().kind).toBe('stopped')
  })

  it('shows the first batch at once, then ten tables a second', async () => {
    const cuts = Array.from({ length: 40 }, (_, index) =>
      ROWS.subarray(index * 1_000, (index + 1) * 1_000),
    )
    const { go, tables } = startRun({ 'GET results': arrow(...cuts) })
    await go()
    expect(tables.map(({ length }) => length)).toEqual([1_000, 3_000])
  })

  it('stops reading what no page can hold', async () => {
    const many = arrowBytes([['n', int64(), Array.from({ length: 20_000 }, () => 1n)]])
    const pieces = Array.from({ length: 20 }, (_, index) =>
      many.subarray(index * 9_000, (index + 1) * 9_000),
    )
    const { go, state, rows } = startRun({ 'GET results': arrow(...pieces) })
    await go()
    expect(state()).toMatchObject({ kind: 'failed', failure: { kind: 'tooLarge', rows: 6_000 } })
    expect(rows()).toBe(6_000)
  })

  it.each(['result-unreadable', 'invalid-request'])('reads pages on %s', async (name) => {
    const page = { query_id: 'q1', columns: [{ name: 'n', type: 'bigint' }], row_offset: 0 }
    const { go, rows, state, service } = startRun({
      'GET results': problem(name === 'result-unreadable' ? 503 : 400, name),
      'POST next': [
        json({ ...page, rows: [['1']], paging_token: 't' }),
        json({ ...page, rows: [['2']], paging_token: null }),
      ],
    })
    await go()
    expect([rows(), state().kind]).toEqual([2, 'finished'])
    expect(service.calls.at(-1)?.body).toEqual({
      query_id: 'q1',
      paging_token: 't',
      big_integers: 'string',
    })
  })
})

describe('trying again', () => {
  it.each<[string, Record<string, Answer[]>, number]>([
    ['a submit on 429', { 'POST query': [problem(429, 'too-many-queries', 7), QUEUED] }, 7],
    ['a look on 503', { 'GET status': [problem(503, 'overloaded', 3), FINISHED] }, 3],
    ['rows on 503', { 'GET results': [problem(503, 'overloaded', 2), arrow(ROWS)] }, 2],
    ['a look without advice', { 'GET status': [problem(503, 'overloaded'), FINISHED] }, 2],
    [
      'a long poll that a proxy cut',
      { 'GET status': [() => new Response('', { status: 504 }), FINISHED] },
      2,
    ],
    ['a long poll that the network cut', { 'GET status': [networkFails, FINISHED] }, 1],
    ['a submit whose reply was lost', { 'POST query': [networkFails, QUEUED] }, 1],
  ])('repeats %s', async (_, routes, seconds) => {
    const { go, clock, state, rows } = startRun(routes)
    await go()
    expect(state()).toMatchObject({
      kind: 'retrying',
      attempt: 2,
      at: clock.now() + seconds * 1000,
    })
    clock.turn(seconds * 1000 - 1)
    await flush()
    expect(state().kind).toBe('retrying')
    clock.turn(1)
    await flush()
    expect([state().kind, rows()]).toEqual(['finished', 3_000])
  })

  it('says at once that it would have to wait for hours', async () => {
    const { go, state, service } = startRun({
      'POST query': problem(429, 'budget-exhausted', 40_000),
    })
    await go()
    expect(state()).toMatchObject({ kind: 'failed', failure: { retryAfterSeconds: 40_000 } })
    expect(service.calls).toHaveLength(1)
  })

  it('ends after three tries; the button goes on where it failed', async () => {
    const { go, clock, run, state, service } = startRun({
      'POST query': problem(429, 'too-many-queries', 5),
    })
    await go()
    clock.turn(5_000)
    await flush()
    expect(state()).toMatchObject({ kind: 'retrying', attempt: 3 })
    clock.turn(5_000)
    await flush()
    expect(state()).toMatchObject({ kind: 'failed', failure: { retryAfterSeconds: 5 } })
    expect(service.calls).toHaveLength(3)
    service.on('POST query', QUEUED)
    void run.again()
    await flush()
    expect(state().kind).toBe('finished')
  })

  it('is offline after three tries', async () => {
    const { go, clock, state } = startRun({ 'POST query': networkFails })
    await go()
    for (const seconds of [1, 2]) {
      clock.turn(seconds * 1000)
      await flush()
    }
    expect(state()).toEqual({ kind: 'failed', failure: { kind: 'offline' } })
  })

  it('is not for what cannot succeed', async () => {
    const { go, service } = startRun({ 'POST query': problem(422, 'invalid-sql') })
    await go()
    expect(service.calls).toHaveLength(1)
  })

  it('reads a broken stream again, and runs nothing', async () => {
    const { go, run, rows, state, service } = startRun({
      'GET results': [arrow(ROWS.subarray(0, 9_000), new TypeError('network')), arrow(ROWS)],
    })
    await go()
    void run.again()
    await flush()
    expect([state().kind, rows()]).toEqual(['finished', 3_000])
    expect(service.asked.filter((call) => call === 'POST query')).toHaveLength(1)
  })

  it('runs a query anew that has failed', async () => {
    const failed = json(
      queryDocument('q1', 'FAILED', { error: { code: 'X', detail: '', retryable: true } }),
    )
    const { go, run, state, service } = startRun({ 'GET status': [failed, FINISHED] })
    await go()
    void run.again()
    await flush()
    expect(state().kind).toBe('finished')
    expect(service.asked.filter((call) => call === 'POST query')).toHaveLength(2)
  })
})
