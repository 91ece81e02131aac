import { int32, int64, utf8 } from '@uwdata/flechette'

import { arrowBytes } from './arrowBytes'
import {
  type Answer,
  type Call,
  FakeService,
  arrow,
  json,
  never,
  problem,
  queryDocument,
} from './fakeService'

export interface FakeRecord {
  readonly at: number
  readonly text: string
}

interface Submitted {
  readonly query: string
  readonly parameters: readonly (string | { readonly value: string })[]
  readonly dry_run?: boolean
}

/** A service over records in a table with the time column `at` in milliseconds, for the statements of a search. */
export class FakeArchive {
  readonly service = new FakeService()
  /** What was run, by its id; dry runs do not count. */
  readonly statements = new Map<string, Submitted>()
  /** Of queries that are asked for from now on, and of looks at all of them. */
  status = 'FINISHED'
  /** How many dry runs are refused with 503. */
  busy = 0
  /** Streams of rows break off. */
  broken = false
  estimate: Record<string, unknown> = {
    scanned_bytes: 1,
    cost_usd: 0.00005,
    partitions: 1,
    bounded: true,
  }

  constructor(private readonly records: readonly FakeRecord[]) {
    this.service
      .on('POST query', (call) => this.submit(call))
      .on('POST query/cancel', json(queryDocument('q', 'CANCELLED')))
      .on('GET status', (call) =>
        this.status === 'RUNNING' ? never(call) : this.document(idIn(call)),
      )
      .on('GET results', (call) => this.results(call))
      .on('DELETE query', (call) => json(queryDocument(idIn(call), 'CANCELLED'))(call))
  }

  /** The parameters and the limit of each rows query so far, as `[from, to, limit]`. */
  get rowsQueries(): [number, number, number][] {
    return [...this.statements.values()].filter(isRows).map((statement) => {
      const [from = 0, to = 0] = bounds(statement)
      return [from, to, limitOf(statement)]
    })
  }

  get histogramQueries(): number {
    return [...this.statements.values()].filter((statement) => !isRows(statement)).length
  }

  private submit(call: Call): Response | Promise<Response> {
    const statement = call.body as Submitted
    if (statement.dry_run && this.busy-- > 0) return problem(503, 'overloaded', 4)(call)
    if (statement.dry_run) return json({ valid: true, estimate: this.estimate })(call)
    const id = `q${this.statements.size + 1}`
    this.statements.set(id, statement)
    return this.document(id)
  }

  private document(id: string): Response {
    return Response.json(queryDocument(id, this.status))
  }

  private results(call: Call): Response | Promise<Response> {
    const statement = this.statements.get(idIn(call))
    if (!statement) throw new Error('No such query')
    return this.answer(statement)(call)
  }

  private answer(statement: Submitted): Answer {
    const [first = 0, second = 0] = bounds(statement)
    const inside = (at: number) => {
      if (statement.query.includes('at > ?')) return at > first && at < second
      return at >= first && (at < second || (at === second && statement.query.includes('at <= ?')))
    }
    const found = this.records.filter(({ at }) => inside(at))
    const bytes = isRows(statement) ? rowsBytes(found, statement) : countBytes(found, statement)
    return this.broken
      ? arrow(bytes.subarray(0, 100), new TypeError('network error'))
      : arrow(bytes)
  }
}

function isRows({ query }: Submitted): boolean {
  return query.startsWith('SELECT *')
}

function bounds({ parameters }: Submitted): number[] {
  return parameters.map((parameter) =>
    Number(typeof parameter === 'string' ? parameter : parameter.value),
  )
}

function limitOf({ query }: Pick<Submitted, 'query'>): number {
  return Number(/LIMIT (\d+)$/.exec(query)?.[1])
}

function rowsBytes(found: readonly FakeRecord[], { query }: Pick<Submitted, 'query'>): Uint8Array {
  const sign = query.includes('ASC') ? -1 : 1
  const newest = [...found].sort((a, b) => sign * (b.at - a.at)).slice(0, limitOf({ query }))
  return arrowBytes([
    ['at', int64(), newest.map(({ at }) => BigInt(at))],
    ['text', utf8(), newest.map(({ text }) => text)],
  ])
}

function countBytes(found: readonly FakeRecord[], { query }: Pick<Submitted, 'query'>): Uint8Array {
  const width = Number(/at \/ (\d+)/.exec(query)?.[1])
  const counts = new Map<number, number>()
  for (const { at } of found) {
    const start = Math.floor(at / width) * width
    counts.set(start, (counts.get(start) ?? 0) + 1)
  }
  const stacked = query.startsWith('WITH')
  const groups = [...counts]
  return arrowBytes([
    ['t', int64(), groups.map(([start]) => BigInt(start))],
    ...(stacked
      ? ([
          ['kind', int32(), groups.map(() => 0)],
          ['k', utf8(), groups.map(() => 'INFO')],
        ] as const)
      : []),
    ['n', int64(), groups.map(([, count]) => BigInt(count))],
  ])
}

function idIn({ path }: Call): string {
  return /^\w+\/(\w+)/.exec(path)?.[1] ?? ''
}
