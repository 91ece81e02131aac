/**
 * bigint is a bigint, a timestamp a bigint too: microseconds since 1970, of its UTC or written time. Smaller
 * integers, real and double are numbers, a date is `2026-11-20`, a decimal its text, varbinary its bytes,
 * everything else text as Athena writes it.
 */
export type Value = null | boolean | number | bigint | string | Uint8Array

export interface ResultColumn {
  readonly name: string
  /** Athena's name, such as `bigint`, `timestamp` or `decimal(10,2)`. What Arrow hides (json, array) is `varchar`. */
  readonly type: string
}

/** A snapshot: a table that grows is a new one each time, which shares what is decoded. */
export interface ResultTable {
  readonly columns: readonly ResultColumn[]
  readonly length: number
  value(row: number, column: number): Value
}
