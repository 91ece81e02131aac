import type { Bin } from '../time/drawnBins'
import type { Range } from '../time/ranges'

/**
 * The heights of a bar's layers, in pixels, from the bottom. A count that is not 0 is at least `least`
 * high, so that one error among thousands of records can be seen.
 */
export function layerHeights(
  counts: readonly number[],
  perRecord: number,
  least: number,
): number[] {
  return counts.map((count) => (count === 0 ? 0 : Math.max(count * perRecord, least)))
}

const ROUND = [1, 1.5, 2, 3, 4, 5, 6, 8, 10]

/** The upper end of the axis: the least round number that holds all bars. */
export function niceMaximum(largest: number): number {
  if (largest <= 4) return 4
  const power = 10 ** Math.floor(Math.log10(largest))
  const step = ROUND.find((factor) => factor * power >= largest)
  return (step ?? 10) * power
}

/** The first and last of the bars that a stretch of time touches; null if it touches none. */
export function barsWithin(
  bins: readonly Bin[],
  { from, to }: Range,
): readonly [number, number] | null {
  const first = bins.findIndex(({ end }) => end > from)
  const last = bins.findLastIndex(({ start }) => start < to)
  return first < 0 || last < first ? null : [first, last]
}

/** The time that bars cover. */
export function rangeOf(
  bins: readonly Bin[],
  [first, last]: readonly [number, number],
): Range | null {
  const [start, end] = [bins[first], bins[last]]
  return start && end ? { from: start.start, to: end.end } : null
}
