import type { FieldList } from '../api/documents'
import { type FieldRef, sameField } from '../question/question'
import type { Records } from '../rows/useRecords'
import { payloadPaths } from './payloadPaths'

export interface ListedField {
  readonly field: FieldRef
  readonly type: string
  /** None of the loaded rows has it, but one of the sample. */
  readonly sampled: boolean
}

/** Enough to find what is common, and quick. */
export const ROWS_LOOKED_INTO = 500

const known = new WeakMap<Records['rows'], readonly ListedField[]>()

/** The columns, and the paths that the payloads of the first loaded rows have. */
export function loadedFields({ rows, reader, table }: Records): readonly ListedField[] {
  const listed = known.get(rows)
  if (listed) return listed
  const columns = table.columns.map(({ name, type }) => listedField(name, null, type))
  const looked = Math.min(rows.length, ROWS_LOOKED_INTO)
  const paths = table.roles.payloads.flatMap((column) => {
    const index = rows.columns.findIndex(({ name }) => name === column)
    if (index < 0) return []
    return payloadPaths(reader, looked, index).map(({ path, type }) =>
      listedField(column, path, type),
    )
  })
  const fields = [...columns, ...paths]
  known.set(rows, fields)
  return fields
}

/** Adds what only the sample has. `[*]` stands for any element, so the first is listed. */
export function withSample(
  fields: readonly ListedField[],
  sample: FieldList | null,
): readonly ListedField[] {
  const more = sample?.fields.flatMap(({ column, path, type }) => {
    const item = { ...listedField(column, path.replaceAll('[*]', '[0]'), type), sampled: true }
    return fields.some(({ field }) => sameField(field, item.field)) ? [] : [item]
  })
  return more ? [...fields, ...more] : fields
}

function listedField(column: string, path: string | null, type: string): ListedField {
  return { field: { column, path }, type, sampled: false }
}
