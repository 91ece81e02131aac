import { ActiveRuns } from '../api/activeRuns'
import { Api } from '../api/client'
import { NeighbourSearch } from '../search/neighbours'
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

/** Neighbours of one of the records, by its place among the newest. */
export async function startNeighbours(all: readonly FakeRecord[], row: number) {
  const { archive, clock, page, run, search: builder, service } = startSearch(all)
  await run({}, { histogram: false })
  const rows = builder.state.get().rows.table
  if (!rows) throw new Error('There are no rows')
  archive.statements.clear()
  const api = new Api(BASE, service.fetch, clock)
  const search = new NeighbourSearch(api, [TABLE], new ActiveRuns(page), clock)
  const find = (asked = question(), filtered = true) => {
    search.find({ question: asked, rows, row, filtered })
  }
  const state = () => search.state.get()
  const texts = () => {
    const { table } = state()
    return Array.from({ length: table?.length ?? 0 }, (_, index) => table?.value(index, 1))
  }
  return { archive, find, search, service, state, texts }
}
