import { describe, expect, test } from 'vitest'

import type { Failure } from '../api/failure'
import { failureText } from './failureText'

function problem(more: Readonly<Record<string, unknown>> = {}) {
  return {
    type: '/problems/throttled',
    title: 'Too many requests',
    status: 429,
    detail: 'Send it again later.',
    retryable: true,
    ...more,
  }
}

describe('failureText', () => {
  test.each<[string, Failure, 'again' | 'signIn' | null]>([
    [
      'a problem that may pass',
      { kind: 'problem', problem: problem(), retryAfterSeconds: 5 },
      'again',
    ],
    [
      'a problem that stays',
      { kind: 'problem', problem: problem({ retryable: false }), retryAfterSeconds: null },
      null,
    ],
    ['signed out', { kind: 'signedOut' }, 'signIn'],
    ['offline', { kind: 'offline' }, 'again'],
    ['expired', { kind: 'expired', queryId: 'q', problem: problem() }, 'again'],
    ['cut', { kind: 'cut', rows: 118000 }, 'again'],
    ['too large', { kind: 'tooLarge', rows: 1000000 }, null],
  ])('%s', (_name, failure, remedy) => {
    const text = failureText(failure)
    expect(text.remedy).toBe(remedy)
    expect(text.title).not.toBe('')
    expect(text.detail).not.toBe('')
    expect(text.action !== '').toBe(remedy !== null || failure.kind === 'problem')
  })

  test('tells how many rows are there', () => {
    expect(failureText({ kind: 'cut', rows: 118000 }).detail).toContain('118,000 rows')
    expect(failureText({ kind: 'cut', rows: 1 }).detail).toContain('1 row so far')
    expect(failureText({ kind: 'cut', rows: 0 }).detail).toBe('No row has come yet.')
  })

  test('loses none of the errors of a problem', () => {
    const errors = [{ pointer: '/parameters/0', detail: 'not a number' }]
    const text = failureText({
      kind: 'problem',
      problem: problem({ errors }),
      retryAfterSeconds: null,
    })
    expect(text.detail).toBe('Send it again later. /parameters/0: not a number')
  })
})
