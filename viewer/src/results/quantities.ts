/** Numbers as people read them. */

const UNITS = ['bytes', 'kB', 'MB', 'GB', 'TB', 'PB']
const GROUPED = new Intl.NumberFormat('en-US')
const LEAST_USD = 0.00001

/** `12,840` */
export function countText(count: number | bigint): string {
  return GROUPED.format(count)
}

/** `1 byte`, `1.1 MB`: in powers of 1,000, with two significant digits below ten. */
export function bytesText(bytes: number): string {
  if (bytes === 1) return '1 byte'
  let unit = 0
  let value = bytes
  while (roundedTo(value, unit) >= 1000 && unit < UNITS.length - 1) {
    value /= 1000
    unit += 1
  }
  return `${GROUPED.format(roundedTo(value, unit))} ${UNITS[unit] ?? ''}`
}

/** `$0.00005`: at least one significant digit, cents from a dollar on. */
export function moneyText(usd: number): string {
  if (usd === 0) return '$0'
  if (usd < LEAST_USD) return `less than $${LEAST_USD.toFixed(5)}`
  if (usd >= 1) return `$${usd.toLocaleString('en-US', CENTS)}`
  const decimals = Math.max(2, -Math.floor(Math.log10(usd)))
  return `$${usd.toFixed(decimals)}`
}

const CENTS = { minimumFractionDigits: 2, maximumFractionDigits: 2 }

function roundedTo(value: number, unit: number): number {
  const factor = unit > 0 && value < 9.95 ? 10 : 1
  return Math.round(value * factor) / factor
}
