/** The SQL view's state and what can be done there. Nothing runs unless a person asks for it. */

import type { Clock } from '../api/clock'
import type { Problem } from '../api/documents'
import type { Failure } from '../api/failure'
import type { QueryRun } from '../api/queryRun'
import { createStore, type Store } from '../app/store'
import type { LocationStore } from '../app/viewer'
import { runnableText } from '../history/queryText'
import type { ViewLocation } from '../question/fragment'
import type { ResultTable } from '../results/resultTable'
import { isRefusal, needsConsent, SqlCheck } from './sqlCheck'

export interface SqlState {
  readonly sql: string
  /** The query in the URL, whose rows are shown. */
  readonly queryId: string | null
  readonly table: ResultTable | null
  /** The query that the rows are of, also after the text was changed. */
  readonly shownId: string | null
  /** The rows are those of another text or an earlier run. */
  readonly stale: boolean
  /** The run waits for the check of its text. */
  readonly checking: boolean
  /** The run waits until a person agrees to what it may read. */
  readonly asks: boolean
  /** Why the service refused a run of this text. */
  readonly refused: Problem | null
}

export type SqlLocation = Extract<ViewLocation, { view: 'sql' }>

const START: SqlState = {
  sql: '',
  queryId: null,
  table: null,
  shownId: null,
  stale: false,
  checking: false,
  asks: false,
  refused: null,
}

interface Parts {
  readonly location: LocationStore
  readonly queryRun: Pick<QueryRun, 'run' | 'open' | 'again' | 'stop' | 'state'>
  readonly check: SqlCheck
  readonly draft: { get(): string; set(text: string): void }
  readonly clock: Clock
}

/** How long a text rests before the URL names it: browsers refuse to change it with each key. */
const REST_MS = 400

export class SqlSession {
  readonly state: Store<SqlState> = createStore(START)
  readonly text: Pick<Store<string>, 'get' | 'subscribe'> = {
    get: () => this.state.get().sql,
    subscribe: (listener) => this.state.subscribe(listener),
  }
  readonly check: SqlCheck
  private resting = new AbortController()

  constructor(private readonly parts: Parts) {
    this.check = parts.check
  }

  get run(): Parts['queryRun'] {
    return this.parts.queryRun
  }

  /**
   * Shows what the URL names, until the returned function is called. It hears of each change at once: later, what
   * was typed meanwhile would be taken back.
   */
  followLocation(): () => void {
    const { location } = this.parts
    const follow = () => {
      const place = location.get()
      if (place.view === 'sql') this.follow(place)
    }
    follow()
    return location.subscribe(follow)
  }

  /** Shows what is named; if nothing is, what was here before, or the draft. */
  follow(place: SqlLocation): void {
    const { sql, queryId } = this.state.get()
    if (place.sql === '' && place.queryId === null) {
      this.resume()
      return
    }
    if (place.sql === sql && place.queryId === queryId) return
    this.resting.abort()
    this.change({
      sql: place.sql,
      queryId: place.queryId,
      refused: null,
      asks: false,
      checking: false,
    })
    if (place.queryId === null) this.showNothing(place.sql)
    else if (place.queryId !== queryId) void this.open(place.queryId)
  }

  readonly edit = (sql: string): void => {
    if (sql === this.state.get().sql) return
    this.change({ sql, queryId: null, refused: null, asks: false, checking: false })
    this.check.whenRested(sql)
    void this.rest(sql)
  }

  /** Runs the text, or asks first. */
  readonly request = async (): Promise<void> => {
    const { sql } = this.state.get()
    if (sql.trim() === '') return
    this.change({ checking: true, asks: false, refused: null })
    const check = await this.check.now(sql)
    if (!this.state.get().checking || this.state.get().sql !== sql) return
    this.change({ checking: false })
    if (check.kind === 'invalid') this.change({ refused: check.problem })
    else if (needsConsent(check)) this.change({ asks: true })
    else if (check.kind === 'valid') await this.start()
  }

  /** Runs the text without asking. */
  readonly start = async (): Promise<void> => {
    const { location, queryRun } = this.parts
    const { sql } = this.state.get()
    const { zone, ...place } = location.get()
    const entered = place.view === 'sql' && place.sql === sql && place.queryId === null
    this.change({ asks: false, queryId: null, stale: true, refused: null })
    location[entered ? 'replace' : 'push']({ view: 'sql', sql, queryId: null, zone })
    await queryRun.run({ query: sql, parameters: [] }, this.showRows)
    this.settle(sql)
  }

  /** Returns whether there was something to stop. */
  readonly stop = (): boolean => {
    const { checking, asks } = this.state.get()
    const { kind } = this.run.state.get()
    this.change({ checking: false, asks: false })
    this.run.stop()
    return checking || asks || kind === 'running' || kind === 'retrying'
  }

  /** After a failure: goes on with the run where it failed. */
  readonly again = async (): Promise<void> => {
    const { sql } = this.state.get()
    await this.run.again()
    this.settle(sql)
  }

  private resume(): void {
    const { location, draft } = this.parts
    const { sql, queryId } = this.state.get()
    const text = sql === '' ? draft.get() : sql
    if (sql === '' && text !== '') this.edit(text)
    if (text !== '')
      location.replace({ view: 'sql', sql: text, queryId, zone: location.get().zone })
  }

  private showNothing(sql: string): void {
    this.run.stop()
    this.run.state.set({ kind: 'idle' })
    this.change({ table: null, shownId: null, stale: false })
    this.check.whenRested(sql)
  }

  private async open(queryId: string): Promise<void> {
    this.check.clear()
    this.change({ stale: true })
    const query = await this.run.open(queryId, this.showRows)
    if (this.state.get().queryId !== queryId) return
    if (this.state.get().sql === '') this.change({ sql: (query && runnableText(query)) ?? '' })
    if (this.hasExpired()) void this.check.now(this.state.get().sql)
    this.settle(this.state.get().sql)
    if (this.state.get().stale) this.change({ table: null, shownId: null, stale: false })
  }

  private hasExpired(): boolean {
    const state = this.run.state.get()
    return state.kind === 'failed' && state.failure.kind === 'expired'
  }

  private readonly showRows = (table: ResultTable): void => {
    const run = this.run.state.get()
    const shownId = run.kind === 'running' ? run.queryId : this.state.get().shownId
    this.change({ table, shownId, stale: false })
  }

  /** Lets the URL name the rows, or says why there are none. */
  private settle(sql: string): void {
    const { state } = this.run
    const run = state.get()
    const hasRows = run.kind === 'finished' || (run.kind === 'failed' && isCutShort(run.failure))
    if (this.state.get().sql !== sql) return
    if (hasRows) this.link(sql)
    else if (run.kind === 'failed' && isRefusal(run.failure)) {
      this.change({ refused: run.failure.problem })
      state.set({ kind: 'idle' })
    }
  }

  private link(sql: string): void {
    const { location } = this.parts
    const { shownId: queryId } = this.state.get()
    const place = location.get()
    this.change({ queryId })
    if (place.view === 'sql') location.replace({ ...place, sql, queryId })
  }

  private async rest(sql: string): Promise<void> {
    const { location, draft, clock } = this.parts
    this.resting.abort()
    this.resting = new AbortController()
    const { signal } = this.resting
    await clock.wait(REST_MS, signal).catch(() => undefined)
    if (signal.aborted) return
    draft.set(sql)
    const place = location.get()
    if (place.view !== 'sql' || place.sql === sql) return
    // Back leads to the rows that the text had before it was changed.
    const entry = place.queryId === null ? 'replace' : 'push'
    location[entry]({ ...place, sql, queryId: null })
  }

  private change(changes: Partial<SqlState>): void {
    this.state.update((state) => ({ ...state, ...changes }))
  }
}

/** The query has finished, though not all of its rows are here. */
function isCutShort(failure: Failure): boolean {
  return failure.kind === 'cut' || failure.kind === 'tooLarge'
}
