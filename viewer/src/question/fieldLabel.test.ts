import { describe, expect, test } from 'vitest'

import type { Table } from '../api/documents'
import { fieldLabel, filterLabel, invertFilter, parseField } from './fieldLabel'
import { FILTER_OPERATORS, type Filter, type FilterOperator } from './question'

function table(payloads: string[]): Table {
  const columns = ['service', ...payloads].map((name) => ({
    name,
    type: 'varchar',
    description: '',
    examples: [],
  }))
  return {
    name: 'records',
    description: '',
    columns,
    partition_columns: [],
    required_columns: [],
    roles: { payloads, shown: [] },
    examples: [],
  }
}

const ONE = table(['body'])
const TWO = table(['body', 'labels'])

describe('fieldLabel', () => {
  test.each([
    [{ column: 'service', path: null }, ONE, 'service'],
    [{ column: 'body', path: '$.user.id' }, ONE, '$.user.id'],
    [{ column: 'labels', path: '$.host' }, TWO, 'labels $.host'],
    [{ column: 'body', path: '$.user.id' }, null, 'body $.user.id'],
  ])('names %o', (field, of, label) => {
    expect(fieldLabel(field, of)).toBe(label)
  })
})

describe('parseField', () => {
  test.each([
    ['service', ONE, { column: 'service', path: null }],
    [' $.user.id ', ONE, { column: 'body', path: '$.user.id' }],
    ['labels $.host', TWO, { column: 'labels', path: '$.host' }],
    ['labels:$["a b"]', TWO, { column: 'labels', path: '$["a b"]' }],
    ['$.host', TWO, { column: 'body', path: '$.host' }],
    ['nowhere', ONE, null],
    ['nowhere $.host', ONE, null],
    ['', ONE, null],
  ])('reads %j', (text, of, field) => {
    expect(parseField(text, of)).toEqual(field)
  })
})

function filter(operator: FilterOperator, value = 'x'): Filter {
  return { field: { column: 'service', path: null }, operator, value, enabled: true }
}

describe('filterLabel', () => {
  test.each([
    ['eq', 'iam-admin', 'service = iam-admin'],
    ['ne', 'iam-admin', 'service ≠ iam-admin'],
    ['excludes', 'ab', 'service does not contain ab'],
    ['missing', '', 'service is missing'],
    ['eq', '', 'service = …'],
  ] as const)('writes %s %j', (operator, value, label) => {
    expect(filterLabel(filter(operator, value), ONE)).toBe(label)
  })
})

describe('invertFilter', () => {
  test.each(FILTER_OPERATORS)('of %s twice is the same filter', (operator) => {
    const inverted = invertFilter(filter(operator))
    expect(inverted.operator).not.toBe(operator)
    expect(invertFilter(inverted)).toEqual(filter(operator))
  })
})
