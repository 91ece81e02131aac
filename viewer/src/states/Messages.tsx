import './states.css'

import { useEffect, useState } from 'preact/hooks'

import type { RunState } from '../api/queryRun'
import type { Warning } from '../api/documents'
import { useStore } from '../app/store'
import { useViewer } from '../app/viewer'
import { Icon } from '../controls/Icon'
import type { SearchState } from '../search/search'

/** What concerns the whole page: no network, and what may be missing from the rows. */
export function Messages() {
  const { search } = useViewer()
  const online = useOnline()
  const warnings = useStore(search.state, warningsText)
  return (
    <section class="messages" aria-label="Messages">
      {!online && (
        <p class="notice caution" role="status">
          <Icon name="warning" />
          <span class="notice-text">
            <strong>You are offline</strong>
            <span>What is loaded stays. Queries have to wait for the network.</span>
          </span>
        </p>
      )}
      {warnings !== '' && (
        <p class="notice caution" role="status">
          <Icon name="warning" />
          <span class="notice-text">
            <strong>Some records may be missing</strong>
            <span>{warnings}</span>
          </span>
        </p>
      )}
    </section>
  )
}

/** The warnings of both queries, each once, as one text that can be compared. */
function warningsText({ rows, histogram }: SearchState): string {
  const details = [...warningsOf(rows.run), ...warningsOf(histogram.run)].map(
    ({ detail }) => detail,
  )
  return [...new Set(details)].join(' ')
}

function warningsOf(run: RunState): readonly Warning[] {
  return run.kind === 'finished' ? run.query.warnings : []
}

function useOnline(): boolean {
  const [online, setOnline] = useState(navigator.onLine)
  useEffect(() => {
    const look = () => {
      setOnline(navigator.onLine)
    }
    window.addEventListener('online', look)
    window.addEventListener('offline', look)
    return () => {
      window.removeEventListener('online', look)
      window.removeEventListener('offline', look)
    }
  }, [])
  return online
}
