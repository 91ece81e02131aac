import type { Json } from '../results/exactJson'
import type { FieldReader } from '../results/fieldReader'
import { memberPath } from '../results/jsonPath'

export interface PayloadPath {
  readonly path: string
  readonly type: string
  /** Of the rows that were looked into. */
  readonly share: number
}

const DEEPEST = 5
const MOST_PATHS = 300

/** List the paths in the JSON of a column, those that most rows have first. Arrays are not looked into. */
export function payloadPaths(reader: FieldReader, rows: number, column: number): PayloadPath[] {
  const found = new Map<string, { rows: number; types: Set<string> }>()
  for (let row = 0; row < rows; row++) {
    const json = reader.json(row, column)
    if (json) for (const [path, value] of pathsOf(json)) count(path, value)
  }
  function count(path: string, value: Json): void {
    const known = found.get(path) ?? { rows: 0, types: new Set<string>() }
    known.rows += 1
    known.types.add(typeOf(value))
    found.set(path, known)
  }
  return [...found]
    .map(([path, { rows: having, types }]) => ({
      path,
      type: commonType(types),
      share: having / rows,
    }))
    .sort((a, b) => b.share - a.share || (a.path < b.path ? -1 : 1))
    .slice(0, MOST_PATHS)
}

/** Each path once, with the first value that it has, as Trino reads it. */
function pathsOf(json: Json): Map<string, Json> {
  const paths = new Map<string, Json>()
  const visit = (value: Json, path: string, depth: number): void => {
    if (value.kind === 'object' && depth < DEEPEST) {
      for (const [name, member] of value.members) {
        const inner = memberPath(path, name)
        if (inner && !paths.has(inner)) visit(member, inner, depth + 1)
      }
    } else if (value.kind !== 'null' && depth > 0) {
      paths.set(path, value)
    }
  }
  visit(json, '$', 0)
  return paths
}

function typeOf(value: Json): string {
  switch (value.kind) {
    case 'number':
      return /^-?[0-9]+$/.test(value.text) ? 'bigint' : 'double'
    case 'string':
      return 'varchar'
    case 'boolean':
      return 'boolean'
    case 'null':
    case 'array':
    case 'object':
      return 'json'
  }
}

/** The type that fits all of them, by the rules of `GET /tables/{table}/fields`. */
function commonType(types: ReadonlySet<string>): string {
  if (types.has('json')) return 'json'
  const [first = 'varchar', ...others] = types
  if (others.length === 0) return first
  return [...types].every((type) => type === 'bigint' || type === 'double') ? 'double' : 'varchar'
}
