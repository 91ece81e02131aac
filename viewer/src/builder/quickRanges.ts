import { rangeText } from '../histogram/texts'
import { parseRange, type WrittenRange } from '../time/ranges'
import type { Clock } from '../time/expressions'
import { DAY, HOUR, MINUTE } from '../time/zones'

export interface QuickRange extends WrittenRange {
  readonly label: string
  readonly width: number
}

function last(label: string, from: string, width: number): QuickRange {
  return { label: `Last ${label}`, from, to: 'now', width }
}

export const QUICK_RANGES: readonly QuickRange[] = [
  last('15 minutes', 'now-15m', 15 * MINUTE),
  last('30 minutes', 'now-30m', 30 * MINUTE),
  last('hour', 'now-1h', HOUR),
  last('3 hours', 'now-3h', 3 * HOUR),
  last('6 hours', 'now-6h', 6 * HOUR),
  last('12 hours', 'now-12h', 12 * HOUR),
  last('24 hours', 'now-24h', DAY),
  last('2 days', 'now-2d', 2 * DAY),
  last('7 days', 'now-7d', 7 * DAY),
  last('30 days', 'now-30d', 30 * DAY),
  { label: 'Today', from: 'now/d', to: 'now', width: DAY },
  { label: 'Yesterday', from: 'now-1d/d', to: 'now-1d/d', width: DAY },
]

/** The ranges that a query may read, where the service limits its days. */
export function quickRangesWithin(mostDays: number | null): readonly QuickRange[] {
  return mostDays === null
    ? QUICK_RANGES
    : QUICK_RANGES.filter(({ width }) => width <= mostDays * DAY)
}

/** Name a range: `Last 24 hours`, `2026-11-28 10:00–12:00`, or as it is written if it moves with time. */
export function rangeLabel(written: WrittenRange, clock: Clock): string {
  const quick = QUICK_RANGES.find(({ from, to }) => from === written.from && to === written.to)
  if (quick) return quick.label
  const range = parseRange(written, clock)
  const moves = [written.from, written.to].some((text) => text.includes('now'))
  if (moves || 'error' in range) return `${written.from} – ${written.to}`
  return rangeText(range, clock.zone)
}
