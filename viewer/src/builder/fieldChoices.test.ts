import { expect, test } from 'vitest'

import type { Table } from '../api/documents'
import { tableOf } from '../results/tableOf'
import { fieldChoices } from './fieldChoices'

const TABLE: Table = {
  name: 'records',
  description: '',
  columns: [
    { name: 'service', type: 'varchar', description: '', examples: ['iam-admin'] },
    { name: 'body', type: 'varchar', description: '', examples: ['{}'] },
  ],
  partition_columns: [],
  required_columns: [],
  roles: { payloads: ['body'], shown: [] },
  examples: [],
}

test('offers columns and their examples before any row is there', () => {
  const choices = fieldChoices(TABLE, null)
  expect(choices.labels).toEqual(['service', 'body'])
  expect(choices.valuesOf({ column: 'service', path: null })).toEqual(['iam-admin'])
  expect(choices.valuesOf({ column: 'body', path: '$.user' })).toEqual([])
})

test('offers paths and values of the loaded rows first', () => {
  const rows = tableOf(
    ['service varchar', 'body varchar'],
    [
      ['billing', '{"user": {"id": 7}}'],
      ['billing', '{"user": {"id": 7}}'],
      ['iam-admin', '{}'],
    ],
  )
  const choices = fieldChoices(TABLE, rows)
  expect(choices.labels).toEqual(['service', 'body', '$.user.id'])
  expect(choices.valuesOf({ column: 'service', path: null })).toEqual(['billing', 'iam-admin'])
  expect(choices.valuesOf({ column: 'body', path: '$.user.id' })).toEqual(['7'])
})
