import { describe, expect, test } from 'vitest'

import { MISSING_KEY, OTHER_KEY } from '../time/bins'
import type { Histogram } from '../time/drawnBins'
import { seriesOf } from './series'

/** A histogram of one bin, its keys from the commonest to the rarest. */
function histogram(counts: Readonly<Record<string, number>>): Histogram {
  const entries = new Map(Object.entries(counts))
  const total = [...entries.values()].reduce((sum, count) => sum + count, 0)
  const bins = [{ start: 0, end: 1000, total, counts: entries }]
  return { from: 0, to: 1000, width: 1000, keys: [...entries.keys()], bins, total }
}

describe('seriesOf', () => {
  test('puts the worst level at the bottom, unknown ones above, the rest on top', () => {
    const series = seriesOf(
      histogram({
        INFO: 9,
        [MISSING_KEY]: 8,
        [OTHER_KEY]: 7,
        AUDIT7: 6,
        WARN: 5,
        ERROR: 4,
        FATAL: 3,
      }),
    )
    expect(series.map(({ label }) => label)).toEqual([
      'FATAL',
      'ERROR',
      'WARN',
      'INFO',
      'AUDIT7',
      'other',
      '(none)',
    ])
    expect(series.map(({ colour }) => colour)).toEqual([
      '--level-fatal',
      '--level-error',
      '--level-warn',
      '--level-info',
      '--series-1',
      '--series-other',
      '--series-missing',
    ])
  })

  test('keeps other values in the order of their number, each in a colour of its own', () => {
    const series = seriesOf(histogram({ b: 5, a: 4, c: 3 }))
    expect(series.map(({ key, colour, total }) => [key, colour, total])).toEqual([
      ['b', '--series-1', 5],
      ['a', '--series-2', 4],
      ['c', '--series-3', 3],
    ])
  })

  test('names records that are not stacked', () => {
    expect(seriesOf(histogram({ '': 5 }))).toEqual([
      { key: '', label: 'records', colour: '--series-1', total: 5 },
    ])
  })
})
