/** The questions that a tenant keeps, and changes of them that overwrite nothing unseen. */

import type { Api } from '../api/client'
import type { Saved, SavedList } from '../api/documents'
import { ApiFailure, type Failure } from '../api/failure'
import { createStore, type Store } from '../app/store'
import { failureOf } from './queryHistory'

export interface SavedState {
  readonly saved: readonly Saved[]
  readonly pagingToken: string | null
  readonly loading: boolean
  readonly failure: Failure | null
}

/** `changed`: someone changed or deleted it meanwhile, and the list shows how; nothing was overwritten. */
export type Outcome = 'done' | 'changed' | 'failed'

const START: SavedState = { saved: [], pagingToken: null, loading: false, failure: null }
const JSON_HEADERS = { 'Content-Type': 'application/json' }
const CONFLICTS = [404, 412]

export class SavedQuestions {
  readonly state: Store<SavedState> = createStore(START)

  constructor(private readonly api: Pick<Api, 'json' | 'call'>) {}

  load(): Promise<void> {
    return this.read([], null)
  }

  more(): Promise<void> {
    const { saved, pagingToken } = this.state.get()
    return pagingToken === null ? Promise.resolve() : this.read(saved, pagingToken)
  }

  create(title: string, state: string): Promise<Outcome> {
    return this.attempt(async () => {
      const body = JSON.stringify({ title, state })
      const created = await this.api.json<Saved>('saved', {
        ...{ method: 'POST', headers: JSON_HEADERS, body },
      })
      this.change({ saved: [created, ...this.state.get().saved] })
    })
  }

  /** Replaces the version that `old` is, or tells that it is not the last one. */
  replace(old: Saved, title: string, state: string): Promise<Outcome> {
    return this.attempt(async () => {
      const headers = { ...JSON_HEADERS, 'If-Match': old.etag }
      const body = JSON.stringify({ title, state })
      this.put(await this.api.json<Saved>(pathOf(old), { method: 'PUT', headers, body }))
    }, old)
  }

  remove(old: Saved): Promise<Outcome> {
    return this.attempt(async () => {
      await this.api.call(pathOf(old), { method: 'DELETE', headers: { 'If-Match': old.etag } })
      this.drop(old)
    }, old)
  }

  private async read(before: readonly Saved[], from: string | null): Promise<void> {
    this.change({ loading: true, failure: null })
    const query = from === null ? '' : `?${new URLSearchParams({ paging_token: from }).toString()}`
    try {
      const list = await this.api.json<SavedList>(`saved${query}`, {})
      this.change({ saved: [...before, ...list.saved], pagingToken: list.paging_token })
    } catch (error) {
      this.change({ failure: failureOf(error) })
    }
    this.change({ loading: false })
  }

  private async attempt(request: () => Promise<void>, old?: Saved): Promise<Outcome> {
    this.change({ failure: null })
    try {
      await request()
      return 'done'
    } catch (error) {
      if (old && isConflict(error)) return this.refresh(old)
      this.change({ failure: failureOf(error) })
      return 'failed'
    }
  }

  /** Shows the version that is there now. */
  private async refresh(old: Saved): Promise<Outcome> {
    try {
      this.put(await this.api.json<Saved>(pathOf(old), {}))
    } catch (error) {
      if (!isConflict(error)) {
        this.change({ failure: failureOf(error) })
        return 'failed'
      }
      this.drop(old)
    }
    return 'changed'
  }

  private put(saved: Saved): void {
    const { saved: all } = this.state.get()
    this.change({ saved: all.map((other) => (other.id === saved.id ? saved : other)) })
  }

  private drop({ id }: Saved): void {
    this.change({ saved: this.state.get().saved.filter((other) => other.id !== id) })
  }

  private change(changes: Partial<SavedState>): void {
    this.state.update((state) => ({ ...state, ...changes }))
  }
}

function pathOf({ id }: Saved): string {
  return `saved/${id}`
}

function isConflict(error: unknown): boolean {
  return (
    error instanceof ApiFailure &&
    error.failure.kind === 'problem' &&
    CONFLICTS.includes(error.failure.problem.status)
  )
}
