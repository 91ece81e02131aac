import type { Query } from '../api/documents'
import type { QueryRun, RunState, Statement } from '../api/queryRun'
import { type Store, createStore } from '../app/store'
import { type Scope, olderStatement, rowsStatement } from '../question/statements'
import { requireTime, resolution } from '../question/timeColumns'
import type { ResultTable, Value } from '../results/resultTable'
import { momentOf } from '../results/valueText'
import type { FineHistogram } from '../time/bins'
import { appendOlder, rowsOfLastMoment } from './joinedTable'
import { partStart } from './parts'

export interface RowsState {
  readonly run: RunState
  /** Newest first. While a new question runs, the rows of the one before it. */
  readonly table: ResultTable | null
  /** The table belongs to an earlier question. */
  readonly stale: boolean
  /** All records of the range are loaded. */
  readonly complete: boolean
}

/** What is loaded, part by part from the newest. */
export interface LoadedRows {
  readonly table: ResultTable | null
  /** All records from here on are loaded; null: only as far as the last row, and perhaps not all of its moment. */
  readonly since: number | null
  readonly lastWidth: number | null
  readonly complete: boolean
  readonly queryIds: readonly string[]
}

/** A part that is asked for. */
interface Part {
  readonly start: number
  readonly end: number
  readonly limit: number
  /** What the part is put under. */
  readonly above: ResultTable | null
  rows: ResultTable | null
}

const PAGE = 500

/** Loads the newest rows of a question, 500 at a time. */
export class RowsLoader {
  readonly state: Store<RowsState> = createStore<RowsState>({
    run: { kind: 'idle' },
    table: null,
    stale: false,
    complete: false,
  })
  private scope: Scope | null = null
  private loaded: LoadedRows = nothingBefore(0)
  private part: Part | null = null
  private goal = 0
  /** Counts what was asked for, so that an earlier loop ends. */
  private round = 0
  private startedAt: number | null = null

  constructor(
    private readonly run: QueryRun,
    private readonly counts: () => FineHistogram | null,
    private readonly onPaid: (query: Query) => void,
  ) {
    run.state.subscribe(() => {
      this.showRun(run.state.get())
    })
  }

  start(scope: Scope): void {
    this.begin(scope)
    this.goal = PAGE
    void this.load(scope, false)
  }

  /** Loads the next rows. */
  older(): void {
    const { kind } = this.state.get().run
    if (!this.scope || kind === 'running' || kind === 'retrying' || this.loaded.complete) return
    this.goal = lengthOf(this.loaded) + PAGE
    this.startedAt = null
    void this.load(this.scope, false)
  }

  /** Goes on where it failed or was stopped. */
  again(): void {
    const { kind } = this.state.get().run
    if (!this.scope || (kind !== 'failed' && kind !== 'stopped')) return
    this.startedAt = null
    void this.load(this.scope, kind === 'failed')
  }

  stop(): void {
    this.round++
    this.run.stop()
  }

  get progress(): LoadedRows {
    return this.loaded
  }

  /** Reads the rows of queries that ran before; `reached` tells how far they got. */
  restore(scope: Scope, reached: Omit<LoadedRows, 'table'>): void {
    this.begin(scope)
    void this.reopen(scope, reached)
  }

  private begin(scope: Scope): void {
    this.stop()
    this.scope = scope
    this.loaded = nothingBefore(scope.range.to)
    this.startedAt = null
    this.state.update((state) => ({ ...state, stale: state.table !== null, complete: false }))
  }

  private async load(scope: Scope, resume: boolean): Promise<void> {
    const round = ++this.round
    let again = resume && this.part !== null
    while (!this.loaded.complete && lengthOf(this.loaded) < this.goal) {
      const query = await (again ? this.run.again() : this.loadPart(scope))
      if (!query || round !== this.round) return
      this.takePart(scope, query)
      again = false
    }
    this.finish()
  }

  private async reopen(scope: Scope, reached: Omit<LoadedRows, 'table'>): Promise<void> {
    const round = ++this.round
    this.goal = PAGE
    for (const queryId of reached.queryIds) {
      this.part = { start: 0, end: 0, limit: 0, above: this.loaded.table, rows: null }
      const query = await this.run.open(queryId, this.showRows)
      if (round !== this.round) return
      if (!query) {
        this.part = null
        this.loaded = nothingBefore(scope.range.to)
        return
      }
      this.loaded = { ...reached, table: this.joined(this.part) }
    }
    this.finish()
  }

  private loadPart(scope: Scope): Promise<Query | null> {
    const { table, since, lastWidth } = this.loaded
    const time = requireTime(scope.table)
    const end = since ?? this.lastMoment(scope)
    const wantedRows = this.goal - lengthOf(this.loaded)
    const [counts, finest] = [this.counts(), resolution(time.unit)]
    const start = partStart({
      range: scope.range,
      end,
      lastWidth,
      wantedRows,
      loadedRows: lengthOf(this.loaded),
      counts,
      resolution: finest,
    })
    const knownTies =
      since === null && table ? rowsOfLastMoment(table, timeIndex(scope, table)).length : 0
    const limit = wantedRows + knownTies
    this.part = { start, end, limit, above: table, rows: null }
    return this.run.run(this.statement(scope, this.part), this.showRows)
  }

  private statement(scope: Scope, { start, end, limit }: Part): Statement {
    const { table, since } = this.loaded
    if (since !== null || !table) return rowsStatement(scope, { from: start, to: end }, limit)
    return olderStatement(scope, lastValue(scope, table), start, limit)
  }

  private lastMoment(scope: Scope): number {
    const { table } = this.loaded
    const { unit } = requireTime(scope.table)
    return (table && momentOf(lastValue(scope, table), unit)) ?? scope.range.to
  }

  private takePart(scope: Scope, query: Query): void {
    const { part } = this
    if (!part) return
    this.onPaid(query)
    const isFull = (part.rows?.length ?? 0) >= part.limit
    this.loaded = {
      table: this.joined(part),
      since: isFull ? null : part.start,
      lastWidth: part.end - part.start,
      complete: !isFull && part.start <= scope.range.from,
      queryIds: [...this.loaded.queryIds, query.query_id],
    }
  }

  private joined({ above, rows }: Part): ResultTable | null {
    if (!above || !rows || !this.scope) return above ?? rows
    return appendOlder(above, rows, timeIndex(this.scope, above))
  }

  private readonly showRows = (rows: ResultTable) => {
    const { part } = this
    if (!part) return
    part.rows = rows
    if (rows.length === 0 && this.state.get().stale) return
    this.state.update((state) => ({ ...state, table: this.joined(part), stale: false }))
  }

  /** Between two parts nothing has finished, and the seconds go on. */
  private showRun(run: RunState): void {
    if (run.kind === 'finished') return
    if (run.kind === 'running') this.startedAt ??= run.startedAt
    const since =
      run.kind === 'running' ? { ...run, startedAt: this.startedAt ?? run.startedAt } : run
    this.state.update((state) => ({ ...state, run: since }))
  }

  private finish(): void {
    const run = this.run.state.get()
    const { table, complete } = this.loaded
    this.state.set({ run, table, stale: false, complete })
  }
}

function nothingBefore(end: number): LoadedRows {
  return { table: null, since: end, lastWidth: null, complete: false, queryIds: [] }
}

function lengthOf({ table }: LoadedRows): number {
  return table?.length ?? 0
}

function lastValue(scope: Scope, table: ResultTable): Value {
  return table.value(table.length - 1, timeIndex(scope, table))
}

function timeIndex(scope: Scope, table: ResultTable): number {
  const { name } = requireTime(scope.table)
  return table.columns.findIndex((column) => column.name === name)
}
