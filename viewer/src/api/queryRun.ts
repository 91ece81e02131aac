import { type Store, createStore } from '../app/store'
import type { ActiveRuns } from './activeRuns'
import type { Api } from './client'
import { type Clock, systemClock } from './clock'
import type { Parameter, Query } from './documents'
import { ApiFailure, type Failure } from './failure'
import { type OnRows, ResultReader, needsPages } from './resultReader'
import { withRetries } from './retries'

export interface Statement {
  readonly query: string
  readonly parameters: readonly Parameter[]
}

export type RunState =
  | { readonly kind: 'idle' }
  | { readonly kind: 'stopped' }
  | {
      readonly kind: 'running'
      /** Milliseconds since 1970. */
      readonly startedAt: number
      readonly queryId: string | null
      readonly status: 'SUBMITTING' | 'QUEUED' | 'RUNNING' | 'READING'
    }
  /** Tries again `at` that time, in milliseconds since 1970, as try number `attempt` of three. */
  | {
      readonly kind: 'retrying'
      readonly at: number
      readonly attempt: number
      readonly failure: Failure
    }
  | { readonly kind: 'finished'; readonly query: Query }
  | { readonly kind: 'failed'; readonly failure: Failure }

/** One run: what it asks, how far it got, and how to stop it. */
interface Run {
  /** Null if it opens a query that ran before. */
  readonly statement: Statement | null
  readonly abort: AbortController
  /** The Idempotency-Key of its submit. Null if `left` tells the service that nobody takes the reply. */
  readonly key: string | null
  /** Aborted as the page is left. */
  readonly left: AbortController
  readonly startedAt: number
  readonly onRows: OnRows
  queryId: string | null
  /** Whether its submit may have started a query whose id is not known. */
  unanswered: boolean
  outcome: 'open' | 'finished' | 'failed'
}

type RowReader = Pick<ResultReader, 'readStream' | 'readPages'>

const LONG_POLL_SECONDS = 30
/** What a page sends as it is closed may have 64 KiB in all; a character takes up to three bytes. */
const LONGEST_WITH_KEY = 16_000

/** Runs one statement at a time and reads its rows. `state` says why `run` and `open` gave null. */
export class QueryRun {
  readonly state: Store<RunState> = createStore<RunState>({ kind: 'idle' })
  private readonly reader: RowReader
  private current: Run | null = null

  constructor(
    private readonly api: Pick<
      Api,
      'submit' | 'status' | 'cancel' | 'cancelByKey' | 'results' | 'page'
    >,
    private readonly activeRuns: Pick<ActiveRuns, 'add'>,
    private readonly clock: Clock = systemClock,
    reader?: RowReader,
  ) {
    this.reader = reader ?? new ResultReader(api, clock)
  }

  /** Stops the run before it. `onRows` gets the table again and again as it grows. */
  run(statement: Statement, onRows: OnRows): Promise<Query | null> {
    return this.start(statement, null, onRows)
  }

  /** Reads the rows of a query that ran before, which costs nothing. */
  open(queryId: string, onRows: OnRows): Promise<Query | null> {
    return this.start(null, queryId, onRows)
  }

  /** After `failed`: goes on where it failed, or runs the statement anew if its query has failed. */
  again(): Promise<Query | null> {
    const last = this.current
    if (!last) return Promise.resolve(null)
    const { statement, queryId, onRows, outcome } = last
    if (statement && outcome === 'failed') return this.run(statement, onRows)
    return this.start(statement, queryId, onRows)
  }

  /** Aborts the requests and cancels the query. */
  stop(): void {
    const run = this.current
    if (!run || run.abort.signal.aborted || !this.isUnderWay()) return
    run.abort.abort()
    this.state.set({ kind: 'stopped' })
    void this.cancel(run)
  }

  private isUnderWay(): boolean {
    const { kind } = this.state.get()
    return kind === 'running' || kind === 'retrying'
  }

  private async start(
    statement: Statement | null,
    queryId: string | null,
    onRows: OnRows,
  ): Promise<Query | null> {
    this.stop()
    const run: Run = {
      ...{ statement, queryId, onRows, startedAt: this.clock.now(), outcome: 'open' },
      ...{ abort: new AbortController(), left: new AbortController() },
      ...{ key: statement && newKey(statement), unanswered: false },
    }
    this.current = run
    const remove = this.activeRuns.add(() => {
      this.stop()
      if (run.key === null) run.left.abort()
      void this.cancelUnanswered(run)
    })
    try {
      return await this.finish(run)
    } catch (error) {
      this.fail(run, error)
      return null
    } finally {
      remove()
    }
  }

  private fail(run: Run, error: unknown): void {
    if (run.abort.signal.aborted) return
    const failure = error instanceof ApiFailure ? error.failure : faultOf(error)
    this.state.set({ kind: 'failed', failure })
  }

  private async finish(run: Run): Promise<Query | null> {
    let query =
      run.queryId === null ? await this.submit(run) : await this.look(run, run.queryId, 0, 'QUEUED')
    while (query.status === 'QUEUED' || query.status === 'RUNNING') {
      this.show(run, query.status)
      query = await this.look(run, query.query_id, LONG_POLL_SECONDS, query.status)
    }
    if (query.status === 'FINISHED') return this.readRows(run, query)
    run.outcome = 'failed'
    if (query.status === 'FAILED') throw new ApiFailure(failureOf(query))
    this.state.set({ kind: 'stopped' })
    return null
  }

  /**
   * A submit is not aborted by a stop: its reply names the query to cancel. If no reply comes, its key does. Without a
   * key, the service cancels the query if nobody takes the reply.
   */
  private async submit(run: Run): Promise<Query> {
    this.show(run, 'SUBMITTING')
    try {
      return await this.retried(run, 'SUBMITTING', () => this.trySubmit(run))
    } finally {
      void this.cancelUnanswered(run)
    }
  }

  private async trySubmit(run: Run): Promise<Query> {
    const { statement, key, left, unanswered } = run
    if (!statement) throw new Error('A run without a query needs a statement.')
    run.unanswered = true
    try {
      const query = await this.api.submit(requestOf(statement), key, left.signal)
      run.queryId = query.query_id
      run.unanswered = false
      if (run.abort.signal.aborted) void this.cancel(run)
      return query
    } catch (error) {
      if (isRefusal(error)) run.unanswered = unanswered
      throw error
    }
  }

  private look(run: Run, queryId: string, waitSeconds: number, status: Status): Promise<Query> {
    const { signal } = run.abort
    return this.retried(run, status, () => this.api.status(queryId, waitSeconds, signal))
  }

  private async readRows(run: Run, query: Query): Promise<Query> {
    run.outcome = 'finished'
    const { signal } = run.abort
    const { query_id: queryId } = query
    this.show(run, 'READING')
    const onRows: OnRows = (table) => {
      if (!signal.aborted) run.onRows(table)
    }
    try {
      await this.retried(run, 'READING', () => this.reader.readStream(queryId, signal, onRows))
    } catch (error) {
      if (signal.aborted || !needsPages(error)) throw error
      await this.retried(run, 'READING', () => this.reader.readPages(queryId, signal, onRows))
    }
    signal.throwIfAborted()
    this.state.set({ kind: 'finished', query })
    return query
  }

  private async retried<T>(run: Run, status: Status, request: () => Promise<T>): Promise<T> {
    const { clock } = this
    const { signal } = run.abort
    const onRetry = (at: number, attempt: number, failure: Failure) => {
      this.state.set({ kind: 'retrying', at, attempt, failure })
    }
    const again = () => {
      this.show(run, status)
      return request()
    }
    const result = await withRetries(again, { clock, signal, onRetry })
    signal.throwIfAborted()
    return result
  }

  private show({ abort, startedAt, queryId }: Run, status: Status): void {
    if (!abort.signal.aborted) this.state.set({ kind: 'running', startedAt, queryId, status })
  }

  private async cancel({ queryId, outcome }: Run): Promise<void> {
    if (outcome === 'open' && queryId !== null) await ignored(this.api.cancel(queryId, true))
  }

  private async cancelUnanswered(run: Run): Promise<void> {
    const { statement, key, unanswered } = run
    if (!unanswered || !statement || key === null) return
    run.unanswered = false
    await ignored(this.api.cancelByKey(requestOf(statement), key))
  }
}

/** Nobody waits for a query to be cancelled, and one that cannot be reached ends by itself. */
async function ignored(cancelling: Promise<Query>): Promise<void> {
  try {
    await cancelling
  } catch (error) {
    if (!(error instanceof ApiFailure)) throw error
  }
}

/** Whether a submit has certainly started no query. */
function isRefusal(error: unknown): boolean {
  if (!(error instanceof ApiFailure)) return false
  const { failure } = error
  return failure.kind === 'problem' ? failure.problem.status < 500 : failure.kind !== 'offline'
}

/** Random, also where the page is no secure context; null if the statement is too long to be sent on leaving. */
function newKey(statement: Statement): string | null {
  if (JSON.stringify(requestOf(statement)).length > LONGEST_WITH_KEY) return null
  return crypto.getRandomValues(new Uint32Array(4)).join('-')
}

type Status = Extract<RunState, { kind: 'running' }>['status']

export function requestOf({ query, parameters }: Statement) {
  return { query, parameters: [...parameters] }
}

/** A query that failed by a fault of the engine, as the problem that it is. */
function failureOf({ query_id: queryId, error }: Query): Failure {
  const { code = 'FAILED', detail = 'Athena gave no reason.', retryable = true } = error ?? {}
  const problem = {
    type: 'about:blank',
    title: 'The query failed',
    status: 500,
    detail,
    code,
    retryable,
  }
  return { kind: 'problem', problem: { ...problem, query_id: queryId }, retryAfterSeconds: null }
}

/** A fault of this page; the console has its stack. */
function faultOf(error: unknown): Failure {
  console.error(error)
  const detail = `This page has a fault: ${String(error)}`
  const problem = {
    type: 'about:blank',
    title: 'Fault of this page',
    status: 500,
    detail,
    retryable: false,
  }
  return { kind: 'problem', problem, retryAfterSeconds: null }
}
