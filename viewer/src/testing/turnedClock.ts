import { type Clock, abortReason } from '../api/clock'

interface Waiter {
  readonly at: number
  readonly resolve: () => void
}

/** A clock that stands still until a test turns it. */
export class TurnedClock implements Clock {
  private time = Date.parse('2026-11-20T12:00:00Z')
  private waiters: Waiter[] = []

  now(): number {
    return this.time
  }

  wait(milliseconds: number, signal?: AbortSignal): Promise<void> {
    return new Promise((resolve, reject) => {
      const waiter = { at: this.time + milliseconds, resolve }
      this.waiters.push(waiter)
      signal?.addEventListener('abort', () => {
        this.waiters = this.waiters.filter((other) => other !== waiter)
        reject(abortReason(signal))
      })
    })
  }

  /** The seconds until the next waiter is woken, or null. */
  get secondsToNext(): number | null {
    const times = this.waiters.map(({ at }) => at)
    return times.length === 0 ? null : (Math.min(...times) - this.time) / 1000
  }

  turn(milliseconds: number): void {
    this.time += milliseconds
    const due = this.waiters.filter(({ at }) => at <= this.time)
    this.waiters = this.waiters.filter(({ at }) => at > this.time)
    for (const { resolve } of due) resolve()
  }
}
