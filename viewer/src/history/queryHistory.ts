/** Which of one's queries are listed, page by page. */

import type { Api } from '../api/client'
import type { Query, QueryStatus } from '../api/documents'
import { ApiFailure, type Failure } from '../api/failure'
import { createStore, type Store } from '../app/store'

export interface HistoryFilter {
  readonly text: string
  readonly status: QueryStatus | null
}

export interface HistoryState {
  readonly filter: HistoryFilter
  readonly queries: readonly Query[]
  /** Where the next page begins; null on the last. */
  readonly pagingToken: string | null
  readonly loading: boolean
  readonly failure: Failure | null
}

const START: HistoryState = {
  filter: { text: '', status: null },
  queries: [],
  pagingToken: null,
  loading: false,
  failure: null,
}

/** How many more a press of the button shows, and how many pages it may read for them: some are empty. */
const ENOUGH = 20
const MOST_PAGES = 5

export class QueryHistory {
  readonly state: Store<HistoryState> = createStore(START)
  private abort = new AbortController()

  constructor(private readonly api: Pick<Api, 'queries' | 'cancel'>) {}

  /** Lists from the newest on, filtered as before but for `wanted`. What was listed stays until its successor is there. */
  load(wanted: Partial<HistoryFilter> = {}): Promise<void> {
    this.change({ filter: { ...this.state.get().filter, ...wanted } })
    return this.read([], null)
  }

  more(): Promise<void> {
    const { queries, pagingToken } = this.state.get()
    return pagingToken === null ? Promise.resolve() : this.read(queries, pagingToken)
  }

  async cancel({ query_id: id }: Query): Promise<void> {
    try {
      const cancelled = await this.api.cancel(id)
      const { queries } = this.state.get()
      this.change({
        queries: queries.map((query) => (query.query_id === id ? cancelled : query)),
      })
    } catch (error) {
      this.change({ failure: failureOf(error) })
    }
  }

  /** Asks for nothing more. */
  close(): void {
    this.abort.abort()
  }

  private async read(before: readonly Query[], from: string | null): Promise<void> {
    this.abort.abort()
    this.abort = new AbortController()
    const { signal } = this.abort
    this.change({ loading: true, failure: null })
    try {
      await this.readPages(before, from, signal)
    } catch (error) {
      if (!signal.aborted) this.change({ failure: failureOf(error) })
    }
    if (!signal.aborted) this.change({ loading: false })
  }

  private async readPages(
    before: readonly Query[],
    from: string | null,
    signal: AbortSignal,
  ): Promise<void> {
    const { text, status } = this.state.get().filter
    const wanted = { ...(text !== '' && { text }), ...(status && { status }) }
    let queries = before
    let pagingToken = from
    for (let page = 0; page < MOST_PAGES; page++) {
      const answer = await this.api.queries(
        { ...wanted, ...(pagingToken !== null && { pagingToken }) },
        signal,
      )
      signal.throwIfAborted()
      queries = [...queries, ...answer.queries]
      pagingToken = answer.paging_token
      this.change({ queries, pagingToken })
      if (pagingToken === null || queries.length >= before.length + ENOUGH) return
    }
  }

  private change(changes: Partial<HistoryState>): void {
    this.state.update((state) => ({ ...state, ...changes }))
  }
}

export function failureOf(error: unknown): Failure {
  if (error instanceof ApiFailure) return error.failure
  throw error
}
