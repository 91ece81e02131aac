import { type Batch, type DataType, Type, tableFromIPC } from '@uwdata/flechette'

import type { ResultColumn, ResultTable, Value } from './resultTable'

interface ArrowColumn extends ResultColumn {
  readonly convert: (value: unknown) => Value
}

type RecordBatch = readonly Batch<unknown>[]

const EXACTLY = { useBigInt: true, useBigIntTimestamp: true, useDecimalInt: true }
const MILLISECONDS_OF_DAY = 86_400_000

/** Collects the messages of an Arrow stream. */
export class ArrowTableBuilder {
  private schema: Uint8Array | null = null
  private columns: readonly ArrowColumn[] = []
  private readonly batches: RecordBatch[] = []
  /** The first row of each batch, and the number of rows. */
  private readonly offsets = [0]

  /** Takes a complete message: first the schema, then batches of records. */
  push(message: Uint8Array): void {
    this.schema ??= message
    const table = tableFromIPC(
      message === this.schema ? [message] : [this.schema, message],
      EXACTLY,
    )
    if (message === this.schema) {
      this.columns = table.schema.fields.map(({ name, type }) => ({ name, ...conversion(type) }))
    } else if (table.numRows > 0) {
      this.batches.push(table.children.flatMap(({ data }) => data.slice(0, 1)))
      this.offsets.push(this.length + table.numRows)
    }
  }

  get length(): number {
    return this.offsets.at(-1) ?? 0
  }

  /** What is there so far. */
  build(): ResultTable {
    return new ArrowTable(this.columns, [...this.batches], [...this.offsets])
  }
}

class ArrowTable implements ResultTable {
  private last = 0

  constructor(
    readonly columns: readonly ArrowColumn[],
    private readonly batches: readonly RecordBatch[],
    private readonly offsets: readonly number[],
  ) {}

  get length(): number {
    return this.offsets.at(-1) ?? 0
  }

  value(row: number, column: number): Value {
    const batch = this.batchOf(row)
    const value = this.batches[batch]?.[column]?.at(row - (this.offsets[batch] ?? 0))
    return value === null || value === undefined
      ? null
      : (this.columns[column]?.convert(value) ?? null)
  }

  /** Readers go through rows in order, so the batch is nearly always that of the last call. */
  private batchOf(row: number): number {
    const { offsets } = this
    const inLast = row >= (offsets[this.last] ?? 0) && row < (offsets[this.last + 1] ?? 0)
    if (inLast) return this.last
    let [low, high] = [0, this.batches.length]
    while (high - low > 1) {
      const middle = (low + high) >> 1
      if (row < (offsets[middle] ?? 0)) high = middle
      else low = middle
    }
    this.last = low
    return low
  }
}

function conversion(type: DataType): { type: string; convert: (value: unknown) => Value } {
  switch (type.typeId) {
    case Type.Int:
      return { type: integerName(type.bitWidth), convert: asIs }
    case Type.Float:
      return { type: type.precision === 1 ? 'real' : 'double', convert: asIs }
    case Type.Decimal: {
      const { precision, scale } = type
      return {
        type: `decimal(${precision},${scale})`,
        convert: (value) => decimalText(value, scale),
      }
    }
    case Type.Bool:
      return { type: 'boolean', convert: asIs }
    case Type.Date:
      return { type: 'date', convert: dateText }
    case Type.Timestamp:
      return {
        type: type.timezone === null ? 'timestamp' : 'timestamp with time zone',
        convert: asIs,
      }
    case Type.Binary:
      return { type: 'varbinary', convert: asIs }
    default:
      return { type: 'varchar', convert: asIs }
  }
}

function integerName(bitWidth: number): string {
  const names: Record<number, string> = { 8: 'tinyint', 16: 'smallint', 32: 'integer' }
  return names[bitWidth] ?? 'bigint'
}

function asIs(value: unknown): Value {
  if (typeof value === 'boolean' || typeof value === 'number') return value
  if (typeof value === 'bigint' || value instanceof Uint8Array) return value
  return String(value)
}

function decimalText(unscaled: unknown, scale: number): Value {
  const text = String(unscaled)
  if (scale === 0) return text
  const sign = text.startsWith('-') ? '-' : ''
  const digits = text.slice(sign.length).padStart(scale + 1, '0')
  return `${sign}${digits.slice(0, -scale)}.${digits.slice(-scale)}`
}

function dateText(instant: unknown): Value {
  const days = Number(instant) / MILLISECONDS_OF_DAY
  const iso = new Date(days * MILLISECONDS_OF_DAY).toISOString()
  return iso.slice(0, iso.indexOf('T'))
}
