import { describe, expect, it } from 'vitest'

import type { QueryFilter } from '../api/client'
import type { Query, QueryList } from '../api/documents'
import { ApiFailure } from '../api/failure'
import { QueryHistory } from './queryHistory'

function query(id: string, status: Query['status'] = 'FINISHED'): Query {
  const times = { submitted_at: '2026-11-28T10:00:00Z', completed_at: null, expires_at: null }
  const statistics = {
    ...{ scanned_bytes: 0, queue_ms: 0, planning_ms: 0, engine_ms: 0, total_ms: 0 },
    estimated_cost_usd: 0,
    reused: false,
  }
  return {
    ...{ query_id: id, query: `SELECT ${id}`, parameters: [], status, ...times },
    ...{ retention_minutes: 1440, statistics, warnings: [] },
  }
}

function page(count: number, pagingToken: string | null): QueryList {
  const queries = Array.from({ length: count }, (_, index) => query(`${pagingToken ?? ''}${index}`))
  return { queries, paging_token: pagingToken }
}

function apiWith(pages: QueryList[]) {
  const asked: QueryFilter[] = []
  return {
    asked,
    queries: (filter: QueryFilter) => {
      asked.push(filter)
      const next = pages.shift()
      return next ? Promise.resolve(next) : Promise.reject(new ApiFailure({ kind: 'offline' }))
    },
    cancel: (id: string) => Promise.resolve(query(id, 'CANCELLED')),
  }
}

const ALL = { text: '', status: null }

describe('the list of queries', () => {
  it('reads on past empty pages until there are enough', async () => {
    const api = apiWith([page(0, 'a'), page(3, 'b'), page(20, 'c'), page(1, null)])
    const history = new QueryHistory(api)
    await history.load({ text: 'x', status: 'FAILED' })
    expect(history.state.get()).toMatchObject({ loading: false, pagingToken: 'c', failure: null })
    expect(history.state.get().queries).toHaveLength(23)
    expect(api.asked).toEqual([
      { text: 'x', status: 'FAILED' },
      { text: 'x', status: 'FAILED', pagingToken: 'a' },
      { text: 'x', status: 'FAILED', pagingToken: 'b' },
    ])
  })

  it('keeps the part of the filter that does not change', async () => {
    const api = apiWith([page(20, null), page(20, null), page(20, null)])
    const history = new QueryHistory(api)
    await history.load({ status: 'FAILED' })
    await history.load({ text: 'x' })
    await history.load()
    expect(api.asked).toEqual([
      { status: 'FAILED' },
      { text: 'x', status: 'FAILED' },
      { text: 'x', status: 'FAILED' },
    ])
  })

  it('shows what there is after some empty pages, and goes on when asked', async () => {
    const empty = Array.from({ length: 5 }, (_, index) => page(0, String(index)))
    const api = apiWith([...empty, page(2, null)])
    const history = new QueryHistory(api)
    await history.load(ALL)
    expect(api.asked).toHaveLength(5)
    expect(history.state.get()).toMatchObject({ queries: [], pagingToken: '4', loading: false })
    await history.more()
    expect(history.state.get().queries).toHaveLength(2)
    await history.more()
    expect(api.asked).toHaveLength(6)
  })

  it('keeps what it has when the next page cannot be read', async () => {
    const history = new QueryHistory(apiWith([page(20, 'a')]))
    await history.load(ALL)
    await history.more()
    expect(history.state.get().failure).toEqual({ kind: 'offline' })
    expect(history.state.get().queries).toHaveLength(20)
  })

  it('shows the list of the last filter, whichever answer comes first', async () => {
    const answers: ((list: QueryList) => void)[] = []
    const queries = () => new Promise<QueryList>((resolve) => answers.push(resolve))
    const history = new QueryHistory({ ...apiWith([]), queries })
    const loads = [history.load(ALL), history.load({ text: 'x', status: null })]
    answers[1]?.(page(1, null))
    answers[0]?.(page(9, null))
    await Promise.all(loads)
    expect(history.state.get().queries).toHaveLength(1)
  })

  it('shows that a query is cancelled', async () => {
    const history = new QueryHistory(apiWith([page(2, null)]))
    await history.load(ALL)
    const [first] = history.state.get().queries
    if (first) await history.cancel(first)
    expect(history.state.get().queries.map(({ status }) => status)).toEqual([
      'CANCELLED',
      'FINISHED',
    ])
  })
})
