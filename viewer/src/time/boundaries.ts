import type { Range } from './ranges'
import {
  DAY,
  HOUR,
  MINUTE,
  SECOND,
  type Zone,
  clockTime,
  instantOf,
  modulo,
  offsetMinutes,
} from './zones'

const MOST_BARS = 90
const LONGEST = 364 * DAY
const STEPS = [
  ...[1, 2, 5, 10, 15, 30].map((seconds) => seconds * SECOND),
  ...[1, 2, 5, 10, 15, 30].map((minutes) => minutes * MINUTE),
  ...[1, 2, 3, 6, 12].map((hours) => hours * HOUR),
  ...[1, 7, 28, 91].map((days) => days * DAY),
  LONGEST,
]

/** The narrowest width of bars that are whole fine bins and at most 90. */
export function drawnStep(range: Range, fineWidth: number, zone: Zone): number {
  const bars = (step: number) => (range.to - range.from) / step
  const fits = (step: number) =>
    step % fineWidth === 0 &&
    bars(step) <= MOST_BARS &&
    boundaries(range, step, zone).length <= MOST_BARS
  return STEPS.find(fits) ?? LONGEST * Math.ceil(bars(LONGEST) / (MOST_BARS - 2))
}

/** Where bars of a step start: `from`, then each full step of the clock before `to`. */
export function boundaries(range: Range, step: number, zone: Zone): number[] {
  const starts = [range.from]
  for (const start of fullSteps(range, step, zone)) {
    if (start > (starts.at(-1) ?? range.from) && start < range.to) starts.push(start)
  }
  return starts
}

function fullSteps(range: Range, step: number, zone: Zone): Generator<number> {
  if (step <= HOUR) return elapsedSteps(range, step, zone)
  return step < DAY ? hourSteps(range, step / HOUR, zone) : daySteps(range, step / DAY, zone)
}

/** Up to an hour, each is as long as the others, so an hour that clocks show twice is two. */
function* elapsedSteps({ from, to }: Range, step: number, zone: Zone): Generator<number> {
  const shift = modulo(offsetMinutes(from, zone) * MINUTE, step)
  const first = from - modulo(from + shift, step)
  for (let start = first; start < to; start += step) yield start
}

function* hourSteps(range: Range, hours: number, zone: Zone): Generator<number> {
  for (const day of daySteps(range, 1, zone)) {
    const date = clockTime(day, zone)
    for (let hour = 0; hour < 24; hour += hours) yield instantOf({ ...date, hour, minute: 0 }, zone)
  }
}

/** Steps of days count from a Monday, so that weeks and longer steps stay where they are as the range moves. */
function* daySteps({ from, to }: Range, days: number, zone: Zone): Generator<number> {
  const { year, month, day } = clockTime(from, zone)
  const sinceMonday = Math.floor(Date.UTC(year, month - 1, day) / DAY) + 3
  let next = day - modulo(sinceMonday, days)
  let start = instantOf({ year, month, day: next }, zone)
  while (start < to) {
    yield start
    next += days
    start = instantOf({ year, month, day: next }, zone)
  }
}
