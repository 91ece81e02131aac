/** Key of records that are none of the commonest values. No value has it. */
export const OTHER_KEY = '\u0000other'
/** Key of records that have no value. */
export const MISSING_KEY = '\u0000missing'

export interface Bin {
  /** Milliseconds since 1970; the end is not part of the bin. */
  readonly start: number
  readonly end: number
  readonly total: number
  /** Records by key; the key is '' if the histogram is not stacked. */
  readonly counts: ReadonlyMap<string, number>
}

/** Bins side by side from `from` to `to`, the empty ones too. */
export interface Histogram {
  readonly from: number
  readonly to: number
  /** Milliseconds of most bins; the first and last may be shorter, and days with a change of clocks differ. */
  readonly width: number
  /** The commonest first, then OTHER_KEY, then MISSING_KEY. */
  readonly keys: readonly string[]
  readonly bins: readonly Bin[]
  readonly total: number
}
