import { changeQuestion } from '../app/actions'
import { useViewer } from '../app/viewer'
import type { Table } from '../api/documents'
import { Select } from '../controls/Select'
import type { Question } from '../question/question'
import { lateChoices } from './lateChoices'

interface LateMenuProps {
  readonly question: Question
  readonly table: Table
}

/** Choose how late records may have arrived: each hour more reads more of the archive. */
export function LateMenu({ question, table }: LateMenuProps) {
  const viewer = useViewer()
  const choices = lateChoices(table)
  if (choices.length === 0) return null
  const { lateMinutes } = question
  const own = { minutes: lateMinutes, label: `≤ ${lateMinutes ?? 0} min` }
  const offered = choices.some(({ minutes }) => minutes === lateMinutes)
    ? choices
    : [own, ...choices]
  return (
    <Select
      label="Late records"
      value={String(lateMinutes)}
      options={offered.map(({ minutes, label }) => ({ value: String(minutes), label }))}
      onChange={(value) => {
        const minutes = value === 'null' ? null : Number(value)
        changeQuestion(viewer, (old) => ({ ...old, lateMinutes: minutes }), 'push')
      }}
    />
  )
}
