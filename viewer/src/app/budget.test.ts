import { expect, test } from 'vitest'

import { ActiveRuns } from '../api/activeRuns'
import { Api } from '../api/client'
import { BASE, FakeService, json, networkFails } from '../testing/fakeService'
import { flush } from '../testing/flush'
import { TurnedClock } from '../testing/turnedClock'
import { budgetText, watchBudget } from './budget'

const FIRST = { limit_bytes: 5e9, used_bytes: 0, resets_at: '2026-11-21T00:00:00.000Z' }
const LATER = { ...FIRST, used_bytes: 1.2e9 }

function started(first: typeof FIRST | null) {
  const service = new FakeService().on('GET session', networkFails, json({ budget: LATER }))
  const activeRuns = new ActiveRuns(new EventTarget())
  const clock = new TurnedClock()
  const budget = watchBudget(new Api(BASE, service.fetch), first, activeRuns, clock)
  const runOnce = () => {
    activeRuns.add(() => undefined)()
  }
  return { service, clock, budget, runOnce }
}

test('what is used is asked once the service has counted the last run', async () => {
  const { service, clock, budget, runOnce } = started(FIRST)
  service.on('GET session', json({ budget: LATER }))

  runOnce()
  clock.turn(10_000)
  runOnce()
  clock.turn(10_000)
  await flush()
  expect(service.asked).toEqual([])

  clock.turn(5_000)
  await flush()
  expect(service.asked).toEqual(['GET session'])
  expect(budget.get()).toEqual(LATER)
})

test('an answer that fails leaves the last budget, and the next run asks again', async () => {
  const { clock, budget, runOnce } = started(FIRST)

  runOnce()
  clock.turn(15_000)
  await flush()
  expect(budget.get()).toBe(FIRST)

  runOnce()
  clock.turn(15_000)
  await flush()
  expect(budget.get()).toEqual(LATER)
})

test('without a budget, nothing is asked', () => {
  const { clock, budget, runOnce } = started(null)

  runOnce()

  expect(clock.secondsToNext).toBeNull()
  expect(budget.get()).toBeNull()
})

test.each([
  [0, '0 bytes of 5 GB used today'],
  [1.2e9, '1.2 GB of 5 GB used today'],
  [null, '5 GB a day'],
])('%s bytes', (used, text) => {
  expect(budgetText({ ...FIRST, used_bytes: used })).toBe(text)
})
