import { afterEach, describe, expect, it } from 'vitest'

import {
  type Group,
  MISSING_KEY,
  OTHER_KEY,
  fineHistogram,
  fineWidth,
  histogramWithin,
} from './bins'
import { drawnHistogram } from './drawnBins'
import { momentText } from './momentText'
import { DAY, HOUR, MINUTE, SECOND, type Zone, modulo } from './zones'

const TIME_ZONE = process.env.TZ

afterEach(() => {
  process.env.TZ = TIME_ZONE
})

function range(from: string, to: string) {
  return { from: Date.parse(from), to: Date.parse(to) }
}

/** One record in each fine bin. */
function even(from: string, to: string) {
  const asked = range(from, to)
  const width = fineWidth(asked)
  const groups: Group[] = []
  const first = asked.from - modulo(asked.from, width)
  for (let start = first; start < asked.to; start += width)
    groups.push({ start, key: '', count: 1 })
  return fineHistogram(groups, asked, width)
}

describe('fineWidth', () => {
  it.each([
    ['UTC', 15 * MINUTE, SECOND],
    ['UTC', 25 * MINUTE, SECOND],
    ['UTC', HOUR, 5 * SECOND],
    ['UTC', DAY, MINUTE],
    ['UTC', 30 * DAY, 30 * MINUTE],
    ['UTC', 366 * DAY, HOUR],
    ['Asia/Kolkata', 30 * DAY, 30 * MINUTE],
    ['Asia/Kolkata', 366 * DAY, 30 * MINUTE],
    ['Asia/Kathmandu', 366 * DAY, 15 * MINUTE],
    ['Asia/Kathmandu', 2 * DAY, 5 * MINUTE],
    ['Asia/Kathmandu', 10 * DAY, 15 * MINUTE],
  ])('in %s, of %d ms, is %d ms', (timeZone, length, width) => {
    process.env.TZ = timeZone
    const from = Date.parse('2026-11-01T00:00:00Z')
    expect(fineWidth({ from, to: from + length })).toBe(width)
  })
})

describe('fineHistogram', () => {
  const asked = { from: 90 * SECOND, to: 250 * SECOND }

  it('has the bins in order, each with all its keys', () => {
    const groups = [
      { start: 180 * SECOND, key: 'a', count: 2 },
      { start: 60 * SECOND, key: 'a', count: 1 },
      { start: 180 * SECOND, key: 'b', count: 4 },
    ]
    const { bins } = fineHistogram(groups, asked, MINUTE)
    expect(bins.map(({ start, counts }) => [start / SECOND, Object.fromEntries(counts)])).toEqual([
      [60, { a: 1 }],
      [180, { a: 2, b: 4 }],
    ])
  })
})

describe('histogramWithin', () => {
  const fine = even('2026-11-20T00:00:30Z', '2026-11-21T00:00:30Z')

  it.each([
    ['2026-11-20T10:00:00Z', '2026-11-20T11:30:00Z', 90],
    ['2026-11-20T10:00:00Z', '2026-11-20T10:30:00Z', 30],
    ['2026-11-20T00:00:30Z', '2026-11-20T06:00:00Z', 360],
    ['2026-11-20T12:00:00Z', '2026-11-21T00:00:30Z', 721],
  ])('tells %s to %s', (from, to, bins) => {
    const within = histogramWithin(fine, range(from, to))
    expect(within?.bins).toHaveLength(bins)
    expect(within && drawnHistogram(within, 'utc').total).toBe(bins)
    expect([within?.from, within?.to]).toEqual([Date.parse(from), Date.parse(to)])
  })

  it.each([
    ['cuts a bin', '2026-11-20T10:00:10Z', '2026-11-20T12:00:00Z'],
    ['cuts the last bin', '2026-11-20T10:00:00Z', '2026-11-20T12:00:10Z'],
    ['begins before', '2026-11-20T00:00:00Z', '2026-11-20T12:00:00Z'],
    ['ends after', '2026-11-20T12:00:00Z', '2026-11-21T00:01:00Z'],
    ['is finer than the bins', '2026-11-20T10:00:00Z', '2026-11-20T10:29:00Z'],
  ])('cannot tell a range that %s', (_, from, to) => {
    expect(histogramWithin(fine, range(from, to))).toBeNull()
  })
})

describe('drawnHistogram', () => {
  function bars(from: string, to: string, zone: Zone) {
    const fine = even(from, to)
    const drawn = drawnHistogram(fine, zone)
    expect(drawn.total).toBe(fine.bins.length)
    expect(drawn.bins.length).toBeLessThanOrEqual(90)
    expect(drawn.bins[0]?.start).toBe(fine.from)
    expect(drawn.bins.at(-1)?.end).toBe(fine.to)
    expect(drawn.bins.slice(1).every(({ start }, index) => start === drawn.bins[index]?.end)).toBe(
      true,
    )
    const starts = drawn.bins.map(({ start }) => momentText(start, zone).slice(0, 16))
    return { drawn, starts }
  }

  it('starts days at local midnight, also the short and the long one', () => {
    process.env.TZ = 'Europe/Berlin'
    const { drawn, starts } = bars('2026-09-30T22:00:00Z', '2026-11-29T23:00:00Z', 'local')
    expect(drawn.width).toBe(DAY)
    expect(starts.slice(0, 2)).toEqual(['2026-10-01 00:00', '2026-10-02 00:00'])
    const lengths = drawn.bins.map(({ start, end }) => (end - start) / HOUR)
    expect(lengths.filter((hours) => hours !== 24)).toEqual([25])
    expect(starts[lengths.indexOf(25)]).toBe('2026-10-25 00:00')
    const spring = bars('2026-03-01T00:00:00Z', '2026-04-20T00:00:00Z', 'local').drawn
    expect(
      spring.bins.slice(1, -1).filter(({ start, end }) => end - start === 23 * HOUR),
    ).toHaveLength(1)
  })

  it('shows the hour that clocks repeat as two, and none for the hour that they skip', () => {
    process.env.TZ = 'Europe/Berlin'
    const autumn = bars('2026-10-24T22:00:00Z', '2026-10-27T00:00:00Z', 'local')
    expect(autumn.drawn.width).toBe(HOUR)
    expect(autumn.starts.slice(0, 5).map((text) => text.slice(11))).toEqual([
      '00:00',
      '01:00',
      '02:00',
      '02:00',
      '03:00',
    ])
    const spring = bars('2026-03-28T23:00:00Z', '2026-03-31T00:00:00Z', 'local')
    expect(spring.starts.slice(0, 4).map((text) => text.slice(11))).toEqual([
      '00:00',
      '01:00',
      '03:00',
      '04:00',
    ])
  })

  it('keeps steps of hours on the clock through a change', () => {
    process.env.TZ = 'Europe/Berlin'
    const { drawn, starts } = bars('2026-10-20T22:00:00Z', '2026-10-30T23:00:00Z', 'local')
    expect(drawn.width).toBe(3 * HOUR)
    expect(
      starts.every((text) =>
        ['00', '03', '06', '09', '12', '15', '18', '21'].includes(text.slice(11, 13)),
      ),
    ).toBe(true)
    expect(drawn.bins.filter(({ start, end }) => end - start === 4 * HOUR)).toHaveLength(1)
  })

  it.each([
    ['Asia/Kolkata', '2026-11-20T00:00:00Z', '2026-11-23T00:00:00Z', '2026-11-20 06:00'],
    ['Asia/Kolkata', '2026-11-01T00:00:00Z', '2026-11-30T00:00:00Z', '2026-11-01 12:00'],
    ['Asia/Kathmandu', '2026-10-01T00:00:00Z', '2026-11-30T00:00:00Z', '2026-10-02 00:00'],
    ['Australia/Lord_Howe', '2026-09-20T00:00:00Z', '2026-10-20T00:00:00Z', '2026-09-20 12:00'],
    ['America/Sao_Paulo', '2018-10-20T00:00:00Z', '2018-11-20T00:00:00Z', '2018-10-20 00:00'],
  ])('starts at full local hours in %s, %s to %s', (timeZone, from, to, second) => {
    process.env.TZ = timeZone
    const { starts } = bars(from, to, 'local')
    expect(starts[1]).toBe(second)
  })

  it.each([
    ['15 minutes', '2026-11-20T10:00:00Z', '2026-11-20T10:15:00Z', 10 * SECOND],
    ['90 minutes', '2026-11-20T10:00:00Z', '2026-11-20T11:30:00Z', MINUTE],
    ['a day, aligned or not', '2026-11-20T10:07:12Z', '2026-11-21T10:07:12Z', 30 * MINUTE],
    ['a month', '2026-11-01T00:00:00Z', '2026-12-01T00:00:00Z', 12 * HOUR],
    ['a year', '2026-01-01T00:00:00Z', '2027-01-01T00:00:00Z', 7 * DAY],
    ['twenty years', '2006-01-01T00:00:00Z', '2026-01-01T00:00:00Z', 91 * DAY],
  ])('draws %s', (_, from, to, width) => {
    expect(bars(from, to, 'utc').drawn.width).toBe(width)
  })

  it('draws the whole calendar at once', () => {
    const asked = range('0001-01-01T00:00:00Z', '9999-01-01T00:00:00Z')
    const drawn = drawnHistogram(fineHistogram([], asked, HOUR), 'utc')
    expect(drawn.bins.length).toBeLessThanOrEqual(90)
    expect([drawn.from, drawn.to, drawn.total]).toEqual([asked.from, asked.to, 0])
  })

  it('lists the commonest key first, then the others, then no value', () => {
    const counts: [string, number][] = [
      [MISSING_KEY, 50],
      ['INFO', 3],
      [OTHER_KEY, 90],
      ['WARN', 7],
    ]
    const groups = counts.map(([key, count]) => ({ start: 120 * SECOND, key, count }))
    const fine = fineHistogram(groups, { from: 0, to: HOUR }, SECOND)
    expect(drawnHistogram(fine, 'utc').keys).toEqual(['WARN', 'INFO', OTHER_KEY, MISSING_KEY])
  })

  it('adds the counts of each key', () => {
    const asked = range('2026-11-20T00:00:00Z', '2026-11-21T00:00:00Z')
    const groups = [0, 1, 2].flatMap((minute) => [
      { start: asked.from + minute * MINUTE, key: 'INFO', count: 10 },
      { start: asked.from + minute * MINUTE, key: 'ERROR', count: minute },
    ])
    const first = drawnHistogram(fineHistogram(groups, asked, MINUTE), 'utc').bins[0]
    expect(Object.fromEntries(first?.counts ?? [])).toEqual({ INFO: 30, ERROR: 3 })
  })
})
