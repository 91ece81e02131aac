import { useRef } from 'preact/hooks'

import { BuilderView } from '../builder/BuilderView'
import type { ViewLocation } from '../question/fragment'
import type { Question } from '../question/question'
import { Messages } from '../states/Messages'
import { Header, PANEL_ID } from './Header'
import { lazy } from './lazy'
import { useStore } from './store'
import { useKeys } from './useKeys'
import { useViewer } from './viewer'

const LOADING = <p class="view-loading muted">Loading…</p>
const SqlView = lazy(() => import('../sql/SqlView').then((module) => module.SqlView), LOADING)
const HistoryView = lazy(
  () => import('../history/HistoryView').then((module) => module.HistoryView),
  LOADING,
)

/** The header, and the view that the URL names. */
export function App() {
  const { location } = useViewer()
  const place = useStore(location, (current) => current)
  const lastQuestion = useLastQuestion(place)
  useKeys()
  return (
    <div class="app">
      <Header
        view={place.view}
        zone={place.zone}
        onView={(view) => {
          if (view !== place.view) location.push(placeOf(view, place, lastQuestion.current))
        }}
      />
      <Messages />
      <main class="app-main">
        <div
          class="app-panel"
          id={PANEL_ID}
          role="tabpanel"
          aria-labelledby={`${PANEL_ID}-tab-${place.view}`}
        >
          <View place={place} />
        </div>
      </main>
    </div>
  )
}

function useLastQuestion(place: ViewLocation) {
  const last = useRef<Question | null>(null)
  if (place.view === 'builder' && place.question) last.current = place.question
  return last
}

/** Where a tab leads: back to the question or the SQL that was there before. */
function placeOf(
  view: ViewLocation['view'],
  { zone }: ViewLocation,
  question: Question | null,
): ViewLocation {
  switch (view) {
    case 'builder':
      return { view, question, zone }
    case 'sql':
      return { view, sql: '', queryId: null, zone }
    case 'history':
      return { view, zone }
  }
}

function View({ place }: { readonly place: ViewLocation }) {
  switch (place.view) {
    case 'builder':
      return place.question ? <BuilderView question={place.question} zone={place.zone} /> : null
    case 'sql':
      return <SqlView />
    case 'history':
      return <HistoryView />
  }
}
