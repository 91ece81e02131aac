import { type Json, parseExactJson, renderJson, scalarText } from './exactJson'
import { type PathStep, parsePath, valueAt } from './jsonPath'
import type { ResultTable, Value } from './resultTable'

export interface FieldReader {
  /**
   * The value of a column, or at the path in the JSON that it holds: what json_extract_scalar returns, and the
   * JSON of arrays and objects. Null if there is none, or if it is null.
   */
  read(row: number, column: number, path: string | null): Value
  /** Whether an array or object is at the path, which json_extract_scalar returns nothing for. */
  isNested(row: number, column: number, path: string): boolean
  /** The JSON of a column; null if its text is none. */
  json(row: number, column: number): Json | null
}

/** More than a screen of rows, so that drawing them again parses nothing. */
const MOST_PARSED = 512

const readers = new WeakMap<ResultTable, FieldReader>()

/** The reader that all who show the table share. */
export function fieldReaderOf(table: ResultTable): FieldReader {
  const known = readers.get(table)
  if (known) return known
  const reader = createFieldReader(table)
  readers.set(table, reader)
  return reader
}

export function createFieldReader(table: ResultTable): FieldReader {
  const parsed = new Map<string, Json | null>()
  const paths = new Map<string, PathStep[] | null>()

  function json(row: number, column: number): Json | null {
    const key = `${row} ${column}`
    const known = parsed.get(key)
    if (known !== undefined) return known
    const value = table.value(row, column)
    const read = typeof value === 'string' ? parseExactJson(value) : null
    if (parsed.size >= MOST_PARSED) parsed.clear()
    parsed.set(key, read)
    return read
  }

  function steps(path: string): PathStep[] | null {
    const known = paths.get(path)
    if (known !== undefined) return known
    const read = parsePath(path)
    paths.set(path, read)
    return read
  }

  function at(row: number, column: number, path: string): Json | null {
    const whole = json(row, column)
    const place = steps(path)
    return whole && place && valueAt(whole, place)
  }

  return {
    json,
    isNested: (row, column, path) => isNested(at(row, column, path)),
    read(row, column, path) {
      if (path === null) return table.value(row, column)
      const found = at(row, column, path)
      if (!found) return null
      return isNested(found) ? renderJson(found) : scalarText(found)
    },
  }
}

function isNested(json: Json | null): boolean {
  return json?.kind === 'array' || json?.kind === 'object'
}
