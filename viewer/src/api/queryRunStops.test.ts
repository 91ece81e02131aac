import { describe, expect, it } from 'vitest'

import type { ResultTable } from '../results/resultTable'
import { json, networkFails, never, problem, queryDocument } from '../testing/fakeService'
import { flush } from '../testing/flush'
import { FINISHED, QUEUED, startRun } from '../testing/startedRun'

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

  it('aborts a submit as the page is left, so that the service cancels its query', async () => {
    const { go, page, state, service } = startRun({ 'POST query': never })
    await go()
    page.dispatchEvent(new Event('pagehide'))
    await flush()
    const [submit] = service.calls
    expect([state().kind, submit?.signal?.aborted]).toEqual(['stopped', true])
    expect(submit?.headers.get('Idempotency-Key')).toBeNull()
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
