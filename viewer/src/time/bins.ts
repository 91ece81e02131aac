import type { Range } from './ranges'
import { HOUR, MINUTE, SECOND, modulo, offsetMinutes } from './zones'

/** Key of records that are none of the commonest values. No value has it. */
export const OTHER_KEY = '\u0000other'
/** Key of records that have no value. */
export const MISSING_KEY = '\u0000missing'

/** A row of the histogram's query. */
export interface Group {
  readonly start: number
  readonly key: string
  readonly count: number
}

/** What a query told: bins of one width since 1970, in order; the empty ones are left out. */
export interface FineHistogram extends Range {
  readonly width: number
  readonly bins: readonly FineBin[]
}

export interface FineBin {
  readonly start: number
  readonly counts: ReadonlyMap<string, number>
}

const MOST_FINE_BINS = 1_500
const FEWEST_BARS = 30
const FINE_WIDTHS = [1, 2, 5, 10, 15, 30, 60, 120, 300, 600, 900, 1_800, 3_600].map(
  (s) => s * SECOND,
)

/**
 * The width to ask for: as fine as 1,500 bins allow, so that a zoom needs no query, but never so wide that a
 * bin lies across the start of a local hour, in UTC or local time.
 */
export function fineWidth({ from, to }: Range): number {
  const widest = alignedWidth(from, to)
  const fits = (width: number) => widest % width === 0 && (to - from) / width <= MOST_FINE_BINS
  return FINE_WIDTHS.find(fits) ?? widest
}

export function fineHistogram(groups: Iterable<Group>, range: Range, width: number): FineHistogram {
  const bins = new Map<number, Map<string, number>>()
  for (const { start, key, count } of groups) {
    const counts = bins.get(start) ?? new Map<string, number>()
    bins.set(start, counts.set(key, (counts.get(key) ?? 0) + count))
  }
  const inOrder = [...bins].sort(([a], [b]) => a - b)
  return { ...range, width, bins: inOrder.map(([start, counts]) => ({ start, counts })) }
}

/** The part of a histogram that lies in `range`, or null if the bins cannot tell it or are too coarse. */
export function histogramWithin(fine: FineHistogram, range: Range): FineHistogram | null {
  const { width } = fine
  const isEdge = (instant: number) =>
    instant === fine.from || instant === fine.to || modulo(instant, width) === 0
  if (range.from < fine.from || range.to > fine.to) return null
  if (!isEdge(range.from) || !isEdge(range.to)) return null
  if ((range.to - range.from) / width < FEWEST_BARS && width > SECOND) return null
  const bins = fine.bins.filter(({ start }) => start > range.from - width && start < range.to)
  return { ...range, width, bins }
}

/** How wide bins since 1970 can be that start at each local hour: an hour, or less beside half-hour zones. */
function alignedWidth(from: number, to: number): number {
  const widths = [from, to].map((instant) => {
    const minutes = modulo(offsetMinutes(instant, 'local'), 60)
    if (minutes === 0) return HOUR
    return minutes === 30 ? 30 * MINUTE : 15 * MINUTE
  })
  return Math.min(...widths)
}
