import type { TimeUnit } from '../api/documents'
import { momentText } from '../time/momentText'
import type { Zone } from '../time/zones'
import type { Value } from './resultTable'

const UNITS_PER_MILLISECOND: Partial<Record<TimeUnit, number>> = { us: 1_000, ns: 1_000_000 }
const INTEGER = /^-?\d+$/
const TIMESTAMP = /^(\d{4}-\d{2}-\d{2})[T ](\d{2}:\d{2}:\d{2})(\.\d+)?Z?$/

/** The value as exact text, which a literal of its type can hold. NULL is the empty text. */
export function valueText(value: Value, type: string): string {
  if (value === null) return ''
  if (typeof value === 'bigint' && type.startsWith('timestamp')) return timestampText(value, type)
  if (value instanceof Uint8Array) return base64(value)
  if (typeof value === 'number' && type === 'real') return realText(value)
  return String(value)
}

/** The moment that a value of a column with `time` names, in milliseconds since 1970; null if none. */
export function momentOf(value: Value, unit: TimeUnit): number | null {
  switch (unit) {
    case 's':
      return scaled(value, 1_000)
    case 'ms':
      return scaled(value, 1)
    case 'us':
    case 'ns':
      return scaled(value, 1 / (UNITS_PER_MILLISECOND[unit] ?? 1))
    case 'timestamp':
      return typeof value === 'bigint' ? floorDivide(value, 1_000n) : textMoment(value)
    case 'iso8601':
    case 'day':
      return textMoment(value)
  }
}

/** The value as a cell shows it: a moment as clock time, everything else exactly. */
export function cellText(value: Value, type: string, unit: TimeUnit | null, zone: Zone): string {
  if (unit === null || unit === 'day') return valueText(value, type)
  const moment = momentOf(value, unit)
  return moment === null ? valueText(value, type) : momentText(moment, zone)
}

function scaled(value: Value, milliseconds: number): number | null {
  if (typeof value === 'number')
    return Number.isFinite(value) ? Math.floor(value * milliseconds) : null
  const integer = typeof value === 'string' && INTEGER.test(value) ? BigInt(value) : value
  if (typeof integer !== 'bigint') return null
  if (milliseconds >= 1) return Number(integer) * milliseconds
  return floorDivide(integer, BigInt(Math.round(1 / milliseconds)))
}

function floorDivide(dividend: bigint, divisor: bigint): number {
  const remainder = ((dividend % divisor) + divisor) % divisor
  return Number((dividend - remainder) / divisor)
}

/** Text without an offset is UTC, as everywhere in the archive. */
function textMoment(value: Value): number | null {
  if (typeof value !== 'string') return null
  const match = TIMESTAMP.exec(value)
  const instant = Date.parse(
    match ? `${match[1] ?? ''}T${match[2] ?? ''}${match[3] ?? ''}Z` : value,
  )
  return Number.isNaN(instant) ? null : instant
}

/** `2026-11-20 14:39:35.882`, with six digits if there are microseconds. */
function timestampText(microseconds: bigint, type: string): string {
  const milliseconds = floorDivide(microseconds, 1_000n)
  const rest = Number(microseconds - BigInt(milliseconds) * 1_000n)
  const digits = rest === 0 ? '' : String(rest).padStart(3, '0')
  const zone = type === 'timestamp with time zone' ? ' UTC' : ''
  return momentText(milliseconds, 'utc') + digits + zone
}

/** The shortest text that is the same 32-bit number. */
function realText(value: number): string {
  for (let digits = 6; digits <= 9; digits++) {
    const shorter = Number(value.toPrecision(digits))
    if (Math.fround(shorter) === value) return String(shorter)
  }
  return String(value)
}

function base64(bytes: Uint8Array): string {
  return btoa(Array.from(bytes, (byte) => String.fromCharCode(byte)).join(''))
}
