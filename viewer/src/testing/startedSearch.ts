import { ActiveRuns } from '../api/activeRuns'
import { Api } from '../api/client'
import { BuilderSearch, type SearchOptions } from '../search/search'
import { isoText } from '../time/momentText'
import { FakeArchive, type FakeRecord } from './fakeArchive'
import { BASE } from './fakeService'
import { flush } from './flush'
import { question } from './questions'
import { column, table } from './tables'
import { TurnedClock } from './turnedClock'

const TABLE = table('events', [column('at', 'bigint', 'ms'), column('text', 'varchar')], {
  time: 'at',
})

/** A search over records, on a clock that stands still. */
export function startSearch(records: readonly FakeRecord[]) {
  const archive = new FakeArchive(records)
  const clock = new TurnedClock()
  const page = new EventTarget()
  const api = new Api(BASE, archive.service.fetch, clock)
  const search = new BuilderSearch(api, [TABLE], new ActiveRuns(page), clock)
  const now = clock.now()
  const run = async (change: Parameters<typeof question>[0] = {}, options?: SearchOptions) => {
    search.run(question(change), 'utc', options)
    await flush()
  }
  const texts = () => {
    const rows = search.state.get().rows.table
    return Array.from({ length: rows?.length ?? 0 }, (_, row) => rows?.value(row, 1))
  }
  return { archive, clock, page, search, now, run, texts, service: archive.service }
}

export const NOW = new TurnedClock().now()

/** So many records, one each `step`, the newest a step before now. */
export function records(count: number, step: number): FakeRecord[] {
  return Array.from({ length: count }, (_, index) => ({
    at: NOW - (index + 1) * step,
    text: `r${index}`,
  }))
}

/** The texts of records. */
export function numbers(first: number, end: number): string[] {
  return Array.from({ length: end - first }, (_, index) => `r${first + index}`)
}

export function absolute(from: number, to: number) {
  return { from: isoText(from, 'utc'), to: isoText(to, 'utc') }
}
