import { describe, expect, it } from 'vitest'

import type { DryRun, Estimate } from '../api/documents'
import { ApiFailure, type Failure } from '../api/failure'
import { TurnedClock } from '../testing/turnedClock'
import { type Check, needsConsent, SqlCheck } from './sqlCheck'

const ESTIMATE: Estimate = {
  scanned_bytes: 1_000,
  files: 2,
  cost_usd: 0.00005,
  partitions: 3,
  bounded: true,
}

function dryRun(query: string): DryRun {
  const nothing = { query_id: null, status: null, submitted_at: null, completed_at: null }
  const rest = { ...nothing, expires_at: null, statistics: null, retention_minutes: 1440 }
  return { ...rest, query, valid: true, estimate: ESTIMATE, warnings: [] }
}

function problem(status: number): Failure {
  const document = { type: 'about:blank', title: '', status, detail: '', retryable: false }
  return { kind: 'problem', problem: document, retryAfterSeconds: null }
}

function checkWith(answer: (sql: string) => Promise<DryRun>) {
  const asked: string[] = []
  const signals: (AbortSignal | undefined)[] = []
  const clock = new TurnedClock()
  const api = {
    dryRun: ({ query }: { query: string }, signal?: AbortSignal) => {
      asked.push(query)
      signals.push(signal)
      return answer(query)
    },
  }
  return { check: new SqlCheck(api, clock), clock, asked, signals }
}

const answered = (sql: string) => Promise.resolve(dryRun(sql))

async function turn(clock: TurnedClock, milliseconds: number) {
  clock.turn(milliseconds)
  // Lets what waited go on.
  await new Promise((resolve) => setTimeout(resolve))
}

describe('the check of a text', () => {
  it('is asked for once the text has rested', async () => {
    const { check, clock, asked } = checkWith(answered)
    check.whenRested('a')
    await turn(clock, 500)
    check.whenRested('ab')
    await turn(clock, 500)
    expect(asked).toEqual([])
    expect(check.state.get().kind).toBe('asking')
    await turn(clock, 100)
    expect(asked).toEqual(['ab'])
    expect(check.state.get()).toEqual({ kind: 'valid', estimate: ESTIMATE, warnings: [] })
  })

  it('of an older text is aborted, and its answer ignored', async () => {
    const { check, signals } = checkWith(answered)
    const first = check.now('a')
    const second = check.now('b')
    expect(signals[0]?.aborted).toBe(true)
    expect(await first).toEqual({ kind: 'none' })
    expect((await second).kind).toBe('valid')
  })

  it('is not asked for twice', async () => {
    const { check, asked } = checkWith(answered)
    await check.now('a')
    expect((await check.now('a')).kind).toBe('valid')
    expect(asked).toEqual(['a'])
  })

  it('does not wait for a text to rest that is to run', async () => {
    const { check, asked } = checkWith(answered)
    check.whenRested('a')
    expect((await check.now('a')).kind).toBe('valid')
    expect(asked).toEqual(['a'])
  })

  it.each([' \n', ''])('asks nothing about %j', async (sql) => {
    const { check, asked } = checkWith(answered)
    expect(await check.now(sql)).toEqual({ kind: 'none' })
    expect(asked).toEqual([])
  })

  it.each<[Failure, Check['kind']]>([
    [problem(422), 'invalid'],
    [problem(400), 'invalid'],
    [problem(503), 'unknown'],
    [{ kind: 'offline' }, 'unknown'],
  ])('of %j is %s', async (failure, kind) => {
    const { check } = checkWith(() => Promise.reject(new ApiFailure(failure)))
    expect((await check.now('a')).kind).toBe(kind)
    expect(check.state.get().kind).toBe(kind)
  })
})

describe('a person is asked', () => {
  it.each<[Partial<Estimate>, boolean]>([
    [{}, false],
    [{ bounded: false }, true],
    [{ cost_usd: 0.05 }, false],
    [{ cost_usd: 0.06 }, true],
    [{ cost_usd: null, scanned_bytes: null }, false],
  ])('about %j: %s', (estimate, asks) => {
    const check: Check = { kind: 'valid', estimate: { ...ESTIMATE, ...estimate }, warnings: [] }
    expect(needsConsent(check)).toBe(asks)
  })

  it('where the price is not known', () => {
    expect(needsConsent({ kind: 'unknown', failure: { kind: 'offline' } })).toBe(true)
  })
})
