/** Which results are lines over time, and the points of them. */

import type { ResultTable, Value } from '../results/resultTable'

export interface Series {
  readonly label: string
  readonly values: readonly (number | null)[]
}

export interface ChartData {
  /** Seconds since 1970, ascending. */
  readonly times: readonly number[]
  readonly series: readonly Series[]
}

const MOST_POINTS = 20_000
const MOST_SERIES = 12
const NUMBERS = /^(tinyint|smallint|integer|bigint|real|double|decimal)/
const TEXTS = /^(varchar|char)/
/** Numbers from 2001 to 2096 in seconds, and in the units that moments are written in. */
const EARLIEST = 1e9
const LATEST = 4e9
const PER_SECOND = [1, 1e3, 1e6, 1e9]

/** The lines of a result whose first column that may be a time is one; null if there are none. */
export function readChart(table: ResultTable): ChartData | null {
  if (table.length < 2 || table.length > MOST_POINTS) return null
  const time = table.columns.findIndex((_, column) => readTimes(table, column) !== null)
  const times = time < 0 ? null : readTimes(table, time)
  const numbers = columnsOf(table, NUMBERS).filter((column) => column !== time)
  const texts = columnsOf(table, TEXTS).filter((column) => column !== time)
  if (!times || numbers.length === 0 || texts.length > 1 || numbers.length > MOST_SERIES)
    return null
  const [text] = texts
  return text === undefined
    ? chartOfColumns(table, times, numbers)
    : chartOfKeys(table, times, text, numbers)
}

function columnsOf(table: ResultTable, type: RegExp): number[] {
  return table.columns.flatMap((column, index) => (type.test(column.type) ? [index] : []))
}

/** A column's moments in seconds; null if it holds no moments, or only one. */
function readTimes(table: ResultTable, column: number): number[] | null {
  const type = table.columns[column]?.type ?? ''
  const read = timeReader(table, column, type)
  if (!read) return null
  const times = rowsOf(table).map((row) => read(table.value(row, column)))
  if (!times.every((time) => time !== null)) return null
  return new Set(times).size > 1 ? times : null
}

type TimeReader = (value: Value) => number | null

function timeReader(table: ResultTable, column: number, type: string): TimeReader | null {
  if (type.startsWith('timestamp'))
    return (value) => (typeof value === 'bigint' ? Number(value) / 1e6 : null)
  if (type === 'date')
    return (value) => (typeof value === 'string' ? Date.parse(value) / 1e3 : null)
  if (!NUMBERS.test(type)) return null
  const first = numberOf(table.value(0, column)) ?? 0
  const unit = PER_SECOND.find((perSecond) => isPlausible(first / perSecond))
  if (unit === undefined) return null
  return (value) => {
    const seconds = (numberOf(value) ?? 0) / unit
    return isPlausible(seconds) ? seconds : null
  }
}

function isPlausible(seconds: number): boolean {
  return seconds >= EARLIEST && seconds <= LATEST
}

function chartOfColumns(
  table: ResultTable,
  times: readonly number[],
  columns: readonly number[],
): ChartData | null {
  const order = rowsOf(table).sort((a, b) => (times[a] ?? 0) - (times[b] ?? 0))
  const series = columns.map((column) => ({
    label: table.columns[column]?.name ?? '',
    values: order.map((row) => numberOf(table.value(row, column))),
  }))
  return { times: order.map((row) => times[row] ?? 0), series }
}

/** A line for each value of the text column, as `SELECT time, level, count(*) … GROUP BY 1, 2` gives them. */
function chartOfKeys(
  table: ResultTable,
  times: readonly number[],
  text: number,
  numbers: readonly number[],
): ChartData | null {
  const [number] = numbers
  const keys = [...new Set(rowsOf(table).map((row) => keyOf(table.value(row, text))))]
  if (number === undefined || numbers.length > 1 || keys.length > MOST_SERIES) return null
  const moments = [...new Set(times)].sort((a, b) => a - b)
  const places = new Map(moments.map((moment, place) => [moment, place]))
  const lines = new Map(keys.map((key) => [key, moments.map((): number | null => null)]))
  for (const row of rowsOf(table)) {
    const line = lines.get(keyOf(table.value(row, text)))
    const place = places.get(times[row] ?? 0)
    if (line && place !== undefined) line[place] = numberOf(table.value(row, number))
  }
  return { times: moments, series: [...lines].map(([label, values]) => ({ label, values })) }
}

function keyOf(value: Value): string {
  return typeof value === 'string' ? value : '(none)'
}

function numberOf(value: Value): number | null {
  if (typeof value === 'number') return Number.isFinite(value) ? value : null
  if (typeof value === 'bigint') return Number(value)
  return typeof value === 'string' && value !== '' && Number.isFinite(Number(value))
    ? Number(value)
    : null
}

function rowsOf(table: ResultTable): number[] {
  return Array.from({ length: table.length }, (_, row) => row)
}
