import { describe, expect, it } from 'vitest'

import { flush } from '../testing/flush'
import { NOW, numbers, records, startSearch } from '../testing/startedSearch'
import { DAY, HOUR, MINUTE } from '../time/zones'

describe('rows of a search', () => {
  it('are asked for over the newest 1/24, which is enough', async () => {
    const { archive, run, texts, search, now } = startSearch(records(5_000, 6_000))
    await run()
    expect(archive.rowsQueries).toEqual([[now - HOUR, now, 500]])
    expect(texts()).toEqual(numbers(0, 500))
    expect(search.state.get().rows).toMatchObject({
      stale: false,
      complete: false,
      run: { kind: 'finished' },
    })
  })

  it('are asked for over six times as much each time, while there are no counts', async () => {
    const { archive, run, texts, now, search } = startSearch(records(48, 30 * MINUTE))
    await run({}, { histogram: false })
    expect(archive.rowsQueries).toEqual([
      [now - HOUR, now, 500],
      [now - 7 * HOUR, now - HOUR, 498],
      [now - DAY, now - 7 * HOUR, 486],
    ])
    expect(texts()).toEqual(numbers(0, 48))
    expect(search.state.get().rows.complete).toBe(true)
  })

  it('are asked for as far back as the counts say', async () => {
    const { archive, run, search, texts, now } = startSearch(records(5_000, 6_000))
    await run()
    search.older()
    await flush()
    const [, older] = archive.rowsQueries
    expect(older?.[0]).toBeGreaterThan(now - 2 * HOUR)
    expect(older?.slice(1)).toEqual([now - 500 * 6_000, 501])
    expect(texts()).toEqual(numbers(0, 1_000))
    search.older()
    await flush()
    expect(texts()).toEqual(numbers(0, 1_500))
    expect(archive.rowsQueries).toHaveLength(3)
  })

  it('of a short range are asked for at once', async () => {
    const { archive, run, now } = startSearch(records(3, MINUTE))
    await run({ from: 'now-15m' }, { histogram: false })
    expect(archive.rowsQueries).toEqual([[now - 15 * MINUTE, now, 500]])
  })

  it('are complete without a query more when the range is empty', async () => {
    const { run, search, texts } = startSearch([])
    await run({}, { histogram: false })
    expect(texts()).toEqual([])
    expect(search.state.get().rows).toMatchObject({ complete: true, stale: false })
    search.older()
    await flush()
    expect(search.state.get().rows.run.kind).toBe('finished')
  })

  it('of one moment that the limit cuts come once each', async () => {
    const moment = NOW - 10 * MINUTE
    const same = Array.from({ length: 1_200 }, (_, index) => ({
      at: moment,
      text: `r${index % 400}`,
    }))
    const { run, search, texts } = startSearch([...same, { at: moment - 1, text: 'before' }])
    await run()
    search.older()
    await flush()
    search.older()
    await flush()
    expect(texts().filter((text) => text === 'r7')).toHaveLength(3)
    expect(texts()).toHaveLength(1_201)
    expect(texts().at(-1)).toBe('before')
    expect(search.state.get().rows.complete).toBe(true)
  })

  it('stay, marked as stale, until new ones come', async () => {
    const { run, search, service, texts } = startSearch(records(10, MINUTE))
    await run()
    const seen: unknown[] = []
    search.state.subscribe(() => {
      const { stale, table } = search.state.get().rows
      seen.push([stale, table?.length])
    })
    await run({ from: 'now-5m' })
    expect(seen[0]).toEqual([false, 10])
    expect(seen).toContainEqual([true, 10])
    expect(seen.at(-1)).toEqual([false, 5])
    expect(texts()).toEqual(numbers(0, 5))
    expect(service.asked.filter((call) => call.startsWith('DELETE'))).toEqual([])
  })
})

describe('a change of mind', () => {
  it('cancels what runs, and only shows the last question', async () => {
    const { archive, run, search, service, texts } = startSearch(records(10, MINUTE))
    archive.status = 'RUNNING'
    for (const minutes of [90, 80, 70]) await run({ from: `now-${minutes}m` })
    expect(search.state.get().rows.run.kind).toBe('running')
    archive.status = 'FINISHED'
    await run({ from: 'now-5m' })
    expect(texts()).toEqual(numbers(0, 5))
    const cancelled = service.asked.filter((call) => call.startsWith('DELETE'))
    expect(cancelled.sort()).toEqual([1, 2, 3, 4, 5, 6].map((number) => `DELETE query/q${number}`))
    expect(search.state.get().asked?.question.from).toBe('now-5m')
  })

  it('cancels both queries on Stop, and keeps the rows that are there', async () => {
    const { archive, run, search, service, texts } = startSearch(records(10, MINUTE))
    await run()
    archive.status = 'RUNNING'
    await run({ from: 'now-5m' })
    search.stop()
    await flush()
    expect(service.asked.filter((call) => call.startsWith('DELETE'))).toHaveLength(2)
    const { rows, histogram } = search.state.get()
    expect([rows.run.kind, histogram.run.kind]).toEqual(['stopped', 'stopped'])
    expect([rows.stale, texts().length]).toEqual([true, 10])
  })

  it('cancels both queries when the page is left', async () => {
    const { archive, run, page, service } = startSearch(records(10, MINUTE))
    archive.status = 'RUNNING'
    await run()
    page.dispatchEvent(new Event('pagehide'))
    await flush()
    const cancelled = service.calls.filter(({ method }) => method === 'DELETE')
    expect(cancelled.map(({ keepalive }) => keepalive)).toEqual([true, true])
  })

  it('leaves out what has no table or no range', async () => {
    const { run, search, service } = startSearch([])
    await run({ table: 'gone' })
    await run({ from: 'soon' })
    expect(service.calls).toEqual([])
    expect(search.state.get().asked).toBeNull()
  })
})

describe('again', () => {
  it('reads the rows again that broke off, without running the query again', async () => {
    const { archive, run, search, texts } = startSearch(records(10, MINUTE))
    archive.broken = true
    await run({ from: 'now-15m' }, { histogram: false })
    expect(search.state.get().rows.run).toMatchObject({ kind: 'failed', failure: { kind: 'cut' } })
    archive.broken = false
    search.again()
    await flush()
    expect(texts()).toEqual(numbers(0, 10))
    expect(archive.statements.size).toBe(1)
  })

  it('goes on with the part that failed, and leaves alone what has not', async () => {
    const { archive, run, search, texts } = startSearch(records(48, 30 * MINUTE))
    await run({ from: 'now-1h' })
    archive.status = 'FAILED'
    await run({}, { histogram: false })
    expect(search.state.get().rows.run.kind).toBe('failed')
    archive.status = 'FINISHED'
    const [rows, histograms] = [archive.rowsQueries.length, archive.histogramQueries]
    search.again()
    await flush()
    expect(texts()).toEqual(numbers(0, 48))
    expect([archive.rowsQueries.length, archive.histogramQueries]).toEqual([rows + 3, histograms])
  })
})

describe('a snapshot', () => {
  it('shows the same again without running anything', async () => {
    const { archive, run, search, texts } = startSearch(records(3_000, 6_000))
    await run()
    search.older()
    await flush()
    const snapshot = structuredClone(search.snapshot())
    const before = texts()
    await run({ from: 'now-30m' })
    const queries = archive.statements.size
    expect(texts()).toHaveLength(300)
    if (snapshot) search.restore(snapshot)
    await flush()
    expect(texts()).toEqual(before)
    expect(archive.statements.size).toBe(queries)
    expect(search.state.get().histogram.fine?.width).toBe(MINUTE)
    expect(search.state.get().scannedBytes).toBe(0)
    search.older()
    await flush()
    expect(texts()).toEqual(numbers(0, 1_500))
  })
})
