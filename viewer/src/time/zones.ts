/** Which clock times are shown and read by. */
export type Zone = 'utc' | 'local'

export interface ClockTime {
  readonly year: number
  /** 1 to 12. */
  readonly month: number
  readonly day: number
  readonly hour: number
  readonly minute: number
  readonly second: number
  readonly millisecond: number
}

export type CalendarUnit = 's' | 'm' | 'h' | 'd' | 'w' | 'M' | 'y'

export const SECOND = 1_000
export const MINUTE = 60 * SECOND
export const HOUR = 60 * MINUTE
export const DAY = 24 * HOUR

const ELAPSED = { s: SECOND, m: MINUTE, h: HOUR }

export function clockTime(instant: number, zone: Zone): ClockTime {
  const shifted = new Date(instant + offsetMinutes(instant, zone) * MINUTE)
  return {
    year: shifted.getUTCFullYear(),
    month: shifted.getUTCMonth() + 1,
    day: shifted.getUTCDate(),
    hour: shifted.getUTCHours(),
    minute: shifted.getUTCMinutes(),
    second: shifted.getUTCSeconds(),
    millisecond: shifted.getUTCMilliseconds(),
  }
}

/**
 * Reads a clock; parts out of range carry over, as in `Date`. A time that clocks skip is read as after the
 * change, one that they show twice as the first.
 */
export function instantOf(
  clock: Partial<ClockTime> & { readonly year: number },
  zone: Zone,
): number {
  const date = new Date(0)
  const { year, month = 1, day = 1, hour = 0, minute = 0, second = 0, millisecond = 0 } = clock
  if (zone === 'utc') {
    date.setUTCFullYear(year, month - 1, day)
    return date.setUTCHours(hour, minute, second, millisecond)
  }
  date.setHours(12)
  date.setFullYear(year, month - 1, day)
  return date.setHours(hour, minute, second, millisecond)
}

/** How far the clock is ahead of UTC. */
export function offsetMinutes(instant: number, zone: Zone): number {
  return zone === 'utc' ? 0 : -new Date(instant).getTimezoneOffset()
}

/** The start of the second, minute, hour, day, week (Monday), month or year that the instant is in. */
export function startOf(unit: CalendarUnit, instant: number, zone: Zone): number {
  if (unit === 's' || unit === 'm' || unit === 'h') {
    const clock = instant + offsetMinutes(instant, zone) * MINUTE
    return instant - modulo(clock, ELAPSED[unit])
  }
  const { year, month, day } = clockTime(instant, zone)
  if (unit === 'y') return instantOf({ year }, zone)
  if (unit === 'M') return instantOf({ year, month }, zone)
  const daysSinceMonday = modulo(Math.floor(Date.UTC(year, month - 1, day) / DAY) + 3, 7)
  return instantOf({ year, month, day: unit === 'w' ? day - daysSinceMonday : day }, zone)
}

/** Adds days, weeks, months and years by the calendar, the rest as elapsed time. */
export function add(instant: number, amount: number, unit: CalendarUnit, zone: Zone): number {
  if (unit === 's' || unit === 'm' || unit === 'h') return instant + amount * ELAPSED[unit]
  const clock = clockTime(instant, zone)
  if (unit === 'd') return instantOf({ ...clock, day: clock.day + amount }, zone)
  if (unit === 'w') return instantOf({ ...clock, day: clock.day + 7 * amount }, zone)
  const months = unit === 'M' ? amount : 12 * amount
  const first = { year: clock.year, month: clock.month + months }
  const lastDay = clockTime(
    instantOf({ ...first, month: first.month + 1, day: 0 }, 'utc'),
    'utc',
  ).day
  return instantOf({ ...clock, ...first, day: Math.min(clock.day, lastDay) }, zone)
}

export function modulo(dividend: number, divisor: number): number {
  return ((dividend % divisor) + divisor) % divisor
}
