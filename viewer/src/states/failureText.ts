import type { Failure } from '../api/failure'
import { countText } from '../results/quantities'

export interface FailureText {
  readonly title: string
  readonly detail: string
  /** What the button does that helps; null if only another question helps. */
  readonly remedy: 'again' | 'signIn' | null
  readonly action: string
}

/** Say what went wrong and what a person can do about it. */
export function failureText(failure: Failure): FailureText {
  switch (failure.kind) {
    case 'problem':
      return problemText(failure.problem)
    case 'signedOut':
      return {
        title: 'You are signed out',
        detail: 'Sign in again: the address keeps your question.',
        remedy: 'signIn',
        action: 'Sign in',
      }
    case 'offline':
      return {
        title: 'No connection to the service',
        detail: 'What is loaded stays.',
        remedy: 'again',
        action: 'Try again',
      }
    case 'expired':
      return {
        title: 'This result has expired',
        detail: failure.problem.detail,
        remedy: 'again',
        action: 'Run again',
      }
    case 'cut':
      return {
        title: 'The connection broke off',
        detail: cutText(failure.rows),
        remedy: 'again',
        action: 'Run again',
      }
    case 'tooLarge':
      return {
        title: 'The result is larger than a page can hold',
        detail: `These are the first ${countText(failure.rows)} rows. Download the result to get all of them.`,
        remedy: null,
        action: '',
      }
  }
}

function cutText(rows: number): string {
  if (rows === 0) return 'No row has come yet.'
  return `${countText(rows)} ${rows === 1 ? 'row' : 'rows'} so far; more are missing.`
}

function problemText(problem: Extract<Failure, { kind: 'problem' }>['problem']): FailureText {
  const details = (problem.errors ?? []).map(({ pointer, detail }) => `${pointer}: ${detail}`)
  return {
    title: problem.title,
    detail: [problem.detail, ...details].join(' '),
    remedy: problem.retryable ? 'again' : null,
    action: 'Try again',
  }
}
