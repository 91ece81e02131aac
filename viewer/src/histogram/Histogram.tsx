import './histogram.css'

import { useMemo, useState } from 'preact/hooks'

import { changeQuestion } from '../app/actions'
import { lazy } from '../app/lazy'
import { useStore } from '../app/store'
import { useTheme } from '../app/theme'
import { useViewer } from '../app/viewer'
import type { Table } from '../api/documents'
import { Button } from '../controls/Button'
import type { Question } from '../question/question'
import type { HistogramState } from '../search/search'
import { EstimateText } from '../states/EstimateText'
import { RunNotice } from '../states/RunNotice'
import { drawnHistogram, type FineHistogram } from '../time/bins'
import { absoluteRange } from '../time/ranges'
import type { Zone } from '../time/zones'
import { Legend } from './Legend'
import { seriesOf } from './series'
import { StackMenu } from './StackMenu'

/** With uPlot, which is loaded when the first numbers are there: rows do not wait for it. */
const HistogramChart = lazy(() =>
  import('./HistogramChart').then((module) => module.HistogramChart),
)
const HistogramTable = lazy(() =>
  import('./HistogramTable').then((module) => module.HistogramTable),
)

interface HistogramProps {
  readonly question: Question
  readonly table: Table
  readonly zone: Zone
}

/** How many records there were over time. Its height is the same in each state, so nothing jumps. */
export function Histogram({ question, table, zone }: HistogramProps) {
  const { preferences, search } = useViewer()
  const state = useStore(search.state, ({ histogram }) => histogram)
  const hidden = useStore(preferences, ({ histogramHidden }) => histogramHidden)
  const [asTable, setAsTable] = useState(false)
  const content = useContent(state.fine, zone)
  return (
    <section class="histogram" aria-label="Histogram">
      <div class="toolbar">
        {!hidden && content && <Legend series={content.series} />}
        <span class="spacer" />
        {!hidden && <StackMenu question={question} table={table} />}
        {!hidden && (
          <Button
            variant="quiet"
            icon={asTable ? 'bars' : 'table'}
            aria-pressed={asTable}
            onClick={() => {
              setAsTable(!asTable)
            }}
          >
            As table
          </Button>
        )}
        <HideButton hidden={hidden} />
      </div>
      {!hidden && <Body state={state} content={content} asTable={asTable} />}
    </section>
  )
}

function HideButton({ hidden }: { readonly hidden: boolean }) {
  const { preferences, search } = useViewer()
  return (
    <Button
      variant="quiet"
      icon={hidden ? 'show' : 'hide'}
      onClick={() => {
        preferences.update((old) => ({ ...old, histogramHidden: !hidden }))
        if (hidden && !search.state.get().histogram.fine) search.drawHeld()
      }}
    >
      {hidden ? 'Show histogram' : 'Hide'}
    </Button>
  )
}

type Content = NonNullable<ReturnType<typeof useContent>>

function useContent(fine: FineHistogram | null, zone: Zone) {
  return useMemo(() => {
    if (!fine) return null
    const drawn = drawnHistogram(fine, zone)
    return { drawn, series: seriesOf(drawn), zone }
  }, [fine, zone])
}

interface BodyProps {
  readonly state: HistogramState
  readonly content: Content | null
  readonly asTable: boolean
}

function Body({ state, content, asTable }: BodyProps) {
  const { search } = useViewer()
  const { run, held, stale } = state
  const busy = run.kind === 'running' || run.kind === 'retrying'
  return (
    <div class={stale || busy ? 'histogram-body stale' : 'histogram-body'} aria-busy={busy}>
      {content &&
        !held &&
        (asTable ? <HistogramTable {...content} /> : <Chart content={content} />)}
      {held && (
        <p class="histogram-message">
          <span>
            The histogram would read <EstimateText estimate={held} />.
          </span>
          <Button
            onClick={() => {
              search.drawHeld()
            }}
          >
            Draw it
          </Button>
        </p>
      )}
      {busy && !content && <p class="histogram-message muted">Counting…</p>}
      {run.kind === 'failed' && (
        <div class="histogram-message">
          <RunNotice
            run={run}
            onAgain={() => {
              search.again()
            }}
          />
        </div>
      )}
    </div>
  )
}

function Chart({ content }: { readonly content: Content }) {
  const viewer = useViewer()
  const theme = useTheme()
  return (
    <HistogramChart
      {...content}
      theme={theme}
      onZoom={(from, to) => {
        const range = absoluteRange({ from, to }, content)
        changeQuestion(viewer, (question) => ({ ...question, ...range }), 'push')
      }}
    />
  )
}
