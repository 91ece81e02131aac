import { expect, test } from 'vitest'

import type { Page } from '../api/documents'
import type { FieldRef, Filter } from '../question/question'
import { filterConditions } from '../question/predicates'
import { createFieldReader } from '../results/fieldReader'
import { tableOfPages } from '../results/pageTable'
import { tableOf } from '../results/tableOf'
import { isFilterable, valueFilter } from '../rows/valueFilter'
import oddRecord from '../testing/oddRecord.json'
import { column, table } from '../testing/tables'
import { childNodes, filterOf, type RecordNode, recordNodes } from './recordNodes'

const PAGE: Page = { query_id: '', row_offset: 0, paging_token: null, ...oddRecord.page }
const ROWS = tableOfPages([PAGE])
const READER = createFieldReader(ROWS)
const TABLE = table(
  'odd',
  PAGE.columns.map(({ name, type }) => column(name, type)),
  {},
)

function allNodes(nodes: readonly RecordNode[]): RecordNode[] {
  return nodes.flatMap((node) => [node, ...allNodes(childNodes(node))])
}

const NODES = allNodes(recordNodes(ROWS, 0))

/** What + and − beside the values of the record tree add. */
function filtersOfTree(negated: boolean): Filter[] {
  return NODES.flatMap((node) => {
    const filter = filterOf(node)
    return filter ? [valueFilter(filter.field, filter.text, 'varchar', negated)] : []
  })
}

/** What they add in cells and beside the top values, if there is a column for each field. */
function filtersOfCells(negated: boolean): Filter[] {
  const columns = ROWS.columns.map(({ name }): FieldRef => ({ column: name, path: null }))
  const paths = NODES.flatMap(({ field }) => (field?.path ? [field] : []))
  return [...columns, ...paths].flatMap((field) => {
    const index = ROWS.columns.findIndex(({ name }) => name === field.column)
    const type = ROWS.columns[index]?.type ?? ''
    if (!isFilterable(READER, 0, { index, path: field.path, type })) return []
    const value = READER.read(0, index, field.path)
    return [valueFilter(field, value, field.path === null ? type : 'json', negated)]
  })
}

function conditions(filters: readonly Filter[]) {
  return Object.fromEntries(
    filters.map((filter) => {
      const [condition] = filterConditions([filter], TABLE)
      const { column: name, path } = filter.field
      return [`${name} ${path ?? ''}`.trim(), condition]
    }),
  )
}

test('offers a filter for every value that one finds, and for no other', () => {
  const names = Object.keys(conditions(filtersOfCells(false)))
  for (const name of ['list', 'texts', 'pairs', 'data $.list', 'data $.none', 'data $.user'])
    expect(names).not.toContain(name)
  for (const name of ['data $.big', 'data $.user["a b"]', 'data $.list[1]', 'nan', 'gone', 'bytes'])
    expect(names).toContain(name)
})

test.each(['a\\u0000b', '\\ud800'])('offers none for text that no parameter holds: %s', (text) => {
  const rows = tableOf(['data varchar'], [[`{"a":"${text}"}`]])
  const [data] = recordNodes(rows, 0)
  expect(data && childNodes(data).map(filterOf)).toEqual([null])
  const cell = { index: 0, path: '$.a', type: 'json' }
  expect(isFilterable(createFieldReader(rows), 0, cell)).toBe(false)
})

test('writes the same in the tree as in cells', () => {
  const cells = conditions(filtersOfCells(false))
  for (const [name, condition] of Object.entries(conditions(filtersOfTree(false))))
    expect([name, condition]).toEqual([name, cells[name]])
})

test('writes the conditions that tests/api asks of the record', async () => {
  const written = {
    found: conditions(filtersOfCells(false)),
    left_out: conditions(filtersOfCells(true)),
  }
  await expect(`${JSON.stringify(written, null, 1)}\n`).toMatchFileSnapshot(
    '../testing/oddRecord.golden.json',
  )
})
