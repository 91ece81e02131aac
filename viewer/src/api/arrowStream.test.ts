import { int64, utf8 } from '@uwdata/flechette'
import { describe, expect, it } from 'vitest'

import { ArrowTableBuilder } from '../results/arrowTable'
import { arrowBytes } from '../testing/arrowBytes'
import { MessageCutter } from './arrowStream'

const bytes = arrowBytes(
  [
    ['number', int64(), [1n, 2n, 2n ** 60n, null, 5n]],
    ['text', utf8(), ['a', 'ü', null, 'd', '']],
  ],
  2,
)

function read(...chunks: Uint8Array[]) {
  const cutter = new MessageCutter()
  const builder = new ArrowTableBuilder()
  for (const chunk of chunks) for (const message of cutter.push(chunk)) builder.push(message)
  const table = builder.build()
  const rows = Array.from({ length: table.length }, (_, row) => [
    table.value(row, 0),
    table.value(row, 1),
  ])
  return {
    rows,
    ended: cutter.ended,
    columns: table.columns.map(({ name, type }) => `${name} ${type}`),
  }
}

const WHOLE = {
  rows: [
    [1n, 'a'],
    [2n, 'ü'],
    [2n ** 60n, null],
    [null, 'd'],
    [5n, ''],
  ],
  ended: true,
  columns: ['number bigint', 'text varchar'],
}

describe('MessageCutter', () => {
  it('reads a stream cut in two at every byte', () => {
    for (let cut = 0; cut <= bytes.length; cut++) {
      expect(read(bytes.subarray(0, cut), bytes.subarray(cut)), `cut at ${cut}`).toEqual(WHOLE)
    }
  })

  it('reads a stream that comes byte by byte', () => {
    expect(read(...Array.from(bytes, (byte) => Uint8Array.of(byte)))).toEqual(WHOLE)
  })

  it('knows at every byte that the end is missing', () => {
    for (let length = 0; length < bytes.length; length++) {
      const { rows, ended } = read(bytes.subarray(0, length))
      expect(ended, `${length} bytes`).toBe(false)
      expect(rows).toEqual(WHOLE.rows.slice(0, rows.length))
    }
  })

  it('ignores what follows the end', () => {
    expect(read(bytes, Uint8Array.of(1, 2, 3))).toEqual(WHOLE)
  })

  it('refuses what is no such stream', () => {
    const text = new TextEncoder().encode('<html>Sign in</html>')
    expect(() => read(text)).toThrow('no Arrow IPC stream')
  })
})
