import type { Range } from '../time/ranges'

/** A range twice as wide around the same middle; what would lie in the future is added before instead. */
export function zoomedOut({ from, to }: Range, now: number): Range {
  const half = (to - from) / 2
  const end = Math.max(Math.min(Math.ceil(to + half), now), to)
  return { from: Math.floor(end - 4 * half), to: end }
}
