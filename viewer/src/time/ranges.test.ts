import { describe, expect, it } from 'vitest'

import { absoluteRange, parseRange, stepRange } from './ranges'

const CLOCK = { now: Date.parse('2026-11-20T14:39:35.882Z'), zone: 'utc' } as const

describe('parseRange', () => {
  it('reads both ends, and absoluteRange writes them down', () => {
    const range = parseRange({ from: 'now-1d/d', to: 'now-1d/d' }, CLOCK)
    expect('error' in range ? range : absoluteRange(range, CLOCK)).toEqual({
      from: '2026-11-19T00:00:00.000Z',
      to: '2026-11-20T00:00:00.000Z',
    })
  })

  it.each([
    ['yesterday', 'now', 'from'],
    ['now-1h', 'now-1q', 'to'],
    ['now', 'now-1h', 'to'],
    ['now', 'now', 'to'],
  ])('finds the mistake in %s to %s', (from, to, edge) => {
    expect(parseRange({ from, to }, CLOCK)).toMatchObject({ edge })
  })
})

describe('stepRange', () => {
  it('moves by the width', () => {
    expect(stepRange({ from: 100, to: 150 }, 1)).toEqual({ from: 150, to: 200 })
    expect(stepRange({ from: 100, to: 150 }, -1)).toEqual({ from: 50, to: 100 })
  })
})
