import { describe, expect, it } from 'vitest'

import type { ResultTable } from '../results/resultTable'
import {
  type Answer,
  type Call,
  json,
  networkFails,
  never,
  problem,
  queryDocument,
} from '../testing/fakeService'
import { flush } from '../testing/flush'
import { FINISHED, QUEUED, startRun } from '../testing/startedRun'

const keyOf = (call: Call | undefined) => call?.headers.get('Idempotency-Key')

describe('stopping', () => {
  it('cancels a query that runs', async () => {
    const { go, run, state, service } = startRun({ 'GET status': never })
    await go()
    run.stop()
    await flush()
    expect(state().kind).toBe('stopped')
    expect(service.asked.at(-1)).toBe('DELETE query/q1')
    expect(service.calls.find(({ method }) => method === 'GET')?.signal?.aborted).toBe(true)
  })

  it('waits for the reply of a submit, which names the query to cancel', async () => {
    let reply: (response: Response) => void = () => undefined
    const replied = new Promise<Response>((resolve) => {
      reply = resolve
    })
    const { go, run, state, service } = startRun({ 'POST query': () => replied })
    await go()
    run.stop()
    await flush()
    expect([state().kind, service.asked]).toEqual(['stopped', ['POST query']])
    for (const call of service.calls) reply(await QUEUED(call))
    await flush()
    expect([state().kind, service.asked]).toEqual(['stopped', ['POST query', 'DELETE query/q1']])
  })

  it('cancels a submit without a reply by its key as the page is left', async () => {
    const { go, page, state, service } = startRun({ 'POST query': never })
    await go()
    page.dispatchEvent(new Event('pagehide'))
    page.dispatchEvent(new Event('pagehide'))
    await flush()
    const [submit, cancel] = service.calls
    expect([state().kind, service.asked]).toEqual(['stopped', ['POST query', 'POST query/cancel']])
    expect([submit?.signal?.aborted, cancel?.keepalive]).toEqual([false, true])
    expect(cancel?.body).toEqual(submit?.body)
    expect(keyOf(submit)).toMatch(/^[\d-]{16,}$/)
    expect(keyOf(cancel)).toBe(keyOf(submit))
  })

  it('aborts a submit too long for a page that is left, so that the service cancels it', async () => {
    const long = { query: 'SELECT 1', parameters: ['x'.repeat(16_000)] }
    const { go, page, service } = startRun({ 'POST query': never }, long)
    await go()
    page.dispatchEvent(new Event('pagehide'))
    await flush()
    const [submit] = service.calls
    expect([service.asked, keyOf(submit)]).toEqual([['POST query'], null])
    expect(submit?.signal?.aborted).toBe(true)
  })

  it.each<[string, Answer, string[]]>([
    ['the network failed', networkFails, ['POST query', 'POST query/cancel']],
    [
      'a gateway gave up',
      problem(504, 'x', 9, { retryable: true }),
      ['POST query', 'POST query/cancel'],
    ],
    ['nothing was started', problem(429, 'throttled', 9), ['POST query']],
  ])('of a submit that is to be tried again: %s', async (_, answer, asked) => {
    const { go, run, state, service } = startRun({ 'POST query': answer })
    await go()
    run.stop()
    await flush()
    expect([state().kind, service.asked]).toEqual(['stopped', asked])
  })

  it('of a submit whose replies were lost happens after the last try', async () => {
    const { go, clock, state, service } = startRun({
      'POST query': [networkFails, problem(429, 'throttled', 1)],
    })
    await go()
    for (let attempt = 1; attempt < 3; attempt++) {
      clock.turn(1_000)
      await flush()
    }
    expect(state().kind).toBe('failed')
    expect(service.asked).toEqual([...Array<string>(3).fill('POST query'), 'POST query/cancel'])
    expect(new Set(service.calls.map(keyOf)).size).toBe(1)
  })

  it('ends a countdown', async () => {
    const { go, run, clock, state, service } = startRun({
      'GET status': problem(503, 'overloaded', 9),
    })
    await go()
    run.stop()
    await flush()
    expect([state().kind, clock.secondsToNext]).toEqual(['stopped', null])
    expect(service.asked.at(-1)).toBe('DELETE query/q1')
  })

  it('leaves alone what has finished', async () => {
    const { go, run, state, service } = startRun({ 'GET results': never })
    await go()
    run.stop()
    await flush()
    expect(state().kind).toBe('stopped')
    expect(service.asked).not.toContain('DELETE query/q1')
    await startRun().go()
    run.stop()
    expect(state().kind).toBe('stopped')
  })

  it('of a run by the next one shows nothing of the first', async () => {
    const { go, rows, state, service } = startRun({
      'POST query': [QUEUED, json(queryDocument('q2', 'QUEUED'))],
      'GET status': [never, FINISHED],
    })
    await go()
    await go()
    expect([state().kind, rows()]).toEqual(['finished', 3_000])
    expect(service.asked.filter((call) => call.startsWith('DELETE'))).toEqual(['DELETE query/q1'])
  })

  it('happens when the page is left, even while it is closed', async () => {
    const { go, page, state, service } = startRun({ 'GET status': never })
    await go()
    page.dispatchEvent(new Event('pagehide'))
    expect(state().kind).toBe('stopped')
    expect(service.calls.at(-1)).toMatchObject({
      method: 'DELETE',
      path: 'query/q1',
      keepalive: true,
    })
    page.dispatchEvent(new Event('pagehide'))
    expect(service.asked.filter((call) => call.startsWith('DELETE'))).toHaveLength(1)
  })

  it('ignores that the query cannot be cancelled', async () => {
    const { go, run, state } = startRun({ 'GET status': never, 'DELETE query': networkFails })
    await go()
    run.stop()
    await flush()
    expect(state().kind).toBe('stopped')
  })
})

describe('open', () => {
  it('reads the rows of a query that ran before, and runs nothing', async () => {
    const { run, rows, service } = startRun()
    const tables: ResultTable[] = []
    const query = await run.open('q1', (table) => tables.push(table))
    expect(query?.query_id).toBe('q1')
    expect(tables.at(-1)?.length).toBe(3_000)
    expect(rows()).toBeUndefined()
    expect(service.asked).toEqual(['GET status/q1?wait_seconds=0', 'GET results/q1?format=arrow'])
  })

  it('tells that it has expired', async () => {
    const { run, state } = startRun({ 'GET status': problem(410, 'query-expired') })
    expect(await run.open('q1', () => undefined)).toBeNull()
    expect(state()).toMatchObject({ kind: 'failed', failure: { kind: 'expired', queryId: 'q1' } })
  })
})
