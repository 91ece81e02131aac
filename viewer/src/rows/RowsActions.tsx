import type { Statement } from '../api/queryRun'
import { useViewer, type Viewer } from '../app/viewer'
import { Button } from '../controls/Button'
import { CopyButton } from '../controls/CopyButton'
import { rowsStatement } from '../question/statements'
import { countText } from '../results/quantities'
import { ColumnMenu } from './ColumnMenu'
import { Downloads } from './Downloads'
import { LinkButton } from './LinkButton'
import { curlCommand } from './curl'
import type { Records } from './useRecords'

// Ahead of time, so that what is typed right after Ctrl+F is for the bar and not for the page.
void import('../find/FindBar')

interface RowsActionsProps {
  readonly records: Records
  /** Of the whole range; null if unknown. */
  readonly total: number | null
}

/** Take the records elsewhere, and choose the columns. */
export function RowsActions({ records, total }: RowsActionsProps) {
  const viewer = useViewer()
  return (
    <>
      <Button
        variant="quiet"
        icon="search"
        label="Find"
        title="Find text in the loaded records (Ctrl+F)"
        onClick={() => viewer.commands.run('find')}
      />
      <Downloads
        statement={() => wholeStatement(viewer)}
        count={total === null ? null : countText(total)}
      />
      <CopyButton variant="quiet" name="Copy as curl" shown="curl" text={() => curlOf(viewer)} />
      <LinkButton />
      <ColumnMenu records={records} />
    </>
  )
}

/** All records of the range, however many. */
function wholeStatement({ search, tables }: Viewer): Statement | null {
  const { asked } = search.state.get()
  const table = tables.find(({ name }) => name === asked?.question.table)
  if (!asked || !table) return null
  const range = { from: asked.from, to: asked.to }
  return rowsStatement({ question: asked.question, table, range }, range, null)
}

function curlOf(viewer: Viewer): string {
  const statement = wholeStatement(viewer)
  return statement ? curlCommand(new URL('../', document.baseURI).href, statement) : ''
}
