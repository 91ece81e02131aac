import { expect, test } from 'vitest'

import { findPlaces, type Found, rankOf, steppedPlace, type Turns } from './findPlaces'

/** Each look at the clock takes a millisecond. */
function countedTurns(milliseconds: number): Turns & { pauses: number } {
  let now = 0
  return {
    milliseconds,
    pauses: 0,
    now: () => now++,
    pause() {
      this.pauses += 1
      return Promise.resolve()
    },
  }
}

async function told(found: AsyncGenerator<Found>): Promise<string[]> {
  const texts = []
  for await (const { count, searched } of found) texts.push(`${count} in ${searched}`)
  return texts
}

test('tells after each turn what it has found', async () => {
  const turns = countedTurns(4)
  const texts = await told(findPlaces(10, (place) => place % 2 === 1, turns))
  expect(texts).toEqual(['2 in 4', '4 in 8', '5 in 10'])
  expect(turns.pauses).toBe(2)
})

test('looks into no more rows once nobody listens', async () => {
  const looked: number[] = []
  const isMatch = (place: number) => looked.push(place) > 0
  for await (const { searched } of findPlaces(1_000_000, isMatch, countedTurns(4))) {
    if (searched >= 8) break
  }
  expect(looked).toHaveLength(8)
})

test('without rows there is nothing', async () => {
  expect(await told(findPlaces(0, () => true, countedTurns(4)))).toEqual(['0 in 0'])
})

test.each([
  [2, 0],
  [3, 0],
  [4, 1],
  [9, 2],
  [10, 3],
])('before %i there are %i places', (place, rank) => {
  expect(rankOf([3, 5, 9], place)).toBe(rank)
})

test.each<[number, 1 | -1, number | null]>([
  [0, 1, 3],
  [3, 1, 5],
  [4, 1, 5],
  [9, 1, 3],
  [20, 1, 3],
  [9, -1, 5],
  [4, -1, 3],
  [3, -1, 9],
  [0, -1, 9],
])('from %i by %i to %i', (from, step, place) => {
  expect(steppedPlace([3, 5, 9], from, step)).toBe(place)
})

test('nothing to step to', () => {
  expect(steppedPlace([], 0, 1)).toBeNull()
})
