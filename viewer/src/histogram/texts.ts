import { countText } from '../results/quantities'
import type { Bin } from '../time/drawnBins'
import { dateText, timeText } from '../time/momentText'
import type { Range } from '../time/ranges'
import { DAY, MINUTE, SECOND, type Zone } from '../time/zones'
import type { Series } from './series'

/** `2026-11-28 10:30–10:45`, with as little of the second time as tells it. */
export function rangeText({ from, to }: Range, zone: Zone): string {
  const [fromDay, toDay] = [dateText(from, zone), dateText(to, zone)]
  const [start, end] = [clockText(from, zone), clockText(to, zone)]
  if (fromDay === toDay) return `${fromDay} ${start}–${end}`
  const wholeDays = start === '00:00' && end === '00:00'
  if (wholeDays && to - from <= DAY * 1.2) return fromDay
  return `${fromDay} ${start} – ${toDay} ${end}`
}

/** `10:30`, and seconds only where there are some. */
export function clockText(instant: number, zone: Zone): string {
  const text = timeText(instant, zone)
  if (instant % SECOND !== 0) return text
  return instant % MINUTE === 0 ? text.slice(0, 5) : text.slice(0, 8)
}

/** `10:30–10:45: 37 records, 3 ERROR, 34 INFO` */
export function binsText(bins: readonly Bin[], series: readonly Series[], zone: Zone): string {
  const [first, last] = [bins[0], bins.at(-1)]
  if (!first || !last) return ''
  const sum = (count: (bin: Bin) => number) => bins.reduce((total, bin) => total + count(bin), 0)
  const total = sum((bin) => bin.total)
  const parts = series
    .filter(({ key }) => key !== '')
    .map(({ key, label }) => ({ label, count: sum(({ counts }) => counts.get(key) ?? 0) }))
    .filter(({ count }) => count > 0)
    .map(({ label, count }) => `${countText(count)} ${label}`)
  const records = `${countText(total)} ${total === 1 ? 'record' : 'records'}`
  return `${rangeText({ from: first.start, to: last.end }, zone)}: ${[records, ...parts].join(', ')}`
}

/** Label the ticks of the time axis: clock times, with the date below the first of each day. */
export function tickTexts(ticks: readonly number[], zone: Zone): string[] {
  let day = ''
  const wholeDays = ticks.every((tick) => clockText(tick, zone) === '00:00')
  return ticks.map((tick) => {
    const tickDay = dateText(tick, zone)
    if (wholeDays) return tickDay
    const text = clockText(tick, zone)
    if (tickDay === day) return text
    day = tickDay
    return `${text}\n${tickDay}`
  })
}
