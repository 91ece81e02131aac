import { type CalendarUnit, type Zone, add, instantOf, startOf } from './zones'

export type Reading = { readonly instant: number } | { readonly error: string }

/** Where a time stands: `to` takes in the whole of a rounded unit or a date that it names. */
export type Edge = 'from' | 'to'

export interface Clock {
  readonly now: number
  readonly zone: Zone
}

const EXAMPLES = 'Write a time such as now-24h, now-2d/d, 2026-11-20 10:00 or 1795158000000.'
const UNITS = 'Units are s, m, h, d, w, M and y.'

const STEP = /([+-])(\d+)([A-Za-z]+)|\/([A-Za-z]+)/y
const ISO =
  /^(\d{4})-(\d{2})-(\d{2})(?:[T ](\d{2}):(\d{2})(?::(\d{2})(?:[.,](\d{1,9}))?)?\s*(Z|[+-]\d{2}(?::?\d{2})?)?)?$/i

/** Reads a moment as people write it; the result is in milliseconds since 1970. */
export function parseMoment(text: string, edge: Edge, clock: Clock): Reading {
  const trimmed = text.trim()
  if (trimmed === '') return { error: EXAMPLES }
  if (/^now(?![A-Za-z])/.test(trimmed)) return parseRelative(trimmed, edge, clock)
  if (/^-?\d+(\.\d+)?$/.test(trimmed)) return parseEpoch(trimmed)
  return parseIso(trimmed, edge, clock)
}

function parseRelative(text: string, edge: Edge, { now, zone }: Clock): Reading {
  let instant = now
  let position = 'now'.length
  while (position < text.length) {
    STEP.lastIndex = position
    const step = STEP.exec(text)
    if (!step) return { error: `“${text.slice(position)}” cannot follow “now”. ${EXAMPLES}` }
    const [, sign, amount, unitOfStep, unitOfRounding] = step
    const unit = unitOfStep ?? unitOfRounding ?? ''
    if (!isUnit(unit)) return { error: `“${unit}” is not a unit. ${UNITS}` }
    const steps = Number(amount) * (sign === '-' ? -1 : 1)
    instant =
      amount === undefined ? rounded(instant, unit, edge, zone) : add(instant, steps, unit, zone)
    position = STEP.lastIndex
  }
  return checked(instant, text)
}

function rounded(instant: number, unit: CalendarUnit, edge: Edge, zone: Zone): number {
  const start = startOf(unit, instant, zone)
  return edge === 'from' ? start : add(start, 1, unit, zone)
}

/** Tells the unit by the size: 11 digits of seconds would be the year 5138, and of milliseconds 1973. */
function parseEpoch(text: string): Reading {
  const number = Number(text)
  const size = Math.abs(number)
  if (size < 1e11) return checked(Math.round(number * 1e3), text)
  if (size < 1e14) return checked(Math.floor(number), text)
  return checked(Math.floor(number / (size < 1e17 ? 1e3 : 1e6)), text)
}

function parseIso(text: string, edge: Edge, { zone }: Clock): Reading {
  const match = ISO.exec(text)
  if (!match) return { error: `“${text}” is not a time. ${EXAMPLES}` }
  const [year, month, day, hour, minute, second] = match
    .slice(1, 7)
    .map((part: string | undefined) => Number(part ?? 0))
  const millisecond = Math.floor(Number(`0.${match[7] ?? '0'}`) * 1e3 + 1e-6)
  const parts = { year: year ?? 0, month: month ?? 1, day: day ?? 1, hour: hour ?? 0 }
  const clock = { ...parts, minute: minute ?? 0, second: second ?? 0, millisecond }
  if (!exists(clock)) return { error: `“${text}” does not exist: check the day and the time.` }
  if (match[4] === undefined && edge === 'to') clock.day += 1
  const offset = match[8]
  if (offset === undefined) return checked(instantOf(clock, zone), text)
  return checked(instantOf(clock, 'utc') - offsetOf(offset), text)
}

function exists(clock: Required<Parameters<typeof instantOf>[0]>): boolean {
  const { year, month, day, hour, minute, second } = clock
  const date = new Date(instantOf({ year, month, day }, 'utc'))
  return (
    date.getUTCMonth() === month - 1 &&
    date.getUTCDate() === day &&
    hour < 24 &&
    minute < 60 &&
    second < 60
  )
}

function offsetOf(text: string): number {
  if (text.toUpperCase() === 'Z') return 0
  const minutes = Number(text.slice(1, 3)) * 60 + Number(text.slice(3).replace(':', ''))
  return (text.startsWith('-') ? -minutes : minutes) * 60_000
}

/** Times that the service cannot read are no times. */
function checked(instant: number, text: string): Reading {
  const year = new Date(instant).getUTCFullYear()
  if (year >= 1 && year <= 9999) return { instant }
  return { error: `“${text}” is outside the years 1 to 9999.` }
}

function isUnit(text: string): text is CalendarUnit {
  return ['s', 'm', 'h', 'd', 'w', 'M', 'y'].includes(text)
}
