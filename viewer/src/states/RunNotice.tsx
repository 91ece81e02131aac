import './states.css'

import type { Failure } from '../api/failure'
import type { RunState } from '../api/queryRun'
import { Button } from '../controls/Button'
import { Icon } from '../controls/Icon'
import { secondsText } from './durations'
import { failureText } from './failureText'
import { useSeconds } from './useSeconds'

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

interface RetryingProps {
  readonly run: Extract<RunState, { kind: 'retrying' }>
  readonly onAgain: (() => void) | undefined
  readonly onStop: (() => void) | undefined
}

function Retrying({ run, onAgain, onStop }: RetryingProps) {
  const seconds = Math.max(0, Math.ceil((run.at - useSeconds(true)) / 1000))
  const { title } = failureText(run.failure)
  return (
    <div class="notice caution">
      <Icon name="warning" />
      <span class="notice-text">
        <strong role="status">{title}</strong>
        <span class="numeric">
          Trying again in {secondsText(seconds)} (try {run.attempt} of 3).
        </span>
      </span>
      {onAgain && <Button onClick={onAgain}>Try now</Button>}
      {onStop && <Button onClick={onStop}>Stop</Button>}
    </div>
  )
}

interface FailureViewProps {
  readonly failure: Failure
  readonly onAgain: (() => void) | undefined
}

export function FailureView({ failure, onAgain }: FailureViewProps) {
  const { title, detail, remedy, action } = failureText(failure)
  const act = remedy === 'signIn' ? reload : remedy === 'again' ? onAgain : undefined
  return (
    <div class="notice danger" role="alert">
      <Icon name="warning" />
      <span class="notice-text">
        <strong>{title}</strong>
        <span>{detail}</span>
      </span>
      {act && <Button onClick={act}>{action}</Button>}
    </div>
  )
}

/** The gateway asks who one is when the page is loaded again. */
function reload(): void {
  location.reload()
}
