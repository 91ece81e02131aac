/** What a list says of a query. */

import type { Query, QueryStatus } from '../api/documents'
import { bytesText, moneyText } from '../results/quantities'
import { inlineParameters } from '../sql/literals'
import { minuteText } from '../time/momentText'
import type { Zone } from '../time/zones'

const STATES: Record<QueryStatus, string> = {
  QUEUED: 'Queued',
  RUNNING: 'Running',
  FINISHED: 'Finished',
  FAILED: 'Failed',
  CANCELLED: 'Cancelled',
}

export function isUnderWay({ status }: Query): boolean {
  return status === 'QUEUED' || status === 'RUNNING'
}

export function hasExpired({ expires_at: expires }: Query, now: number): boolean {
  return expires !== null && Date.parse(expires) <= now
}

export function stateText(query: Query, now: number): string {
  return hasExpired(query, now) ? 'Expired' : STATES[query.status]
}

/** The SQL with its values, which can be read and run; null if the service could not keep it. */
export function runnableText({ query, parameters }: Query): string | null {
  return query === null || parameters === null ? null : inlineParameters({ query, parameters })
}

/** There are no rows to open. */
export function isWithoutRows(query: Query, now: number): boolean {
  return query.status === 'FAILED' || query.status === 'CANCELLED' || hasExpired(query, now)
}

/** When it ran, what it read and cost, how long its rows are kept, why it failed. */
export function factsOf(query: Query, zone: Zone, now: number): string[] {
  const { status, submitted_at: submitted, expires_at: expires, statistics, error } = query
  const { scanned_bytes: bytes, estimated_cost_usd: cost } = statistics
  const facts = [momentOf(submitted, zone)]
  if (!isUnderWay(query)) facts.push(bytesText(bytes), moneyText(cost))
  if (status === 'FINISHED' && expires !== null) {
    const isGone = hasExpired(query, now)
    facts.push(`${isGone ? 'expired' : 'kept until'} ${momentOf(expires, zone)}`)
  }
  return error ? [...facts, error.detail] : facts
}

function momentOf(iso: string, zone: Zone): string {
  return minuteText(Date.parse(iso), zone)
}
