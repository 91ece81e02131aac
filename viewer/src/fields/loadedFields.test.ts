import { expect, test } from 'vitest'

import type { FieldList } from '../api/documents'
import { withSample } from './loadedFields'

const LOADED = [
  { field: { column: 'data', path: null }, type: 'varchar', sampled: false },
  { field: { column: 'data', path: '$.level' }, type: 'varchar', sampled: false },
]

function sampled(path: string) {
  return { column: 'data', path, type: 'varchar' as const, share: 0.1, values: [] }
}

const SAMPLE: FieldList = {
  fields: [sampled('$.level'), sampled('$.items[*].name')],
  fields_left_out: 0,
  sampled_from: '2026-11-20T00:00:00Z',
  sampled_to: '2026-11-21T00:00:00Z',
  sampled_at: '2026-11-21T00:00:00Z',
  sampled_records: 10,
  scanned_bytes: 100,
}

test('adds what only the sample has, with a path that a query can use', () => {
  expect(withSample(LOADED, SAMPLE)).toEqual([
    ...LOADED,
    { field: { column: 'data', path: '$.items[0].name' }, type: 'varchar', sampled: true },
  ])
})

test('changes nothing without a sample', () => {
  expect(withSample(LOADED, null)).toBe(LOADED)
})
