import type { FineHistogram } from '../time/bins'
import type { Range } from '../time/ranges'
import { MINUTE, modulo } from '../time/zones'

const FIRST_SHARE = 24
const GROWTH = 6
/** Folders of an archive hold minutes, so smaller parts save nothing. */
const SHORTEST_PART = 15 * MINUTE
/** Records come unevenly, and a third part costs more than a wider second one. */
const SPARE = 1.25
/** The histogram also counts records that the rows leave out for arriving late. */
const MARGIN = 1.1

export interface PartRequest {
  /** The whole range that was asked for. */
  readonly range: Range
  /** Where the part ends. */
  readonly end: number
  /** The width of the part before; null: this is the first. */
  readonly lastWidth: number | null
  readonly wantedRows: number
  /** From the end of the range to where the part ends. */
  readonly loadedRows: number
  /** Counts of the records, if they are known yet. */
  readonly counts: FineHistogram | null
  /** Parts begin at multiples of it, in milliseconds. */
  readonly resolution: number
}

/**
 * Where the part begins that is asked for next: as far back as the wanted number of rows reaches, or, while the
 * counts are not known, the newest 1/24 of the range, then as much as its rows tell, or six times as much each
 * time.
 */
export function partStart(request: PartRequest): number {
  const { range, end, resolution } = request
  const start = Math.min(guessedStart(request), end - SHORTEST_PART)
  return Math.max(start - modulo(start, resolution), range.from)
}

function guessedStart(request: PartRequest): number {
  const { range, end, lastWidth, wantedRows, loadedRows, counts } = request
  if (counts) return countedStart(counts, range, end, wantedRows * MARGIN)
  if (lastWidth === null) return end - (range.to - range.from) / FIRST_SHARE
  const isSecond = range.to - end === lastWidth
  const missing = isSecond && loadedRows > 0 ? (wantedRows / loadedRows) * SPARE : Infinity
  return end - lastWidth * Math.min(missing, GROWTH)
}

function countedStart(
  { bins }: FineHistogram,
  { from }: Range,
  end: number,
  wanted: number,
): number {
  let rows = 0
  for (let index = bins.length - 1; index >= 0; index--) {
    const bin = bins[index]
    if (!bin || bin.start >= end) continue
    for (const count of bin.counts.values()) rows += count
    if (rows >= wanted) return bin.start
  }
  return from
}
