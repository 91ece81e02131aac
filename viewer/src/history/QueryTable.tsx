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
import {
  factsOf,
  hasExpired,
  isUnderWay,
  isWithoutRows,
  runnableText,
  stateText,
} from './queryText'

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
  const text = runnableText(query)
  const expired = hasExpired(query, now)
  return (
    <tr>
      <td>
        <span class={`query-state ${query.status.toLowerCase()}`}>{stateText(query, now)}</span>
      </td>
      <td class="query-cell">
        <QueryLink queryId={query.query_id} {...{ text, expired, zone }} />
        <span class="muted numeric">{factsOf(query, zone, now).join(' · ')}</span>
      </td>
      <td class="query-actions">
        {isUnderWay(query) && (
          <Button compact icon="stop" onClick={() => void history.cancel(query)}>
            Cancel
          </Button>
        )}
        {text !== null && isWithoutRows(query, now) && (
          <Button
            compact
            onClick={() => {
              runAgain(viewer, text)
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

interface QueryLinkProps {
  readonly queryId: string
  readonly text: string | null
  readonly expired: boolean
  readonly zone: Zone
}

/** Opens the rows, or the text alone if they have expired. A link, so that it opens in a new tab too. */
function QueryLink({ queryId, text, expired, zone }: QueryLinkProps) {
  const { location } = useViewer()
  const place: SqlLocation = {
    view: 'sql',
    sql: text ?? '',
    queryId: expired && text !== null ? null : queryId,
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
      {text?.trim() ?? `Query ${queryId}, whose text is not kept`}
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
