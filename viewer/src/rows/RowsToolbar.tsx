import type { Statement } from '../api/queryRun'
import { useStore } from '../app/store'
import { useViewer, type Viewer } from '../app/viewer'
import { Button } from '../controls/Button'
import { CopyButton } from '../controls/CopyButton'
import { rowsStatement } from '../question/statements'
import { countText } from '../results/quantities'
import type { SearchState } from '../search/search'
import { ColumnMenu } from './ColumnMenu'
import { Downloads } from './Downloads'
import { absoluteLink } from './absoluteLink'
import { curlCommand } from './curl'
import { rowsSummary } from './rowsSummary'
import type { Records } from './useRecords'

interface RowsToolbarProps {
  readonly records: Records | null
}

/** How many records are loaded, and what can be done with all of them. */
export function RowsToolbar({ records }: RowsToolbarProps) {
  const viewer = useViewer()
  const total = useStore(viewer.search.state, knownTotal)
  return (
    <div class="toolbar" role="toolbar" aria-label="Records">
      <RowsStatus records={records} total={total} />
      <span class="spacer" />
      {records && (
        <>
          <Downloads
            statement={() => wholeStatement(viewer)}
            count={total === null ? null : countText(total)}
          />
          <CopyButton
            variant="quiet"
            name="Copy as curl"
            shown="curl"
            text={() => curlOf(viewer)}
          />
          <CopyButton
            variant="quiet"
            icon="link"
            name="Copy link"
            shown="Link"
            text={() => absoluteLink(viewer)}
          />
          <ColumnMenu records={records} />
        </>
      )}
    </div>
  )
}

interface RowsStatusProps extends RowsToolbarProps {
  readonly total: number | null
}

function RowsStatus({ records, total }: RowsStatusProps) {
  const { search } = useViewer()
  const complete = useStore(search.state, (state) => state.rows.complete)
  const running = useStore(search.state, ({ rows }) => isUnderWay(rows.run.kind))
  if (!records) return <span class="rows-status muted">{running ? 'Loading records …' : ''}</span>
  const { rows, question } = records
  return (
    <>
      <span class="rows-status numeric" role="status">
        {rowsSummary(rows.length, total, complete, question.sort !== null)}
      </span>
      {!complete && rows.length > 0 && (
        <Button
          compact
          disabled={running}
          title="Loads the next records, which reads more of the archive"
          onClick={() => {
            search.older()
          }}
        >
          Older
        </Button>
      )}
    </>
  )
}

function isUnderWay(kind: string): boolean {
  return kind === 'running' || kind === 'retrying'
}

/** The histogram counts all records of the range. */
function knownTotal({ histogram }: SearchState): number | null {
  const { fine, stale } = histogram
  if (!fine || stale) return null
  let total = 0
  for (const { counts } of fine.bins) for (const count of counts.values()) total += count
  return total
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
