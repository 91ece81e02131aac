import { Button } from '../controls/Button'
import { Dialog } from '../controls/Dialog'
import { bytesText, moneyText } from '../results/quantities'
import type { Check } from './sqlCheck'

interface ConfirmRunProps {
  readonly check: Check
  /** The text with bounds; null if none can be added. */
  readonly bounded: string | null
  readonly onBound: (sql: string) => void
  readonly onRun: () => void
  readonly onClose: () => void
}

/** Asks before a text runs that may read much, with what would make it read less. */
export function ConfirmRun({ check, bounded, onBound, onRun, onClose }: ConfirmRunProps) {
  return (
    <Dialog title="Run this query?" onClose={onClose}>
      <div class="confirm-run">
        <p>{reason(check)}</p>
        {bounded !== null && (
          <>
            <p>With bounds on time, it reads only a part of the archive:</p>
            <pre class="mono">{bounded}</pre>
          </>
        )}
        <div class="dialog-actions">
          {bounded !== null && (
            <Button
              variant="primary"
              onClick={() => {
                onBound(bounded)
              }}
            >
              Add the last 24 hours
            </Button>
          )}
          <Button onClick={onRun}>Run anyway</Button>
          <Button variant="quiet" onClick={onClose}>
            Cancel
          </Button>
        </div>
      </div>
    </Dialog>
  )
}

function reason(check: Check): string {
  if (check.kind !== 'valid') return 'The service could not tell what the query would read.'
  const { bounded, scanned_bytes: bytes, cost_usd: cost } = check.estimate
  const amount =
    bytes === null
      ? 'Nobody can tell how much it reads'
      : `It would read about ${bytesText(bytes)}${cost === null ? '' : `, about ${moneyText(cost)}`}`
  return bounded
    ? `${amount}.`
    : `The query is not bounded in time, so it may read years of records. ${amount}.`
}
