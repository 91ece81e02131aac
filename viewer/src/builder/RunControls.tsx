import { useCommand } from '../app/commands'
import { useStore } from '../app/store'
import { useViewer } from '../app/viewer'
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
  const busy = useStore(search.state, isBusy)
  useCommand(commands, 'stop', busy ? stop : null)
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

function isBusy({ rows, histogram }: SearchState): boolean {
  return [rows.run, histogram.run].some(({ kind }) => kind === 'running' || kind === 'retrying')
}

/** When the older of the running queries began; null if none runs. */
function runningSince({ rows, histogram }: SearchState): number | null {
  const starts = [rows.run, histogram.run].flatMap((run) =>
    run.kind === 'running' ? [run.startedAt] : [],
  )
  return starts.length === 0 ? null : Math.min(...starts)
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
