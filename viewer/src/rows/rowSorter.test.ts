import { expect, test } from 'vitest'

import type { Clock } from '../api/clock'
import { RowSorter } from './rowSorter'
import { STEP_ROWS } from './sortRows'

/** A clock by which each look takes longer than a slice may, and which notes how often the sort gives way. */
function slowClock() {
  let [time, waits] = [0, 0]
  const clock: Clock = {
    now: () => (time += 100),
    wait: () => {
      waits++
      return new Promise((resolve) => setTimeout(resolve, 0))
    },
  }
  return { clock, waits: () => waits }
}

const LENGTH = 20 * STEP_ROWS

function sortOf(length: number, descending = false) {
  const reads = { count: 0, most: 0 }
  const read = (row: number) => {
    reads.count++
    return (row * 7_919) % length
  }
  return { length, read, descending, reads }
}

async function settled(store: ReturnType<RowSorter['start']>) {
  while (store.get().busy) {
    await new Promise<void>((resolve) => {
      const end = store.subscribe(() => {
        end()
        resolve()
      })
    })
  }
  return store.get().order
}

test('sorts few rows at once', () => {
  const store = new RowSorter().start(sortOf(5))
  expect(store.get()).toEqual({ order: Uint32Array.of(0, 4, 3, 2, 1), busy: false })
})

test('gives way between slices, and is busy until it is done', async () => {
  const { clock, waits } = slowClock()
  const sort = sortOf(LENGTH)
  const store = new RowSorter(clock).start(sort)
  expect(store.get()).toEqual({ order: null, busy: true })
  expect(sort.reads.count).toBeLessThanOrEqual(STEP_ROWS)
  const order = await settled(store)
  expect(waits()).toBeGreaterThan(LENGTH / STEP_ROWS)
  const sorted = Array.from(order ?? [], (row) => (row * 7_919) % LENGTH)
  expect(sorted).toEqual(Array.from({ length: LENGTH }, (_, place) => place))
})

test('a newer sort stops the one before, whose order stays until then', async () => {
  const { clock } = slowClock()
  const sorter = new RowSorter(clock)
  const first = await settled(sorter.start(sortOf(LENGTH)))
  const stopped = sortOf(LENGTH)
  const abandoned = sorter.start(stopped)
  const newest = sorter.start(sortOf(LENGTH, true))
  expect(newest.get()).toEqual({ order: first, busy: true })
  const order = await settled(newest)
  expect(order?.[0]).toBe(first?.at(-1))
  expect(abandoned.get().busy).toBe(true)
  expect(stopped.reads.count).toBeLessThanOrEqual(STEP_ROWS)
})

test('an order of more rows than there are is dropped', async () => {
  const sorter = new RowSorter(slowClock().clock)
  await settled(sorter.start(sortOf(LENGTH)))
  expect(sorter.start(sortOf(LENGTH / 2)).get().order).toBeNull()
  expect(sorter.start(null).get()).toEqual({ order: null, busy: false })
})
