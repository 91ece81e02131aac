import { addFilter, showSql } from '../app/actions'
import { useViewer, type Viewer } from '../app/viewer'
import { Button } from '../controls/Button'
import type { FieldRef } from '../question/question'
import { valuesStatement } from '../question/valuesStatement'

interface FieldActionsProps {
  readonly field: FieldRef
  readonly label: string
}

/** What to do with a field, whatever its values are. */
export function FieldActions({ field, label }: FieldActionsProps) {
  const viewer = useViewer()
  return (
    <p class="field-actions">
      <Button
        compact
        title={`Opens SQL that counts the values of ${label} in all records of the range. Run starts it.`}
        onClick={() => void countAll(viewer, field)}
      >
        Count all
      </Button>
      <Button
        compact
        title={`Filter for records that have ${label}`}
        onClick={() => {
          addFilter(viewer, { field, operator: 'exists', value: '', enabled: true })
        }}
      >
        Exists
      </Button>
    </p>
  )
}

/** Opens the SQL view, which says what it would read, and runs nothing. */
async function countAll(viewer: Viewer, field: FieldRef): Promise<void> {
  const { asked } = viewer.search.state.get()
  const table = viewer.tables.find(({ name }) => name === asked?.question.table)
  if (!asked || !table) return
  const { inlineParameters } = await import('../sql/literals')
  const range = { from: asked.from, to: asked.to }
  const statement = valuesStatement({ question: asked.question, table, range }, field)
  showSql(viewer, inlineParameters(statement))
}
