import type { Page } from '../api/documents'
import type { ResultColumn, ResultTable, Value } from './resultTable'

const TIMESTAMP =
  /^(\d{4})-(\d{2})-(\d{2})[T ](\d{2}):(\d{2}):(\d{2})(?:\.(\d{1,6}))?(Z|[+-]\d{2}:\d{2})?$/

/** The rows of pages of `POST /next`, with the same values as from Arrow, and more exact types. */
export function tableOfPages(pages: readonly Page[]): ResultTable {
  const columns: readonly ResultColumn[] = pages[0]?.columns ?? []
  const rows = pages.flatMap((page) => page.rows).filter((row) => Array.isArray(row))
  return {
    columns,
    length: rows.length,
    value: (row, column) => toValue(rows[row]?.[column], columns[column]?.type ?? 'varchar'),
  }
}

function toValue(value: unknown, type: string): Value {
  if (value === null || value === undefined) return null
  if (typeof value === 'boolean') return value
  if (typeof value === 'number') return type === 'bigint' ? BigInt(value) : value
  return typeof value === 'string' ? fromText(value, type) : JSON.stringify(value)
}

function fromText(text: string, type: string): Value {
  if (type === 'bigint' && /^-?\d+$/.test(text)) return BigInt(text)
  if (['real', 'double', 'float'].includes(type)) return Number(text)
  if (type.startsWith('timestamp')) return microseconds(text) ?? text
  // As in Arrow, where JSON is always its text.
  if (type === 'json') return JSON.stringify(text)
  if (type === 'varbinary')
    return Uint8Array.from(atob(text), (character) => character.charCodeAt(0))
  return text
}

function microseconds(text: string): bigint | null {
  const match = TIMESTAMP.exec(text)
  if (!match) return null
  const [, , , , , , , fraction = '', offset = 'Z'] = match
  const milliseconds = Date.parse(`${text.slice(0, 10)}T${text.slice(11, 19)}${offset}`)
  return BigInt(milliseconds) * 1000n + BigInt(fraction.padEnd(6, '0'))
}
