import type { Parameter } from '../api/documents'

/** SQL with a `?` for each of its parameters. */
export interface Sql {
  readonly text: string
  readonly parameters: readonly Parameter[]
}

const PLAIN_IDENTIFIER = /^[a-z_][a-z0-9_]*$/
/** Trino's reserved words: https://trino.io/docs/current/language/reserved.html */
export const RESERVED: ReadonlySet<string> = new Set(
  (
    'alter and as between by case cast constraint create cross cube current_catalog current_date current_path ' +
    'current_role current_schema current_time current_timestamp current_user deallocate delete describe ' +
    'distinct drop else end escape except execute exists extract false for from full group grouping having ' +
    'in inner insert intersect into is join json_array json_exists json_object json_query json_table ' +
    'json_value left like listagg localtime localtimestamp natural normalize not null on or order outer ' +
    'prepare recursive right rollup select skip table then trim true uescape union unnest using values when ' +
    'where with'
  ).split(' '),
)

/** Joins SQL around the values between, which are SQL themselves: a name, a literal, a parameter. */
export function sql(texts: TemplateStringsArray, ...parts: readonly Sql[]): Sql {
  const text = texts.map((piece, index) => piece + (parts[index]?.text ?? '')).join('')
  return { text, parameters: parts.flatMap(({ parameters }) => parameters) }
}

export function joined(parts: readonly Sql[], separator: string): Sql {
  const text = parts.map((part) => part.text).join(separator)
  return { text, parameters: parts.flatMap(({ parameters }) => parameters) }
}

/** SQL of this program's own words and numbers. */
export function words(text: string | number): Sql {
  return { text: String(text), parameters: [] }
}

export function identifier(name: string): Sql {
  const isPlain = PLAIN_IDENTIFIER.test(name) && !RESERVED.has(name)
  return words(isPlain ? name : `"${name.replaceAll('"', '""')}"`)
}

export function stringLiteral(text: string): Sql {
  return words(`'${text.replaceAll("'", "''")}'`)
}

/** The name of an Athena type without its parameters: `decimal` of `decimal(10,2)`. */
export function baseType(type: string): string {
  return type.replace(/\s*\([^)]*\)/, '').toLowerCase()
}

/** A value of an Athena type; `text` is what a literal of the type has between its quotes. */
export function parameter(type: string, text: string): Sql {
  const value = type === 'varchar' ? text : { type, value: text }
  return { text: '?', parameters: [value] }
}
