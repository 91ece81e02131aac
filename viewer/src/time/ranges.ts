import { type Clock, parseMoment } from './expressions'
import { isoText } from './momentText'

export interface Range {
  /** Milliseconds since 1970; `to` is not part of the range. */
  readonly from: number
  readonly to: number
}

export interface WrittenRange {
  readonly from: string
  readonly to: string
}

export type RangeReading = Range | { readonly edge: 'from' | 'to'; readonly error: string }

export function parseRange(written: WrittenRange, clock: Clock): RangeReading {
  const from = parseMoment(written.from, 'from', clock)
  if ('error' in from) return { edge: 'from', error: from.error }
  const to = parseMoment(written.to, 'to', clock)
  if ('error' in to) return { edge: 'to', error: to.error }
  if (to.instant > from.instant) return { from: from.instant, to: to.instant }
  return { edge: 'to', error: 'The range is empty: its end has to be after its start.' }
}

/** The range as text that means the same tomorrow and elsewhere. */
export function absoluteRange({ from, to }: Range, { zone }: Pick<Clock, 'zone'>): WrittenRange {
  return { from: isoText(from, zone), to: isoText(to, zone) }
}

/** The range before (-1) or after (1), equally wide. */
export function stepRange({ from, to }: Range, direction: -1 | 1): Range {
  const width = (to - from) * direction
  return { from: from + width, to: to + width }
}
