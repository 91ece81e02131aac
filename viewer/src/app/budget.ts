import type { ActiveRuns } from '../api/activeRuns'
import type { Api } from '../api/client'
import { type Clock, systemClock } from '../api/clock'
import type { Budget } from '../api/documents'
import { bytesText } from '../results/quantities'
import { type Store, createStore } from './store'

/** After that, the service has counted what a run has scanned. */
const COUNTED_AFTER_MS = 15_000

/** What is left of the tenant's budget, asked anew after runs. */
export function watchBudget(
  api: Pick<Api, 'session'>,
  first: Budget | null,
  activeRuns: Pick<ActiveRuns, 'onEnd'>,
  clock: Clock = systemClock,
): Store<Budget | null> {
  const budget = createStore(first)
  let pending = new AbortController()
  const look = async ({ signal }: AbortController) => {
    await clock.wait(COUNTED_AFTER_MS, signal)
    const session = await api.session(signal)
    budget.set(session.budget)
  }
  if (first)
    activeRuns.onEnd(() => {
      pending.abort()
      pending = new AbortController()
      // Overtaken by the next run, or the service does not answer: the next run asks again.
      look(pending).catch(() => undefined)
    })
  return budget
}

/** `1.2 GB of 5 GB used today` */
export function budgetText({ limit_bytes: limit, used_bytes: used }: Budget): string {
  if (used === null) return `${bytesText(limit)} a day`
  return `${bytesText(used)} of ${bytesText(limit)} used today`
}
