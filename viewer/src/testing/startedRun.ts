import { int64 } from '@uwdata/flechette'

import { ActiveRuns } from '../api/activeRuns'
import { Api } from '../api/client'
import { QueryRun } from '../api/queryRun'
import { ResultReader } from '../api/resultReader'
import type { ResultTable } from '../results/resultTable'
import { arrowBytes } from './arrowBytes'
import { type Answer, BASE, FakeService, arrow, json, queryDocument } from './fakeService'
import { flush } from './flush'
import { TurnedClock } from './turnedClock'

const STATEMENT = { query: 'SELECT 1', parameters: ['x'] }
export const ROWS = arrowBytes([
  ['n', int64(), Array.from({ length: 3_000 }, (_, index) => BigInt(index))],
])
export const QUEUED = json(queryDocument('q1', 'QUEUED'))
export const RUNNING = json(queryDocument('q1', 'RUNNING'))
export const FINISHED = json(queryDocument('q1', 'FINISHED'))

/** A run of a query that finishes with 3,000 rows, but for the routes of the test. */
export function startRun(routes: Record<string, Answer | Answer[]> = {}, statement = STATEMENT) {
  const service = new FakeService()
  const normal = {
    'POST query': QUEUED,
    'GET status': FINISHED,
    'GET results': arrow(ROWS),
    'POST query/cancel': json(queryDocument('q1', 'CANCELLED')),
    'DELETE query': json(queryDocument('q1', 'CANCELLED')),
  }
  for (const [route, answers] of Object.entries({ ...normal, ...routes })) {
    service.on(route, ...[answers].flat())
  }
  const clock = new TurnedClock()
  const page = new EventTarget()
  const api = new Api(BASE, service.fetch, clock)
  const reader = new ResultReader(api, clock, { rows: 5_000, bytes: 1e6 })
  const run = new QueryRun(api, new ActiveRuns(page), clock, reader)
  const tables: ResultTable[] = []
  const go = async () => {
    void run.run(statement, (table) => tables.push(table))
    await flush()
  }
  const rows = () => tables.at(-1)?.length
  return { service, clock, page, run, go, rows, tables, state: () => run.state.get() }
}
