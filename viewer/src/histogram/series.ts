import { MISSING_KEY, OTHER_KEY } from '../time/bins'
import type { Histogram } from '../time/drawnBins'
import { SEVERITIES, severityOf } from './levels'

/** One layer of the bars, from the bottom up. */
export interface Series {
  readonly key: string
  readonly label: string
  /** A custom property of tokens.css. */
  readonly colour: string
  readonly total: number
}

const PALETTE = 5

/** Order the layers: levels from the worst up, other values from the commonest; the rest on top. */
export function seriesOf(histogram: Histogram): Series[] {
  const totals = new Map<string, number>()
  for (const { counts } of histogram.bins) {
    for (const [key, count] of counts) totals.set(key, (totals.get(key) ?? 0) + count)
  }
  const ordered = [...histogram.keys].sort((a, b) => rank(a) - rank(b))
  let unnamed = 0
  return ordered.map((key) => ({
    key,
    label: keyLabel(key),
    colour: colourOf(key) ?? `--series-${(unnamed++ % PALETTE) + 1}`,
    total: totals.get(key) ?? 0,
  }))
}

function rank(key: string): number {
  if (key === MISSING_KEY) return SEVERITIES.length + 2
  if (key === OTHER_KEY) return SEVERITIES.length + 1
  const severity = severityOf(key)
  return severity ? SEVERITIES.indexOf(severity) : SEVERITIES.length
}

function colourOf(key: string): string | null {
  if (key === OTHER_KEY) return '--series-other'
  if (key === MISSING_KEY) return '--series-missing'
  if (key === '') return '--series-1'
  const severity = severityOf(key)
  return severity && `--level-${severity}`
}

export function keyLabel(key: string): string {
  if (key === OTHER_KEY) return 'other'
  if (key === MISSING_KEY) return '(none)'
  return key === '' ? 'records' : key
}
