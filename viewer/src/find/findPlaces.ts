export interface Found {
  /** Rows in the order shown. The list grows as more of them are found. */
  readonly places: readonly number[]
  /** How many were found when this was told. */
  readonly count: number
  readonly searched: number
}

/** How long the page may be kept busy at a time, and how others get their turn. */
export interface Turns {
  readonly milliseconds: number
  now(): number
  pause(): Promise<void>
}

/** Less than a frame, so that the page scrolls and types on. */
export const PAGE_TURNS: Turns = {
  milliseconds: 8,
  now: () => performance.now(),
  pause: () => new Promise((resolve) => setTimeout(resolve)),
}

/** Find rows, and tell after each turn which are known. Stop by leaving the loop. */
export async function* findPlaces(
  rows: number,
  isMatch: (place: number) => boolean,
  turns: Turns,
): AsyncGenerator<Found> {
  const places: number[] = []
  let start = turns.now()
  for (let place = 0; place < rows; place++) {
    if (isMatch(place)) places.push(place)
    if (turns.now() - start < turns.milliseconds) continue
    yield { places, count: places.length, searched: place + 1 }
    await turns.pause()
    start = turns.now()
  }
  yield { places, count: places.length, searched: rows }
}

/** How many of the places come before this one. */
export function rankOf(places: readonly number[], place: number): number {
  let [low, high] = [0, places.length]
  while (low < high) {
    const middle = (low + high) >> 1
    if ((places[middle] ?? 0) < place) low = middle + 1
    else high = middle
  }
  return low
}

/** The next or previous of the places, and past the last one the first again; null if there are none. */
export function steppedPlace(places: readonly number[], from: number, step: 1 | -1): number | null {
  const rank = rankOf(places, from)
  const next = step === 1 ? rank + Number(places[rank] === from) : rank - 1
  return places.at(next % places.length) ?? null
}
