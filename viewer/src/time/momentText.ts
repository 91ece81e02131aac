import { type Zone, clockTime, offsetMinutes } from './zones'

/** `2026-11-20` */
export function dateText(instant: number, zone: Zone): string {
  const { year, month, day } = clockTime(instant, zone)
  return `${padded(year, 4)}-${padded(month)}-${padded(day)}`
}

/** `14:39:35.882` */
export function timeText(instant: number, zone: Zone): string {
  const { hour, minute, second, millisecond } = clockTime(instant, zone)
  return `${padded(hour)}:${padded(minute)}:${padded(second)}.${padded(millisecond, 3)}`
}

/** `2026-11-20 14:39:35.882` */
export function momentText(instant: number, zone: Zone): string {
  return `${dateText(instant, zone)} ${timeText(instant, zone)}`
}

/** `2026-11-20 14:39` */
export function minuteText(instant: number, zone: Zone): string {
  return momentText(instant, zone).slice(0, 'YYYY-MM-DD HH:MM'.length)
}

/** `2026-11-20T14:39:35.882+01:00`, which means the same everywhere. */
export function isoText(instant: number, zone: Zone): string {
  return `${dateText(instant, zone)}T${timeText(instant, zone)}${offsetText(instant, zone)}`
}

/** `Z` or `+01:00` */
export function offsetText(instant: number, zone: Zone): string {
  if (zone === 'utc') return 'Z'
  const minutes = Math.round(offsetMinutes(instant, zone))
  const [hours, rest] = [Math.floor(Math.abs(minutes) / 60), Math.abs(minutes) % 60]
  return `${minutes < 0 ? '-' : '+'}${padded(hours)}:${padded(rest)}`
}

function padded(number: number, width = 2): string {
  const digits = String(Math.abs(number)).padStart(width, '0')
  return number < 0 ? `-${digits}` : digits
}
