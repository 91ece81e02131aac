import type { Table } from '../api/documents'

/** A column, or the value at `path` in the JSON that it holds. */
export interface FieldRef {
  readonly column: string
  readonly path: string | null
}

/** In the order in which a person chooses. */
export const FILTER_OPERATORS = [
  'eq',
  'ne',
  'contains',
  'excludes',
  'lt',
  'le',
  'gt',
  'ge',
  'exists',
  'missing',
] as const

export type FilterOperator = (typeof FILTER_OPERATORS)[number]

export interface Filter {
  readonly field: FieldRef
  readonly operator: FilterOperator
  /** As `valueText` writes it; unused for `exists` and `missing`. */
  readonly value: string
  readonly enabled: boolean
}

export interface Sort {
  readonly column: FieldRef
  readonly descending: boolean
}

export interface Question {
  readonly table: string
  /** As the person wrote it: `now-24h`, `2026-11-20T10:00:00Z`. */
  readonly from: string
  readonly to: string
  /** How much later than `to` a record may have arrived; null: however late. */
  readonly lateMinutes: number | null
  readonly filters: readonly Filter[]
  readonly stackedBy: FieldRef | null
  /** Null: what the table shows before anyone chooses. */
  readonly columns: readonly FieldRef[] | null
  /** Of the loaded rows; null: newest first. */
  readonly sort: Sort | null
}

const DEFAULT_LATE_MINUTES = 60

/** The last 24 hours of a table, with an empty filter for each column that a query has to give. */
export function defaultQuestion(table: Table): Question {
  return {
    table: table.name,
    from: 'now-24h',
    to: 'now',
    lateMinutes: DEFAULT_LATE_MINUTES,
    filters: table.required_columns.map((column) => ({
      field: { column, path: null },
      operator: 'eq',
      value: '',
      enabled: true,
    })),
    stackedBy: table.roles.level ?? null,
    columns: null,
    sort: null,
  }
}

export function sameField(a: FieldRef | null, b: FieldRef | null): boolean {
  return a === b || (a?.column === b?.column && a?.path === b?.path)
}

export function sameQuestion(a: Question | null, b: Question | null): boolean {
  return JSON.stringify(a) === JSON.stringify(b)
}

/** The columns whose value the question still has to give before it can run. */
export function missingColumns(question: Question, table: Table): string[] {
  const given = question.filters.filter(
    ({ enabled, operator, value, field }) =>
      enabled && operator === 'eq' && value !== '' && field.path === null,
  )
  return table.required_columns.filter((name) => !given.some(({ field }) => field.column === name))
}
