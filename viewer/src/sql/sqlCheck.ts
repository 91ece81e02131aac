/** What the service says of a SQL text without running it: what it would read and cost, or what is wrong. */

import { createStore, type Store } from '../app/store'
import type { Api } from '../api/client'
import type { Clock } from '../api/clock'
import type { DryRun, Estimate, Problem } from '../api/documents'
import { ApiFailure, type Failure } from '../api/failure'

export type Check =
  | { readonly kind: 'none' }
  | { readonly kind: 'asking' }
  | { readonly kind: 'valid'; readonly estimate: Estimate; readonly warnings: DryRun['warnings'] }
  | { readonly kind: 'invalid'; readonly problem: Problem }
  | { readonly kind: 'unknown'; readonly failure: Failure }

interface Asked {
  readonly sql: string
  readonly abort: AbortController
  readonly check: Promise<Check>
}

const NONE: Check = { kind: 'none' }
/** How long a text rests before the service is asked. */
const REST_MS = 600
const DEAR_USD = 0.05
/** Statuses of a request that has to be changed, not repeated. */
const REFUSALS = [400, 413, 422]

export class SqlCheck {
  readonly state: Store<Check> = createStore<Check>(NONE)
  private asked: Asked | null = null

  constructor(
    private readonly api: Pick<Api, 'dryRun'>,
    private readonly clock: Clock,
  ) {}

  /** Asks once the text has rested, and no longer about the text before it. */
  whenRested(sql: string): void {
    void this.ask(sql, REST_MS)
  }

  /** Asks at once, unless the answer is there. `none` if another text was asked about meanwhile. */
  now(sql: string): Promise<Check> {
    const isThere = this.asked?.sql === sql && this.state.get().kind !== 'asking'
    return this.asked && isThere ? this.asked.check : this.ask(sql, 0)
  }

  /** Forgets the text, and what was asked about it. */
  clear(): void {
    this.asked?.abort.abort()
    this.asked = null
    this.state.set(NONE)
  }

  private ask(sql: string, restMs: number): Promise<Check> {
    this.clear()
    if (sql.trim() === '') return Promise.resolve(NONE)
    const abort = new AbortController()
    this.state.set({ kind: 'asking' })
    const check = this.read(sql, restMs, abort.signal)
    this.asked = { sql, abort, check }
    return check
  }

  private async read(sql: string, restMs: number, signal: AbortSignal): Promise<Check> {
    const check = await this.request(sql, restMs, signal)
    if (signal.aborted) return NONE
    this.state.set(check)
    return check
  }

  private async request(sql: string, restMs: number, signal: AbortSignal): Promise<Check> {
    try {
      if (restMs > 0) await this.clock.wait(restMs, signal)
      const { estimate, warnings } = await this.api.dryRun({ query: sql }, signal)
      return { kind: 'valid', estimate, warnings }
    } catch (error) {
      if (signal.aborted) return NONE
      if (!(error instanceof ApiFailure)) throw error
      return checkOf(error.failure)
    }
  }
}

/** Whether to ask a person before a text runs: it may read everything, or is dear, or nobody knows. */
export function needsConsent(check: Check): boolean {
  if (check.kind !== 'valid') return check.kind === 'unknown'
  const { bounded, cost_usd: cost } = check.estimate
  return !bounded || (cost ?? 0) > DEAR_USD
}

export function isRefusal(failure: Failure): failure is Extract<Failure, { kind: 'problem' }> {
  return failure.kind === 'problem' && REFUSALS.includes(failure.problem.status)
}

function checkOf(failure: Failure): Check {
  if (isRefusal(failure)) return { kind: 'invalid', problem: failure.problem }
  return { kind: 'unknown', failure }
}
