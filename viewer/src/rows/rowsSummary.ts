import { countText } from '../results/quantities'

/** How many records are loaded: `500 newest of 12,840`. */
export function rowsSummary(
  loaded: number,
  total: number | null,
  complete: boolean,
  sorted: boolean,
): string {
  const records = loaded === 1 ? 'record' : 'records'
  const order = sorted ? ', sorted' : ''
  if (complete) return `${countText(loaded)} ${records}${order}`
  if (loaded === 0) return 'No records yet'
  if (total === null || total < loaded) return `${countText(loaded)} newest${order}`
  return `${countText(loaded)} newest of ${countText(total)}${order}`
}
