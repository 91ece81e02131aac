import type { Table } from '../api/documents'

export interface LateChoice {
  /** Null: however late. */
  readonly minutes: number | null
  readonly label: string
}

const CHOICES: readonly LateChoice[] = [
  { minutes: 60, label: '≤ 1 h' },
  { minutes: 360, label: '≤ 6 h' },
  { minutes: 1440, label: '≤ 24 h' },
  { minutes: 4320, label: '≤ 72 h' },
  { minutes: null, label: 'all' },
]

/** How late records may have arrived; none for tables whose bounds on time prune by themselves. */
export function lateChoices(table: Table): readonly LateChoice[] {
  const { time, arrival } = table.roles
  const column = table.columns.find(({ name }) => name === time)
  const known = typeof column?.time?.greatest_delay_minutes === 'number'
  return arrival === undefined || known ? [] : CHOICES
}
