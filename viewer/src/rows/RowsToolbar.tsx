import { lazy } from '../app/lazy'
import { useStore } from '../app/store'
import { useViewer } from '../app/viewer'
import { Button } from '../controls/Button'
import type { SearchState } from '../search/search'
import { rowsSummary } from './rowsSummary'
import type { Records } from './useRecords'

/** Loaded once there are rows, which do not wait for it. */
const RowsActions = lazy(() => import('./RowsActions').then((module) => module.RowsActions))

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
      {records && <RowsActions records={records} total={total} />}
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
  if (!records) return <span class="rows-status muted">{running ? 'Loading records…' : ''}</span>
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
