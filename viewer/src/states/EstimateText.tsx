import type { Estimate } from '../api/documents'
import { bytesText, moneyText } from '../results/quantities'

/** What a query would read and cost, as far as that is known. */
export function EstimateText({ estimate }: { readonly estimate: Estimate }) {
  const { scanned_bytes: bytes, cost_usd: cost } = estimate
  if (bytes === null) return <span>an unknown amount of data</span>
  return (
    <span class="numeric">
      about {bytesText(bytes)}
      {cost !== null && ` (${moneyText(cost)})`}
    </span>
  )
}
