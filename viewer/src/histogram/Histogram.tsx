import './histogram.css'

import { useState } from 'preact/hooks'

import { lazy } from '../app/lazy'
import { useStore } from '../app/store'
import { useViewer } from '../app/viewer'
import type { Table } from '../api/documents'
import { Button } from '../controls/Button'
import type { Question } from '../question/question'
import type { HistogramState } from '../search/search'
import { EstimateText } from '../states/EstimateText'
import { RunNotice } from '../states/RunNotice'
import type { Zone } from '../time/zones'

/** With uPlot, which is loaded when the first numbers are there: rows do not wait for it. */
const loadBars = () => import('./Bars')
const Legend = lazy(() => loadBars().then((module) => module.BarsLegend))
const StackMenu = lazy(() => loadBars().then((module) => module.StackMenu))
const Bars = lazy(() => loadBars().then((module) => module.Bars))

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
  const { fine, held, run } = state
  const asked = fine !== null || held !== null || run.kind === 'failed'
  return (
    <section class="histogram" aria-label="Histogram">
      <div class="toolbar">
        {!hidden && fine && <Legend fine={fine} zone={zone} />}
        <span class="spacer" />
        {!hidden && asked && <StackMenu question={question} table={table} />}
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
      {!hidden && <Body state={state} zone={zone} asTable={asTable} />}
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

interface BodyProps {
  readonly state: HistogramState
  readonly zone: Zone
  readonly asTable: boolean
}

function Body({ state, zone, asTable }: BodyProps) {
  const { search } = useViewer()
  const { fine, run, held, stale } = state
  const busy = run.kind === 'running' || run.kind === 'retrying'
  return (
    <div class={stale || busy ? 'histogram-body stale' : 'histogram-body'} aria-busy={busy}>
      {fine && !held && <Bars fine={fine} zone={zone} asTable={asTable} />}
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
      {busy && !fine && <p class="histogram-message muted">Counting…</p>}
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
