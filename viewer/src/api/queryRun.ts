import type { Store } from '../app/store'
import type { ResultTable } from '../results/resultTable'
import type { Parameter, Query } from './documents'
import type { Failure } from './failure'

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

export type OnRows = (table: ResultTable) => void

/** Runs one statement at a time and reads its rows. `state` says why `run` and `open` gave null. */
export interface QueryRun {
  readonly state: Store<RunState>
  /** Stops the run before it. `onRows` gets the table again and again as it grows. */
  run(statement: Statement, onRows: OnRows): Promise<Query | null>
  /** Reads the rows of a query that ran before, which costs nothing. */
  open(queryId: string, onRows: OnRows): Promise<Query | null>
  /** Runs the last statement again, after `failed`. */
  again(): Promise<Query | null>
  /** Aborts the requests and cancels the query. */
  stop(): void
}
