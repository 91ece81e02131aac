/** What runs now, to be stopped when the page is closed or left. */
export class ActiveRuns {
  private readonly stops = new Set<() => void>()
  private readonly listeners = new Set<() => void>()

  /** `page` is the window, which tells with `pagehide` that it is left. */
  constructor(page: Pick<EventTarget, 'addEventListener'>) {
    page.addEventListener('pagehide', () => {
      for (const stop of [...this.stops]) stop()
    })
  }

  /** Returns the function that takes the run off the list. */
  add(stop: () => void): () => void {
    this.stops.add(stop)
    return () => {
      this.stops.delete(stop)
      for (const listener of [...this.listeners]) listener()
    }
  }

  /** Calls the listener after each run that has ended, however it ended. */
  onEnd(listener: () => void): void {
    this.listeners.add(listener)
  }
}
