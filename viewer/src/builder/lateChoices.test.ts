import { expect, test } from 'vitest'

import type { Table } from '../api/documents'
import { lateChoices } from './lateChoices'

function table(arrival: boolean, delay: number | null): Table {
  const time = { unit: 'ms' as const, greatest_delay_minutes: delay }
  return {
    name: 'records',
    description: '',
    columns: [{ name: 'at', type: 'bigint', description: '', examples: [], time }],
    partition_columns: [],
    required_columns: [],
    roles: { time: 'at', payloads: [], shown: [], ...(arrival && { arrival: 'came' }) },
    examples: [],
  }
}

test.each([
  ['a table whose records may be late', table(true, null), 5],
  ['a table that tells how late they are', table(true, 10), 0],
  ['a table without a time of arrival', table(false, null), 0],
])('%s', (_name, of, choices) => {
  expect(lateChoices(of)).toHaveLength(choices)
})
