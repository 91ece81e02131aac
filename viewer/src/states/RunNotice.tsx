import './states.css'

import type { RunState } from '../api/queryRun'
import { lazy } from '../app/lazy'
import { Button } from '../controls/Button'
import { secondsText } from './durations'
import { useSeconds } from './useSeconds'

// What takes the rows elsewhere has them too: a page that shows records can say that it is offline.
const loadFailures = () => import('./FailureView')
const FailureView = lazy(() => loadFailures().then((module) => module.FailureView))
const Retrying = lazy(() => loadFailures().then((module) => module.Retrying))

interface RunNoticeProps {
  readonly run: RunState
  readonly onAgain?: () => void
  readonly onStop?: () => void
  /** Without the running time, where that is shown elsewhere. */
  readonly compact?: boolean
}

/** Say how a run goes: the seconds, the next try, or what failed. Nothing while all is well. */
export function RunNotice({ run, onAgain, onStop, compact = false }: RunNoticeProps) {
  switch (run.kind) {
    case 'running':
      return compact ? null : <Running startedAt={run.startedAt} onStop={onStop} />
    case 'retrying':
      return <Retrying run={run} onAgain={onAgain} onStop={onStop} />
    case 'failed':
      return <FailureView failure={run.failure} onAgain={onAgain} />
    case 'stopped':
    case 'idle':
    case 'finished':
      return null
  }
}

interface RunningProps {
  readonly startedAt: number
  readonly onStop: (() => void) | undefined
}

/** The seconds are not read out: only that it runs. */
export function Running({ startedAt, onStop }: RunningProps) {
  const seconds = Math.max(0, Math.floor((useSeconds(true) - startedAt) / 1000))
  return (
    <span class="running">
      <span role="status">
        <span class="spinner" aria-hidden="true" />
        Running<span aria-hidden="true"> · {secondsText(seconds)}</span>
      </span>
      {onStop && (
        <Button icon="stop" onClick={onStop}>
          Stop
        </Button>
      )}
    </span>
  )
}
