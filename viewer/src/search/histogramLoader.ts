import type { Api } from '../api/client'
import type { Clock } from '../api/clock'
import type { DryRun, Estimate, Query } from '../api/documents'
import { ApiFailure } from '../api/failure'
import { type QueryRun, type RunState, type Statement, requestOf } from '../api/queryRun'
import { type OnRetry, withRetries } from '../api/retries'
import { type Store, createStore } from '../app/store'
import { type Scope, groupOf, histogramStatement } from '../question/statements'
import { requireTime, resolution } from '../question/timeColumns'
import type { ResultTable } from '../results/resultTable'
import {
  type FineHistogram,
  type Group,
  fineHistogram,
  fineWidth,
  histogramWithin,
} from '../time/bins'
import type { Range } from '../time/ranges'

export interface HistogramState {
  readonly run: RunState
  /** As fine as it was asked; `drawnHistogram` makes the bars. */
  readonly fine: FineHistogram | null
  readonly stale: boolean
  /** Not asked for yet, because it would cost so much. */
  readonly held: Estimate | null
}

/** A histogram that a query told, and what it counts. */
export interface CountedHistogram {
  readonly queryId: string
  readonly range: Range
  readonly width: number
}

interface Counted extends CountedHistogram {
  readonly counts: string
  readonly fine: FineHistogram
}

/** Above this price, people decide whether to draw it. */
const DEAREST_UNASKED_USD = 0.05
const IDLE: HistogramState = { run: { kind: 'idle' }, fine: null, stale: false, held: null }

/** Counts the records of a question by time. A range within one that was counted costs nothing. */
export class HistogramLoader {
  readonly state: Store<HistogramState> = createStore(IDLE)
  private scope: Scope | null = null
  private counted: Counted | null = null
  private estimating = new AbortController()

  constructor(
    private readonly api: Pick<Api, 'dryRun'>,
    private readonly run: QueryRun,
    private readonly clock: Clock,
    private readonly onPaid: (query: Query) => void,
  ) {
    run.state.subscribe(() => {
      this.show({ run: run.state.get() })
    })
  }

  /** If it is not `wanted`, it is only shown if that costs nothing. */
  start(scope: Scope, wanted: boolean): void {
    this.stop()
    this.scope = scope
    if (this.reuse(scope)) return
    this.state.update(({ fine }) => ({
      ...IDLE,
      fine: wanted ? fine : null,
      stale: wanted && fine !== null,
    }))
    if (wanted) void this.estimateAndCount(scope)
  }

  /** Draws what was held for its price, or what was not wanted before. */
  draw(): void {
    const { held } = this.state.get()
    if (!this.scope) return
    if (held) void this.count(this.scope)
    else void this.estimateAndCount(this.scope)
  }

  again(): void {
    const { run } = this.state.get()
    if (!this.scope || (run.kind !== 'failed' && run.kind !== 'stopped')) return
    void this.estimateAndCount(this.scope)
  }

  stop(): void {
    this.estimating.abort()
    this.run.stop()
    const { kind } = this.state.get().run
    if (kind === 'running' || kind === 'retrying') this.show({ run: { kind: 'stopped' } })
  }

  /** What the shown histogram was counted by. */
  get source(): CountedHistogram | null {
    const { counted, scope } = this
    if (!counted || !scope || counted.counts !== countsOf(scope)) return null
    return { queryId: counted.queryId, range: counted.range, width: counted.width }
  }

  /** Reads a histogram that was counted before. */
  async restore(scope: Scope, source: CountedHistogram): Promise<void> {
    this.stop()
    this.scope = scope
    const { queryId, range, width } = source
    const counting = { ...scope, range }
    await this.finish(scope, counting, width, (onRows) => this.run.open(queryId, onRows))
  }

  private reuse(scope: Scope): boolean {
    const fits = this.counted?.counts === countsOf(scope)
    const fine = fits && this.counted ? histogramWithin(this.counted.fine, scope.range) : null
    if (fine) this.state.set({ ...IDLE, run: { kind: 'idle' }, fine })
    return fine !== null
  }

  private async estimateAndCount(scope: Scope): Promise<void> {
    const { signal } = (this.estimating = new AbortController())
    const startedAt = this.clock.now()
    this.show({ held: null })
    const statement = histogramStatement(scope, widthOf(scope))
    try {
      const { estimate } = await this.dryRun(statement, startedAt, signal)
      signal.throwIfAborted()
      if (isDear(estimate)) this.state.set({ ...IDLE, held: estimate })
      else await this.count(scope)
    } catch (error) {
      if (signal.aborted) return
      if (!(error instanceof ApiFailure)) throw error
      this.show({ run: { kind: 'failed', failure: error.failure } })
    }
  }

  private dryRun(statement: Statement, startedAt: number, signal: AbortSignal): Promise<DryRun> {
    const onRetry: OnRetry = (at, attempt, failure) => {
      this.show({ run: { kind: 'retrying', at, attempt, failure } })
    }
    const ask = () => {
      this.show({ run: { kind: 'running', startedAt, queryId: null, status: 'SUBMITTING' } })
      return this.api.dryRun(requestOf(statement), signal)
    }
    return withRetries(ask, { clock: this.clock, signal, onRetry })
  }

  private count(scope: Scope): Promise<void> {
    const width = widthOf(scope)
    const statement: Statement = histogramStatement(scope, width)
    this.show({ held: null })
    return this.finish(scope, scope, width, async (onRows) => {
      const query = await this.run.run(statement, onRows)
      if (query) this.onPaid(query)
      return query
    })
  }

  private async finish(
    scope: Scope,
    counting: Scope,
    width: number,
    read: (onRows: (table: ResultTable) => void) => Promise<Query | null>,
  ): Promise<void> {
    const result: { rows: ResultTable | null } = { rows: null }
    const query = await read((table) => {
      result.rows = table
    })
    if (!query || !result.rows || this.scope !== scope) return
    const { range } = counting
    const fine = fineHistogram(groupsOf(result.rows), range, width)
    this.counted = { queryId: query.query_id, range, width, fine, counts: countsOf(counting) }
    const shown = histogramWithin(fine, scope.range) ?? fine
    this.state.set({ run: this.run.state.get(), fine: shown, stale: false, held: null })
  }

  private show(change: Partial<HistogramState>): void {
    this.state.update((state) => ({ ...state, ...change }))
  }
}

function isDear({ cost_usd: cost, bounded }: Estimate): boolean {
  return cost === null ? !bounded : cost > DEAREST_UNASKED_USD
}

/** All that decides which records are counted and how, but the range. */
function countsOf({ question }: Scope): string {
  const { table, lateMinutes, filters, stackedBy } = question
  return JSON.stringify([table, lateMinutes, filters.filter(({ enabled }) => enabled), stackedBy])
}

function widthOf({ table, range }: Scope): number {
  return Math.max(fineWidth(range), resolution(requireTime(table).unit))
}

function* groupsOf(table: ResultTable): Generator<Group> {
  for (let row = 0; row < table.length; row++) {
    const group = groupOf(table.columns.map((_, column) => table.value(row, column)))
    if (group) yield group
  }
}
