import type { Table } from '../api/documents'
import { lateChoices, type LateChoice } from '../builder/lateChoices'
import type { Asked } from '../search/search'

export interface LeftOut {
  /** Records of the range that arrived after this time, in milliseconds since 1970, are left out. */
  readonly arrivedAfter: number
  /** What brings them back. */
  readonly choices: readonly LateChoice[]
}

const MINUTE = 60_000

/** Tell which late records a question leaves out; null if none can be. */
export function leftOutRecords({ question, to }: Asked, table: Table, now: number): LeftOut | null {
  const { lateMinutes } = question
  if (lateMinutes === null) return null
  const arrivedAfter = to + lateMinutes * MINUTE
  const choices = lateChoices(table).filter(
    ({ minutes }) => minutes === null || minutes > lateMinutes,
  )
  return arrivedAfter < now && choices.length > 0 ? { arrivedAfter, choices } : null
}
