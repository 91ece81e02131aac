/** What to offer at a place, the likeliest first. */

import type { PayloadField, Table, TableColumn } from '../api/documents'
import { identifier } from '../question/sqlText'
import type { Operand, Place } from './completionPlace'
import { functions, keywords, types, values } from './dialect'
import type { TableReference } from './scopes'

export interface Option {
  readonly label: string
  readonly kind: 'column' | 'table' | 'function' | 'keyword' | 'type' | 'constant' | 'text'
  /** Beside the label. */
  readonly detail?: string
  /** Below the list, of the option that is chosen. */
  readonly info?: string
  /** What is written, if it is not the label. */
  readonly insert?: string
  /** -99 to 99 */
  readonly rank: number
}

export interface Offer {
  readonly options: readonly Option[]
  /** Tables whose payload fields would help, and are not known. */
  readonly unknownFields: readonly string[]
}

export interface Knowledge {
  readonly tables: readonly Table[]
  /** The fields in the payloads of a table; null if nobody has asked for them yet. */
  fieldsOf(table: string): readonly PayloadField[] | null
}

const NO_OFFER: Offer = { options: [], unknownFields: [] }

const WORDS: readonly Option[] = [
  ...functions.map((label): Option => ({ label, kind: 'function', insert: `${label}(`, rank: -1 })),
  ...values.map((label): Option => ({ label, kind: 'constant', rank: -1 })),
  ...keywords.map((word): Option => ({ label: word.toUpperCase(), kind: 'keyword', rank: -2 })),
  ...types.map((label): Option => ({ label, kind: 'type', rank: -3 })),
]

export function offerAt(place: Place, knowledge: Knowledge, expressions: readonly string[]): Offer {
  switch (place.kind) {
    case 'nothing':
      return NO_OFFER
    case 'table':
      return known(offerTables(knowledge, expressions))
    case 'name':
      return known([...columnsInScope(place.tables, knowledge), ...aliases(place.tables), ...WORDS])
    case 'member':
      return known(
        columnsInScope(
          place.tables.filter(({ alias }) => alias === place.qualifier),
          knowledge,
        ),
      )
    case 'path':
      return offerPaths(knowledge, tablesOf(place.tables, knowledge), place.column)
    case 'value':
      return offerValues(knowledge, tablesOf(place.tables, knowledge), place.operand)
  }
}

function known(options: readonly Option[]): Offer {
  return { options, unknownFields: [] }
}

function offerTables(knowledge: Knowledge, expressions: readonly string[]): Option[] {
  return [
    ...expressions.map((name): Option => nameOption(name, 'table', 'WITH', 2)),
    ...knowledge.tables.map(({ name, description }): Option => ({
      ...nameOption(name, 'table', 'table', 1),
      info: description,
    })),
  ]
}

function columnsInScope(references: readonly TableReference[], knowledge: Knowledge): Option[] {
  return tablesOf(references, knowledge).flatMap((table) =>
    table.columns.map((column) => columnOption(column)),
  )
}

function columnOption({ name, type, description }: TableColumn): Option {
  return { ...nameOption(name, 'column', type, 10), ...(description && { info: description }) }
}

function aliases(references: readonly TableReference[]): Option[] {
  return references
    .filter(({ table, alias }) => table !== alias)
    .map(({ table, alias }) => nameOption(alias, 'table', table, 5))
}

function nameOption(name: string, kind: Option['kind'], detail: string, rank: number): Option {
  const insert = identifier(name).text
  return { label: name, kind, detail, rank, ...(insert !== name && { insert }) }
}

function tablesOf(references: readonly TableReference[], knowledge: Knowledge): Table[] {
  const names = new Set(references.map(({ table }) => table))
  return knowledge.tables.filter(({ name }) => names.has(name.toLowerCase()))
}

function offerPaths(knowledge: Knowledge, tables: readonly Table[], column: string | null): Offer {
  const holding = tables.filter(({ roles }) =>
    roles.payloads.some((payload) => column === null || payload.toLowerCase() === column),
  )
  return {
    options: holding.flatMap(({ name }) =>
      (knowledge.fieldsOf(name) ?? [])
        .filter((field) => column === null || field.column.toLowerCase() === column)
        .map(pathOption),
    ),
    unknownFields: unknownOf(holding, knowledge),
  }
}

/** Of the elements of an array, json_extract_scalar reads one: the first, until another is named. */
function pathOption({ path, type, share, values: examples }: PayloadField): Option {
  const label = path.replaceAll("'", "''").replaceAll('[*]', '[0]')
  const info = examples.slice(0, 3).join(', ')
  const percent = Math.round(share * 100)
  const detail = `${type}, in ${percent} %`
  return { label, kind: 'text', detail, rank: Math.round(share * 99), ...(info && { info }) }
}

function offerValues(knowledge: Knowledge, tables: readonly Table[], operand: Operand): Offer {
  const { column, path } = operand
  const holding = tables.filter((table) => columnNamed(table, column) !== undefined)
  if (path === null) return known(holding.flatMap((table) => exampleOptions(table, column)))
  const found = holding
    .flatMap(({ name }) => knowledge.fieldsOf(name) ?? [])
    .find((field) => field.path === path && field.column.toLowerCase() === column)
  const texts = found?.values ?? []
  return { options: texts.map(valueOption), unknownFields: unknownOf(holding, knowledge) }
}

function exampleOptions(table: Table, column: string): Option[] {
  const examples = columnNamed(table, column)?.examples ?? []
  return examples.filter((example) => typeof example === 'string').map(valueOption)
}

function columnNamed(table: Table, name: string): TableColumn | undefined {
  return table.columns.find((column) => column.name.toLowerCase() === name)
}

function valueOption(value: string, index: number): Option {
  return { label: value.replaceAll("'", "''"), kind: 'text', rank: Math.max(-99, 50 - index) }
}

function unknownOf(tables: readonly Table[], knowledge: Knowledge): string[] {
  return tables.map(({ name }) => name).filter((name) => knowledge.fieldsOf(name) === null)
}
