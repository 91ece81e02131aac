import './states.css'

import type { Failure } from '../api/failure'
import type { RunState } from '../api/queryRun'
import { Button } from '../controls/Button'
import { Icon } from '../controls/Icon'
import { secondsText } from './durations'
import { failureText } from './failureText'
import { useSeconds } from './useSeconds'

interface RetryingProps {
  readonly run: Extract<RunState, { kind: 'retrying' }>
  readonly onAgain: (() => void) | undefined
  readonly onStop: (() => void) | undefined
}

/** Count down to the next try. */
export function Retrying({ run, onAgain, onStop }: RetryingProps) {
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

/** Say what failed, with the button that helps. */
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
