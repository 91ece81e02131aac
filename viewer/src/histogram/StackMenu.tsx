import { changeQuestion } from '../app/actions'
import { useViewer } from '../app/viewer'
import type { Table } from '../api/documents'
import { Select } from '../controls/Select'
import { fieldLabel } from '../question/fieldLabel'
import { sameField, type FieldRef, type Question } from '../question/question'

const NOTHING = ''

interface StackMenuProps {
  readonly question: Question
  readonly table: Table
}

/** Choose the field whose values the bars are divided by. */
export function StackMenu({ question, table }: StackMenuProps) {
  const viewer = useViewer()
  const fields = stackFields(question, table)
  const chosen = fields.findIndex((field) => sameField(field, question.stackedBy))
  return (
    <Select
      label="By"
      value={chosen < 0 ? NOTHING : String(chosen)}
      options={[
        { value: NOTHING, label: 'nothing' },
        ...fields.map((field, index) => ({
          value: String(index),
          label: fieldLabel(field, table),
        })),
      ]}
      onChange={(value) => {
        const stackedBy = value === NOTHING ? null : (fields[Number(value)] ?? null)
        changeQuestion(viewer, (old) => ({ ...old, stackedBy }), 'push')
      }}
    />
  )
}

/** Level and service, the columns of text, what is shown, and what is chosen already. */
function stackFields(question: Question, table: Table): FieldRef[] {
  const { level, service, shown, time, arrival, payloads } = table.roles
  const texts = table.columns
    .filter(({ name, type }) => type.startsWith('varchar') && !payloads.includes(name))
    .map(({ name }) => ({ column: name, path: null }))
  const candidates = [
    level,
    service,
    ...shown,
    ...(question.columns ?? []),
    ...texts,
    question.stackedBy,
  ]
  const fields: FieldRef[] = []
  for (const field of candidates) {
    if (!field || fields.some((other) => sameField(other, field))) continue
    if (field.path === null && (field.column === time || field.column === arrival)) continue
    fields.push({ column: field.column, path: field.path })
  }
  return fields
}
