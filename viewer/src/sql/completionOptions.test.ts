import { describe, expect, it } from 'vitest'

import type { PayloadField, Table } from '../api/documents'
import { placeAt } from './completionPlace'
import { offerAt, type Knowledge, type Offer } from './completionOptions'

const EVENTS: Table = {
  name: 'events',
  description: 'What happened.',
  columns: [
    { name: 'created', type: 'bigint', description: 'When.', examples: [1] },
    { name: 'service', type: 'varchar', description: '', examples: ['iam-admin', "o'brien", null] },
    { name: 'order', type: 'bigint', description: '', examples: [] },
    { name: 'data', type: 'varchar', description: '', examples: [] },
  ],
  partition_columns: [],
  required_columns: [],
  roles: { payloads: ['data'], shown: [] },
  examples: [],
}

const FIELDS: PayloadField[] = [
  { column: 'data', path: '$.level', type: 'varchar', share: 1, values: ['INFO', 'ERROR'] },
  { column: 'data', path: '$.items[*].id', type: 'bigint', share: 0.25, values: ['1'] },
]

function offer(marked: string, fields: PayloadField[] | null = FIELDS): Offer {
  const position = marked.indexOf('|')
  const knowledge: Knowledge = { tables: [EVENTS], fieldsOf: () => fields }
  return offerAt(placeAt(marked.replace('|', ''), position), knowledge, ['mine'])
}

function labels(marked: string): string[] {
  return offer(marked).options.map(({ label, insert }) => insert ?? label)
}

describe('what is offered', () => {
  it('after FROM: tables and common table expressions', () => {
    expect(labels('SELECT * FROM |')).toEqual(['mine', 'events'])
  })

  it('after an alias: the columns of its table, quoted where they need it', () => {
    expect(labels('SELECT e.| FROM events e')).toEqual(['created', 'service', '"order"', 'data'])
    expect(labels('SELECT x.| FROM events e')).toEqual([])
  })

  it('elsewhere: columns of the tables in FROM, aliases, functions and keywords', () => {
    const all = labels('SELECT | FROM events e')
    expect(all).toEqual(expect.arrayContaining(['service', 'e', 'json_extract_scalar(', 'WHERE']))
    expect(labels('SELECT |')).not.toContain('service')
  })

  it('as path: the payload fields of that column', () => {
    const path = "SELECT json_extract_scalar(data, '$.|') FROM events"
    expect(labels(path)).toEqual(['$.level', '$.items[0].id'])
    expect(labels(path.replace('data', 'service'))).toEqual([])
  })

  it('as value: examples of the column, commonest values of the path', () => {
    expect(labels("SELECT * FROM events WHERE service = '|'")).toEqual(['iam-admin', "o''brien"])
    expect(labels("SELECT * FROM events WHERE json_extract_scalar(data, '$.level') = '|'")).toEqual(
      ['INFO', 'ERROR'],
    )
  })
})

describe('tables whose fields nobody asked for', () => {
  it.each([
    ["SELECT json_extract_scalar(data, '$.|') FROM events", ['events']],
    ["SELECT * FROM events WHERE json_extract_scalar(data, '$.level') = '|'", ['events']],
    ["SELECT json_extract_scalar(service, '$.|') FROM events", []],
    ["SELECT * FROM events WHERE service = '|'", []],
    ['SELECT | FROM events', []],
  ])('%s', (marked, tables) => {
    expect(offer(marked, null).unknownFields).toEqual(tables)
  })
})
