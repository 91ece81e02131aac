import { type Clock, systemClock } from '../api/clock'
import { type Store, createStore } from '../app/store'
import type { Value } from '../results/resultTable'
import { sortRows } from './sortRows'

export interface RowOrder {
  /** The rows of the table in the order shown; null: as they came. */
  readonly order: Uint32Array | null
  /** It is still that of before. */
  readonly busy: boolean
}

export interface RowSort {
  readonly length: number
  readonly read: (row: number) => Value
  readonly descending: boolean
}

const AS_THEY_CAME: RowOrder = { order: null, busy: false }
/** So that keys and scrolling never wait longer. */
const MILLISECONDS_AT_A_TIME = 25

/** Sorts rows, a million too, in slices between which the page goes on. A newer sort stops the one before. */
export class RowSorter {
  private last: Store<RowOrder> = createStore(AS_THEY_CAME)

  constructor(private readonly clock: Clock = systemClock) {}

  /** What takes no longer than a slice is there at once. */
  start(sort: RowSort | null): Store<RowOrder> {
    const { order } = this.last.get()
    // Rows that were added since stand below the sorted ones.
    const fits = sort !== null && order !== null && order.length <= sort.length
    this.last = createStore(sort ? { order: fits ? order : null, busy: true } : AS_THEY_CAME)
    if (sort) void this.run(sort, this.last)
    return this.last
  }

  private async run({ length, read, descending }: RowSort, store: Store<RowOrder>): Promise<void> {
    const steps = sortRows(length, read, descending)
    let since = this.clock.now()
    while (this.last === store) {
      const step = steps.next()
      if (step.done) {
        store.set({ order: step.value, busy: false })
        return
      }
      if (this.clock.now() - since < MILLISECONDS_AT_A_TIME) continue
      await this.clock.wait(0)
      since = this.clock.now()
    }
  }
}
