import { useEffect, useState } from 'preact/hooks'

import type { Query } from '../api/documents'
import { useStore } from '../app/store'
import { type Viewer, useViewer } from '../app/viewer'
import { Button } from '../controls/Button'
import { renderFragment } from '../question/fragment'
import type { SqlLocation } from '../sql/sqlSession'
import { sqlPartsOf } from '../sql/sqlViewer'
import type { Zone } from '../time/zones'
import type { QueryHistory } from './queryHistory'
import { factsOf, hasExpired, hasPlaceholders, isUnderWay, stateText } from './queryText'

interface QueryTableProps {
  readonly queries: readonly Query[]
  readonly history: QueryHistory
}

export function QueryTable({ queries, history }: QueryTableProps) {
  const { location } = useViewer()
  const zone = useStore(location, (place) => place.zone)
  const now = Date.now()
  return (
    <table class="query-table" aria-label="Queries">
      <thead>
        <tr>
          <th scope="col">State</th>
          <th scope="col">Query</th>
          <th scope="col">
            <span class="visually-hidden">Actions</span>
          </th>
        </tr>
      </thead>
      <tbody>
        {queries.map((query) => (
          <QueryRow key={query.query_id} {...{ query, zone, now, history }} />
        ))}
      </tbody>
    </table>
  )
}

interface QueryRowProps {
  readonly query: Query
  readonly zone: Zone
  readonly now: number
  readonly history: QueryHistory
}

function QueryRow({ query, zone, now, history }: QueryRowProps) {
  const viewer = useViewer()
  const expired = hasExpired(query, now)
  const canRun = query.query !== null && !hasPlaceholders(query.query)
  const canRunAgain = canRun && (expired || query.status === 'CANCELLED')
  return (
    <tr>
      <td>
        <span class={`query-state ${query.status.toLowerCase()}`}>{stateText(query, now)}</span>
      </td>
      <td class="query-cell">
        <QueryLink query={query} zone={zone} expired={expired} />
        <span class="muted numeric">{factsOf(query, zone, now).join(' · ')}</span>
      </td>
      <td class="query-actions">
        {isUnderWay(query) && (
          <Button compact icon="stop" onClick={() => void history.cancel(query)}>
            Cancel
          </Button>
        )}
        {canRunAgain && (
          <Button
            compact
            onClick={() => {
              runAgain(viewer, query.query ?? '')
            }}
          >
            Run again
          </Button>
        )}
      </td>
    </tr>
  )
}

/** As a press of Run in the SQL view: it asks first where Run would. */
function runAgain(viewer: Viewer, sql: string): void {
  const { location } = viewer
  const { session } = sqlPartsOf(viewer)
  const place: SqlLocation = { view: 'sql', sql, queryId: null, zone: location.get().zone }
  location.push(place)
  session.follow(place)
  void session.request()
}

/** Opens the rows, or the text alone if they have expired. A link, so that it opens in a new tab too. */
function QueryLink({
  query,
  zone,
  expired,
}: Omit<QueryRowProps, 'now' | 'history'> & { expired: boolean }) {
  const { location } = useViewer()
  const place: SqlLocation = {
    view: 'sql',
    sql: query.query ?? '',
    queryId: expired ? null : query.query_id,
    zone,
  }
  const href = useFragment(place)
  return (
    <a
      class="query-link mono"
      href={href}
      onClick={(event) => {
        if (event.ctrlKey || event.metaKey || event.shiftKey) return
        event.preventDefault()
        location.push(place)
      }}
    >
      {query.query?.trim() ?? `Query ${query.query_id}, whose text is not kept`}
    </a>
  )
}

function useFragment(place: SqlLocation): string {
  const [fragment, setFragment] = useState('#')
  const { sql, queryId, zone } = place
  useEffect(() => {
    let isWanted = true
    void renderFragment({ view: 'sql', sql, queryId, zone }).then((rendered) => {
      if (isWanted) setFragment(`#${rendered}`)
    })
    return () => {
      isWanted = false
    }
  }, [sql, queryId, zone])
  return fragment
}
