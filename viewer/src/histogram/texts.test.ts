import { describe, expect, test } from 'vitest'

import { binsText, rangeText, tickTexts } from './texts'

const at = (text: string) => Date.parse(`2026-11-${text}Z`)

describe('rangeText', () => {
  test.each([
    ['28T10:30:00', '28T10:45:00', '2026-11-28 10:30–10:45'],
    ['28T10:30:05', '28T10:30:10', '2026-11-28 10:30:05–10:30:10'],
    ['28T10:30:00.250', '28T10:31:00', '2026-11-28 10:30:00.250–10:31'],
    ['27T23:30:00', '28T00:30:00', '2026-11-27 23:30 – 2026-11-28 00:30'],
    ['27T00:00:00', '28T00:00:00', '2026-11-27'],
    ['26T00:00:00', '28T00:00:00', '2026-11-26 00:00 – 2026-11-28 00:00'],
  ])('from %s to %s', (from, to, text) => {
    expect(rangeText({ from: at(from), to: at(to) }, 'utc')).toBe(text)
  })
})

describe('binsText', () => {
  const bin = (minute: number, counts: Readonly<Record<string, number>>) => ({
    start: at(`28T10:${minute}:00`),
    end: at(`28T10:${minute + 15}:00`),
    counts: new Map(Object.entries(counts)),
    total: Object.values(counts).reduce((sum, count) => sum + count, 0),
  })
  const series = [
    { key: 'ERROR', label: 'ERROR', colour: '', total: 4 },
    { key: 'INFO', label: 'INFO', colour: '', total: 2000 },
  ]

  test('reads one bar, without the layers that it lacks', () => {
    expect(binsText([bin(30, { INFO: 1 })], series, 'utc')).toBe(
      '2026-11-28 10:30–10:45: 1 record, 1 INFO',
    )
  })

  test('adds up what is selected', () => {
    const bins = [bin(15, { ERROR: 1, INFO: 1500 }), bin(30, { ERROR: 3, INFO: 500 })]
    expect(binsText(bins, series, 'utc')).toBe(
      '2026-11-28 10:15–10:45: 2,004 records, 4 ERROR, 2,000 INFO',
    )
  })

  test('does not name the only layer', () => {
    const plain = [{ key: '', label: 'records', colour: '', total: 5 }]
    expect(binsText([bin(30, { '': 5 })], plain, 'utc')).toBe('2026-11-28 10:30–10:45: 5 records')
  })

  test('has nothing to say of no bars', () => {
    expect(binsText([], series, 'utc')).toBe('')
  })
})

describe('tickTexts', () => {
  test('writes the date below the first tick of each day', () => {
    expect(tickTexts([at('27T18:00:00'), at('28T00:00:00'), at('28T06:00:00')], 'utc')).toEqual([
      '18:00\n2026-11-27',
      '00:00\n2026-11-28',
      '06:00',
    ])
  })

  test('writes only dates for ticks a day apart', () => {
    expect(tickTexts([at('27T00:00:00'), at('28T00:00:00')], 'utc')).toEqual([
      '2026-11-27',
      '2026-11-28',
    ])
  })
})
