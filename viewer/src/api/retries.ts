import type { Clock } from './clock'
import { ApiFailure, type Failure, problemName } from './failure'

/** Told before each wait: when the next try is, which it is, and why. */
export type OnRetry = (at: number, attempt: number, failure: Failure) => void

const TRIES = 3
const SECONDS_WITHOUT_ADVICE = 2
/** Who is asked to wait for longer is told so, and decides. */
const MOST_SECONDS = 60

/** Makes a request that can be repeated, up to three times; waits as the service asks, a minute at most. */
export async function withRetries<T>(
  request: () => Promise<T>,
  { clock, signal, onRetry }: { clock: Clock; signal: AbortSignal; onRetry: OnRetry },
): Promise<T> {
  for (let attempt = 1; ; attempt++) {
    try {
      return await request()
    } catch (error) {
      if (signal.aborted || !(error instanceof ApiFailure) || attempt === TRIES) throw error
      const seconds = secondsToWait(error.failure, attempt)
      if (seconds === null) throw error
      onRetry(clock.now() + seconds * 1000, attempt + 1, error.failure)
      await clock.wait(seconds * 1000, signal)
    }
  }
}

function secondsToWait(failure: Failure, attempt: number): number | null {
  if (failure.kind === 'offline') return SECONDS_WITHOUT_ADVICE ** (attempt - 1)
  // The rows are then read another way.
  if (failure.kind !== 'problem' || problemName(failure) === 'result-unreadable') return null
  if (!failure.problem.retryable) return null
  const seconds = failure.retryAfterSeconds ?? SECONDS_WITHOUT_ADVICE ** attempt
  return seconds <= MOST_SECONDS ? seconds : null
}
