import { type FineBin, type FineHistogram, MISSING_KEY, OTHER_KEY } from './bins'
import { boundaries, drawnStep } from './boundaries'
import type { Range } from './ranges'
import type { Zone } from './zones'

export interface Bin {
  /** Milliseconds since 1970; the end is not part of the bin. */
  readonly start: number
  readonly end: number
  readonly total: number
  /** Records by key; the key is '' if the histogram is not stacked. */
  readonly counts: ReadonlyMap<string, number>
}

/** Bins side by side from `from` to `to`, the empty ones too. */
export interface Histogram extends Range {
  /** Milliseconds of most bins; the first and last may be shorter, and days with a change of clocks differ. */
  readonly width: number
  /** The commonest first, then OTHER_KEY, then MISSING_KEY. */
  readonly keys: readonly string[]
  readonly bins: readonly Bin[]
  readonly total: number
}

/** At most 90 bins to draw, which start at full hours and days of the clock. */
export function drawnHistogram(fine: FineHistogram, zone: Zone): Histogram {
  const width = drawnStep(fine, fine.width, zone)
  const starts = boundaries(fine, width, zone)
  let next = 0
  const bins = starts.map((start, index) => {
    const end = starts[index + 1] ?? fine.to
    const parts: FineBin[] = []
    for (let bin = fine.bins[next]; bin && bin.start < end; bin = fine.bins[++next]) parts.push(bin)
    const counts = sumOfCounts(parts)
    return { start, end, counts, total: sum(counts.values()) }
  })
  const totals = sumOfCounts(bins)
  const { from, to } = fine
  return { from, to, width, bins, keys: sortedKeys(totals), total: sum(totals.values()) }
}

function sumOfCounts(bins: readonly Pick<FineBin, 'counts'>[]): ReadonlyMap<string, number> {
  const sums = new Map<string, number>()
  for (const { counts } of bins) {
    for (const [key, count] of counts) sums.set(key, (sums.get(key) ?? 0) + count)
  }
  return sums
}

function sortedKeys(totals: ReadonlyMap<string, number>): string[] {
  const last = [OTHER_KEY, MISSING_KEY]
  return [...totals.keys()].sort(
    (a, b) =>
      last.indexOf(a) - last.indexOf(b) ||
      (totals.get(b) ?? 0) - (totals.get(a) ?? 0) ||
      (a < b ? -1 : 1),
  )
}

function sum(numbers: Iterable<number>): number {
  let total = 0
  for (const number of numbers) total += number
  return total
}
