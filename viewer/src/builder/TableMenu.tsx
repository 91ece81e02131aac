import { changeQuestion, showSql, withTable } from '../app/actions'
import { useViewer } from '../app/viewer'
import { Select } from '../controls/Select'
import { defaultQuestion, type Question } from '../question/question'

/** Choose the table; one without a column of time opens in SQL, with an example. */
export function TableMenu({ question }: { readonly question: Question }) {
  const viewer = useViewer()
  const { tables } = viewer
  return (
    <Select
      label="Table"
      labelled="hidden"
      value={question.table}
      options={tables.map(({ name, roles }) => ({
        value: name,
        label: roles.time === undefined ? `${name} (in SQL)` : name,
      }))}
      onChange={(name) => {
        const table = tables.find((other) => other.name === name)
        if (!table) return
        if (table.roles.time === undefined) {
          showSql(viewer, table.examples[0]?.query ?? `SELECT * FROM ${name} LIMIT 100`)
        } else {
          changeQuestion(viewer, (old) => withTable(old, defaultQuestion(table)), 'push')
        }
      }}
    />
  )
}
