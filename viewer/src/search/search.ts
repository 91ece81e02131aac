import type { ActiveRuns } from '../api/activeRuns'
import type { Api } from '../api/client'
import { type Clock, systemClock } from '../api/clock'
import type { Query, Table } from '../api/documents'
import { QueryRun } from '../api/queryRun'
import { type Store, createStore } from '../app/store'
import type { Question } from '../question/question'
import type { Scope } from '../question/statements'
import { alignedRange, timeColumn } from '../question/timeColumns'
import { parseRange } from '../time/ranges'
import type { Zone } from '../time/zones'
import { type CountedHistogram, HistogramLoader, type HistogramState } from './histogramLoader'
import { type LoadedRows, RowsLoader, type RowsState } from './rowsLoader'

export type { HistogramState } from './histogramLoader'
export type { RowsState } from './rowsLoader'

/** The question of a run, with its times in milliseconds since 1970. */
export interface Asked {
  readonly question: Question
  readonly from: number
  readonly to: number
}

export interface SearchState {
  readonly asked: Asked | null
  readonly rows: RowsState
  readonly histogram: HistogramState
  /** Of all queries of this question so far. */
  readonly scannedBytes: number
  readonly costUsd: number
}

/** What it takes to show a search again without running it; plain data, for `history.state`. */
export interface SearchSnapshot {
  readonly asked: Asked
  readonly rows: Omit<LoadedRows, 'table'>
  readonly histogram: CountedHistogram | null
}

export interface SearchOptions {
  /** Whether to count the records over time too; by default, yes. */
  readonly histogram?: boolean
}

/** Runs questions: rows and histogram as two queries side by side. */
export class BuilderSearch {
  readonly state: Store<SearchState>
  private readonly rows: RowsLoader
  private readonly histogram: HistogramLoader

  constructor(
    api: Api,
    private readonly tables: readonly Table[],
    activeRuns: ActiveRuns,
    private readonly clock: Clock = systemClock,
  ) {
    const newRun = () => new QueryRun(api, activeRuns, clock)
    const onPaid = (query: Query) => {
      this.pay(query)
    }
    this.histogram = new HistogramLoader(api, newRun(), clock, onPaid)
    this.rows = new RowsLoader(newRun(), () => this.countsForRows(), onPaid)
    const [rows, histogram] = [this.rows.state.get(), this.histogram.state.get()]
    this.state = createStore<SearchState>({
      asked: null,
      rows,
      histogram,
      scannedBytes: 0,
      costUsd: 0,
    })
    for (const half of [this.rows, this.histogram]) {
      half.state.subscribe(() => {
        this.collect()
      })
    }
  }

  /**
   * Relative times are those of now, in `zone`. If only the field to stack by is another one, the rows and
   * times stay. Nothing runs without a table and a range that can be read.
   */
  run(question: Question, zone: Zone, { histogram = true }: SearchOptions = {}): void {
    const { asked } = this.state.get()
    if (asked && differsInStackOnly(asked.question, question)) {
      this.state.update((state) => ({ ...state, asked: { ...asked, question } }))
      this.histogram.start(this.scopeOf({ ...asked, question }), histogram)
      return
    }
    const next = this.timesOf(question, zone)
    if (!next) return
    this.state.update((state) => ({ ...state, asked: next, scannedBytes: 0, costUsd: 0 }))
    const scope = this.scopeOf(next)
    this.histogram.start(scope, histogram)
    this.rows.start(scope)
  }

  /** Draws the histogram that was held for its price, or not wanted. */
  drawHeld(): void {
    this.histogram.draw()
  }

  older(): void {
    this.rows.older()
  }

  /** Runs again what has failed or was stopped, and nothing else. */
  again(): void {
    this.histogram.again()
    this.rows.again()
  }

  stop(): void {
    this.histogram.stop()
    this.rows.stop()
  }

  snapshot(): SearchSnapshot | null {
    const { asked, rows } = this.state.get()
    if (!asked || rows.run.kind !== 'finished') return null
    const { since, lastWidth, complete, queryIds } = this.rows.progress
    return {
      asked,
      rows: { since, lastWidth, complete, queryIds },
      histogram: this.histogram.source,
    }
  }

  restore({ asked, rows, histogram }: SearchSnapshot): void {
    this.state.update((state) => ({ ...state, asked, scannedBytes: 0, costUsd: 0 }))
    const scope = this.scopeOf(asked)
    this.rows.restore(scope, rows)
    if (histogram) void this.histogram.restore(scope, histogram)
    else this.histogram.start(scope, false)
  }

  private timesOf(question: Question, zone: Zone): Asked | null {
    const table = this.tables.find(({ name }) => name === question.table)
    const time = table && timeColumn(table)
    const range = parseRange(question, { now: this.clock.now(), zone })
    if (!time || 'error' in range) return null
    return { question, ...alignedRange(range, time.unit) }
  }

  private scopeOf({ question, from, to }: Asked): Scope {
    const table = this.tables.find(({ name }) => name === question.table)
    if (!table) throw new Error(`There is no table ${question.table}.`)
    return { question, table, range: { from, to } }
  }

  private countsForRows() {
    const { fine, stale } = this.histogram.state.get()
    return stale ? null : fine
  }

  private collect(): void {
    const [rows, histogram] = [this.rows.state.get(), this.histogram.state.get()]
    this.state.update((state) => ({ ...state, rows, histogram }))
  }

  private pay({ statistics }: Query): void {
    this.state.update((state) => ({
      ...state,
      scannedBytes: state.scannedBytes + statistics.scanned_bytes,
      costUsd: state.costUsd + statistics.estimated_cost_usd,
    }))
  }
}

function differsInStackOnly(old: Question, next: Question): boolean {
  const rest = ({ table, from, to, lateMinutes, filters }: Question) =>
    JSON.stringify([table, from, to, lateMinutes, filters])
  return (
    rest(old) === rest(next) && JSON.stringify(old.stackedBy) !== JSON.stringify(next.stackedBy)
  )
}
