import { describe, expect, it } from 'vitest'

import { flush } from '../testing/flush'
import { absolute, records, startSearch } from '../testing/startedSearch'
import { field } from '../testing/tables'
import { drawnHistogram } from '../time/drawnBins'
import { DAY, HOUR, MINUTE } from '../time/zones'

describe('the histogram of a search', () => {
  it('counts fine bins, and their price and bytes add to those of the rows', async () => {
    const { archive, run, search } = startSearch(records(100, 10 * MINUTE))
    await run()
    const { histogram, scannedBytes, costUsd } = search.state.get()
    expect(histogram.fine?.width).toBe(MINUTE)
    expect(histogram.fine && drawnHistogram(histogram.fine, 'utc').total).toBe(100)
    const queries = archive.statements.size
    expect([scannedBytes, costUsd]).toEqual([queries * 1_000, expect.closeTo(queries * 0.00005)])
  })

  it('asks nothing for a zoom within its bins', async () => {
    const { archive, run, search, texts, now } = startSearch(records(100, 10 * MINUTE))
    await run()
    const from = Math.floor((now - 10 * HOUR) / MINUTE) * MINUTE
    await run(absolute(from, from + 90 * MINUTE))
    expect(archive.histogramQueries).toBe(1)
    const { fine, run: state } = search.state.get().histogram
    expect(fine && drawnHistogram(fine, 'utc').total).toBe(texts().length)
    expect(fine).toMatchObject({ from, to: from + 90 * MINUTE })
    expect(state.kind).toBe('idle')
    await run(absolute(from, from + 10 * MINUTE))
    expect(archive.histogramQueries).toBe(2)
  })

  it.each([
    [
      'a filter',
      { filters: [{ field: field('text'), operator: 'ne', value: 'x', enabled: true } as const] },
    ],
    ['another field to stack by', { stackedBy: field('text') }],
    ['how late records may be', { lateMinutes: 360 }],
  ])('asks again for %s', async (_, change) => {
    const { archive, run, now } = startSearch(records(100, 10 * MINUTE))
    const range = absolute(now - DAY, now)
    await run(range)
    await run({ ...range, ...change })
    expect(archive.histogramQueries).toBe(2)
  })

  it('alone runs when only the field to stack by changes', async () => {
    const { archive, clock, run, search, now } = startSearch(records(100, 10 * MINUTE))
    await run()
    const rows = archive.rowsQueries.length
    clock.turn(HOUR)
    await run({ stackedBy: field('text') })
    expect([archive.rowsQueries.length, archive.histogramQueries]).toEqual([rows, 2])
    expect(search.state.get().asked?.to).toBe(now)
    expect(search.state.get().histogram.fine?.bins[0]?.counts).toEqual(new Map([['INFO', 1]]))
  })

  it.each([
    [{ cost_usd: 0.2, bounded: true }, true],
    [{ cost_usd: 0.05, bounded: true }, false],
    [{ cost_usd: null, bounded: true }, false],
    [{ cost_usd: null, bounded: false }, true],
  ])('with the estimate %j is held: %s', async (estimate, held) => {
    const { archive, run, search } = startSearch(records(10, MINUTE))
    archive.estimate = { scanned_bytes: null, partitions: null, ...estimate }
    await run()
    expect(search.state.get().histogram.held !== null).toBe(held)
    expect(archive.histogramQueries).toBe(held ? 0 : 1)
    search.drawHeld()
    await flush()
    expect(search.state.get().histogram).toMatchObject({ held: null, run: { kind: 'finished' } })
  })

  it('counts down and asks for the price again when the service is busy', async () => {
    const { archive, clock, run, search, service } = startSearch(records(10, MINUTE))
    archive.busy = 1
    await run({ from: 'now-15m' })
    expect(search.state.get().histogram.run).toMatchObject({ kind: 'retrying', attempt: 2 })
    expect(clock.secondsToNext).toBe(4)
    clock.turn(4_000)
    await flush()
    expect(search.state.get().histogram.run.kind).toBe('finished')
    archive.busy = 1
    await run({ from: 'now-2h' })
    search.stop()
    clock.turn(4_000)
    await flush()
    expect(search.state.get().histogram.run.kind).toBe('stopped')
    expect(
      service.calls.filter(({ body }) => JSON.stringify(body).includes('dry_run')),
    ).toHaveLength(3)
  })

  it('that is hidden costs nothing, until it is shown', async () => {
    const { archive, run, search, service } = startSearch(records(10, MINUTE))
    await run({}, { histogram: false })
    expect(archive.histogramQueries).toBe(0)
    expect(service.calls.filter(({ body }) => JSON.stringify(body).includes('dry_run'))).toEqual([])
    search.drawHeld()
    await flush()
    expect(search.state.get().histogram.fine?.bins).toHaveLength(10)
  })
})
