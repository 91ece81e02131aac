import { describe, expect, test } from 'vitest'

import { parseRange } from '../time/ranges'
import { QUICK_RANGES, quickRangesWithin, rangeLabel } from './quickRanges'

const CLOCK = { now: Date.parse('2026-11-28T15:30:00Z'), zone: 'utc' } as const

test.each(QUICK_RANGES)('$label is a range, as wide as it says or less', (quick) => {
  const range = parseRange(quick, CLOCK)
  if ('error' in range) throw new Error(range.error)
  expect(range.to - range.from).toBeGreaterThan(0)
  expect(range.to - range.from).toBeLessThanOrEqual(quick.width)
})

test('ranges that no query may read are not offered', () => {
  expect(quickRangesWithin(null)).toHaveLength(QUICK_RANGES.length)
  expect(quickRangesWithin(1).map(({ label }) => label)).not.toContain('Last 2 days')
})

describe('rangeLabel', () => {
  test.each([
    ['now-24h', 'now', 'Last 24 hours'],
    ['now-5h', 'now', 'now-5h – now'],
    ['2026-11-28T10:00:00Z', '2026-11-28T12:00:00Z', '2026-11-28 10:00–12:00'],
    ['2026-11-28T10:00:00Z', 'now', '2026-11-28T10:00:00Z – now'],
    ['nonsense', '2026-11-28', 'nonsense – 2026-11-28'],
  ])('from %s to %s', (from, to, label) => {
    expect(rangeLabel({ from, to }, CLOCK)).toBe(label)
  })
})
