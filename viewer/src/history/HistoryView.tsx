import './history.css'

import { useEffect, useRef, useState } from 'preact/hooks'

import type { QueryStatus } from '../api/documents'
import { useStore } from '../app/store'
import { useViewer } from '../app/viewer'
import { Button } from '../controls/Button'
import { Select } from '../controls/Select'
import { TextField } from '../controls/TextField'
import { FailureView } from '../states/FailureView'
import { QueryHistory } from './queryHistory'
import { QueryTable } from './QueryTable'
import { SavedList } from './SavedList'

const REST_MS = 400
const STATES: readonly { value: string; label: string; status: QueryStatus | null }[] = [
  { value: '', label: 'all', status: null },
  { value: 'FINISHED', label: 'finished', status: 'FINISHED' },
  { value: 'RUNNING', label: 'running', status: 'RUNNING' },
  { value: 'QUEUED', label: 'queued', status: 'QUEUED' },
  { value: 'FAILED', label: 'failed', status: 'FAILED' },
  { value: 'CANCELLED', label: 'cancelled', status: 'CANCELLED' },
]

/** One's queries, which open for nothing until they expire, and the saved questions. */
export function HistoryView() {
  const { api } = useViewer()
  const [history] = useState(() => new QueryHistory(api))
  useEffect(() => {
    void history.load()
    return () => {
      history.close()
    }
  }, [history])
  return (
    <section class="view view-history" aria-label="History">
      <div class="pane history-queries">
        <HistoryToolbar history={history} />
        <HistoryBody history={history} />
      </div>
      <SavedList />
    </section>
  )
}

function HistoryToolbar({ history }: { readonly history: QueryHistory }) {
  const filter = useStore(history.state, (state) => state.filter)
  const loading = useStore(history.state, (state) => state.loading)
  const loadRested = useRested((wanted) => void history.load({ text: wanted }))
  const [text, setText] = useState(filter.text)
  return (
    <div class="toolbar">
      <TextField
        kind="search"
        label="Find in my queries"
        labelled="hidden"
        placeholder="Find in my queries"
        value={text}
        onInput={(written) => {
          setText(written)
          loadRested(written.trim())
        }}
      />
      <Select
        label="State"
        value={filter.status ?? ''}
        options={STATES}
        onChange={(value) => {
          const status = STATES.find((state) => state.value === value)?.status ?? null
          void history.load({ text: text.trim(), status })
        }}
      />
      <Button onClick={() => void history.load({ text: text.trim() })}>Refresh</Button>
      <span role="status" class="muted">
        {loading && 'Loading…'}
      </span>
    </div>
  )
}

/** Calls once the last call is some time ago. */
function useRested(call: (text: string) => void): (text: string) => void {
  const timer = useRef<ReturnType<typeof setTimeout>>(undefined)
  useEffect(
    () => () => {
      clearTimeout(timer.current)
    },
    [],
  )
  return (text) => {
    clearTimeout(timer.current)
    timer.current = setTimeout(call, REST_MS, text)
  }
}

function HistoryBody({ history }: { readonly history: QueryHistory }) {
  const { queries, pagingToken, loading, failure, filter } = useStore(history.state, (all) => all)
  const hint =
    pagingToken !== null
      ? 'No match among the newest queries.'
      : filter.text !== '' || filter.status
        ? 'No query matches.'
        : 'No queries yet. What you run is listed here until it expires.'
  return (
    <div class="pane-body" aria-busy={loading}>
      {failure && <FailureView failure={failure} onAgain={() => void history.load()} />}
      {queries.length === 0 && !loading && !failure && <p class="muted history-hint">{hint}</p>}
      {queries.length > 0 && <QueryTable queries={queries} history={history} />}
      {pagingToken !== null && (
        <div class="toolbar">
          <Button disabled={loading} onClick={() => void history.more()}>
            {queries.length === 0 ? 'Look further back' : 'More'}
          </Button>
        </div>
      )}
    </div>
  )
}
