import type { Query } from '../api/documents'
import { bytesText, moneyText } from '../results/quantities'
import { minuteText } from '../time/momentText'
import type { Zone } from '../time/zones'
import type { Check } from './sqlCheck'

interface PriceLineProps {
  readonly check: Check
  /** The query whose rows are shown, while the text is the one that it ran. */
  readonly ran: Query | null
  readonly zone: Zone
}

/** What the text would read and cost, or what it did. */
export function PriceLine({ check, ran, zone }: PriceLineProps) {
  return (
    <p class="price-line numeric" role="status" aria-label="Price">
      {ran ? ranText(ran, zone) : <CheckText check={check} />}
    </p>
  )
}

function CheckText({ check }: { readonly check: Check }) {
  switch (check.kind) {
    case 'none':
      return null
    case 'asking':
      return <span class="muted">Checking…</span>
    case 'invalid':
      return <span class="price-invalid">Not valid yet</span>
    case 'unknown':
      return <span class="muted">The price is not known: the service did not answer.</span>
    case 'valid': {
      const { bounded, scanned_bytes: bytes, cost_usd: cost } = check.estimate
      return (
        <>
          <span class={bounded ? undefined : 'price-unbounded'}>
            bounded: {bounded ? 'yes' : 'no'}
          </span>
          {' · '}
          {bytes === null ? 'reads an unknown amount' : `reads about ${bytesText(bytes)}`}
          {cost !== null && ` · about ${moneyText(cost)}`}
        </>
      )
    }
  }
}

function ranText({ statistics, expires_at: expires }: Query, zone: Zone): string {
  const { scanned_bytes: bytes, estimated_cost_usd: cost } = statistics
  const kept = expires === null ? '' : ` · kept until ${minuteText(Date.parse(expires), zone)}`
  return `read ${bytesText(bytes)} · ${moneyText(cost)}${kept}`
}
