import { useCommand } from '../app/commands'
import { useStore } from '../app/store'
import { useViewer } from '../app/viewer'
import type { RunState } from '../api/queryRun'
import { Button } from '../controls/Button'
import { bytesText, countText, moneyText } from '../results/quantities'
import type { SearchState } from '../search/search'
import { Running } from '../states/RunNotice'

interface RunControlsProps {
  readonly onRun: () => void
}

/** Run and Stop, with what the question has read so far. */
export function RunControls({ onRun }: RunControlsProps) {
  const { search, commands } = useViewer()
  const since = useStore(search.state, runningSince)
  const summary = useStore(search.state, summaryText)
  const stop = () => {
    search.stop()
  }
  useCommand(commands, 'run', onRun)
  useCommand(commands, 'stop', since === null ? null : stop)
  return (
    <span class="run-controls">
      {since === null ? (
        <span class="muted numeric" role="status" aria-label="Summary">
          {summary}
        </span>
      ) : (
        <Running startedAt={since} onStop={stop} />
      )}
      <Button
        variant="primary"
        icon="play"
        shortcut="Ctrl+Enter"
        aria-keyshortcuts="Control+Enter"
        onClick={onRun}
      >
        Run
      </Button>
    </span>
  )
}

/** When the older of the running queries began; null if none runs. */
function runningSince({ rows, histogram }: SearchState): number | null {
  const starts = [rows.run, histogram.run].map(startOf).filter((start) => start !== null)
  return starts.length === 0 ? null : Math.min(...starts)
}

function startOf(run: RunState): number | null {
  if (run.kind === 'running') return run.startedAt
  return run.kind === 'retrying' ? run.at : null
}

function summaryText({ rows, histogram, scannedBytes, costUsd }: SearchState): string {
  if (rows.run.kind === 'stopped') return 'Stopped'
  if (rows.run.kind !== 'finished') return ''
  const total = histogram.fine && !histogram.stale ? totalOf(histogram.fine.bins) : null
  const read = `${bytesText(scannedBytes)} · ${moneyText(costUsd)}`
  return total === null ? read : `${countText(total)} records · ${read}`
}

function totalOf(bins: readonly { readonly counts: ReadonlyMap<string, number> }[]): number {
  let total = 0
  for (const { counts } of bins) for (const count of counts.values()) total += count
  return total
}
