import type { Zone } from '../time/zones'
import {
  type FieldRef,
  type Filter,
  FILTER_OPERATORS,
  type FilterOperator,
  type Question,
  type Sort,
} from './question'

/** What the URL names. */
export type ViewLocation =
  | { readonly view: 'builder'; readonly question: Question | null; readonly zone: Zone }
  | {
      readonly view: 'sql'
      readonly sql: string
      /** A query whose rows are shown without running it again. */
      readonly queryId: string | null
      readonly zone: Zone
    }
  | { readonly view: 'history'; readonly zone: Zone }

type Parameters = readonly (readonly [name: string, value: string])[]

const LONGEST_PLAIN = 2_048
const OPERATORS: readonly string[] = FILTER_OPERATORS
const QUERY_ID = /^[\w-]{1,128}$/
/** What separates within a value, so what a field's name has of it is escaped once more. */
const SEPARATORS = /[%~,:!]/g

/** The location as the text behind `#`; above 2 KB, compressed. */
export async function renderFragment(location: ViewLocation): Promise<string> {
  const plain = parametersOf(location)
    .map(([name, value]) => `${name}=${escaped(value)}`)
    .join('&')
  if (plain.length <= LONGEST_PLAIN) return plain
  const { compress } = await import('./compression')
  return `z=${await compress(plain)}`
}

/** Reads the text behind `#`. Never throws: what it does not know, it leaves out. */
export async function parseFragment(fragment: string, zone: Zone = 'utc'): Promise<ViewLocation> {
  const plain = parametersIn(fragment.replace(/^#/, ''))
  const compressed = valueOf(plain, 'z')
  if (compressed === null) return locationOf(plain, zone)
  const { decompress } = await import('./compression')
  return locationOf(parametersIn((await decompress(compressed)) ?? ''), zone)
}

function parametersOf(location: ViewLocation): Parameters {
  const zone = ['tz', location.zone] as const
  if (location.view === 'history') return [['view', 'history'], zone]
  if (location.view === 'sql') {
    const { sql, queryId } = location
    return [['sql', sql], ...(queryId === null ? [] : [['id', queryId] as const]), zone]
  }
  return location.question ? [...questionParameters(location.question), zone] : [zone]
}

function questionParameters(question: Question): Parameters {
  const { table, from, to, lateMinutes, filters, stackedBy, columns, sort } = question
  return [
    ['t', table],
    ['from', from],
    ['to', to],
    ['late', renderLate(lateMinutes)],
    ...filters.map((filter) => ['f', renderFilter(filter)] as const),
    ...(stackedBy ? [['by', renderField(stackedBy)] as const] : []),
    ...(columns ? [['cols', columns.map(renderField).join(',')] as const] : []),
    ...(sort ? [['sort', renderSort(sort)] as const] : []),
  ]
}

function locationOf(parameters: Parameters, otherZone: Zone): ViewLocation {
  const tz = valueOf(parameters, 'tz')
  const zone = tz === 'utc' || tz === 'local' ? tz : otherZone
  const sql = valueOf(parameters, 'sql')
  if (sql !== null) {
    const id = valueOf(parameters, 'id')
    return { view: 'sql', sql, queryId: id !== null && QUERY_ID.test(id) ? id : null, zone }
  }
  if (valueOf(parameters, 'view') === 'history') return { view: 'history', zone }
  return { view: 'builder', question: questionOf(parameters), zone }
}

function questionOf(parameters: Parameters): Question | null {
  const table = valueOf(parameters, 't')
  if (!table) return null
  const values = (name: string) =>
    parameters.flatMap(([key, value]) => (key === name ? [value] : []))
  const columns = valueOf(parameters, 'cols')
  return {
    table,
    from: valueOf(parameters, 'from') ?? 'now-24h',
    to: valueOf(parameters, 'to') ?? 'now',
    lateMinutes: parseLate(valueOf(parameters, 'late')),
    filters: values('f').flatMap(parseFilter),
    stackedBy: values('by').flatMap(parseField)[0] ?? null,
    columns: columns === null ? null : columns.split(',').flatMap(parseField),
    sort: values('sort').flatMap(parseSort)[0] ?? null,
  }
}

function renderLate(minutes: number | null): string {
  if (minutes === null) return 'all'
  return minutes % 60 === 0 ? `${minutes / 60}h` : `${minutes}m`
}

function parseLate(text: string | null): number | null {
  if (text === 'all') return null
  const match = /^(\d{1,6})([hm])$/.exec(text ?? '1h')
  return match ? Number(match[1]) * (match[2] === 'h' ? 60 : 1) : 60
}

function renderField({ column, path }: FieldRef): string {
  const parts = path === null ? [column] : [column, path]
  return parts.map((part) => part.replace(SEPARATORS, percentEncoded)).join(':')
}

function parseField(text: string): FieldRef[] {
  const [column = '', path] = text.split(':').map(decoded)
  return column === '' ? [] : [{ column, path: path ?? null }]
}

function renderFilter({ field, operator, value, enabled }: Filter): string {
  return `${enabled ? '' : '!'}${renderField(field)}~${operator}~${JSON.stringify(value)}`
}

function parseFilter(text: string): Filter[] {
  const enabled = !text.startsWith('!')
  const match = /^([^~]*)~([a-z]+)~(.*)$/su.exec(enabled ? text : text.slice(1))
  const [, fieldText = '', operator = '', json = ''] = match ?? []
  const [field] = parseField(fieldText)
  const value = parseString(json)
  if (!field || value === null || !isOperator(operator)) return []
  return [{ field, operator, value, enabled }]
}

function parseString(json: string): string | null {
  try {
    const value: unknown = JSON.parse(json)
    return typeof value === 'string' ? value : null
  } catch {
    return null
  }
}

function renderSort({ column, descending }: Sort): string {
  return `${renderField(column)}~${descending ? 'desc' : 'asc'}`
}

function parseSort(text: string): Sort[] {
  const [fieldText = '', direction] = text.split('~')
  const [column] = parseField(fieldText)
  if (!column || (direction !== 'asc' && direction !== 'desc')) return []
  return [{ column, descending: direction === 'desc' }]
}

function isOperator(text: string): text is FilterOperator {
  return OPERATORS.includes(text)
}

function parametersIn(fragment: string): Parameters {
  return fragment.split('&').map((pair) => {
    const [name = '', ...rest] = pair.split('=')
    return [decoded(name), decoded(rest.join('='))]
  })
}

function valueOf(parameters: Parameters, name: string): string | null {
  return parameters.find(([key]) => key === name)?.[1] ?? null
}

/** Escapes what ends a link in a chat or a value in the fragment, and leaves the rest readable. */
function escaped(value: string): string {
  return encodeURIComponent(wellFormed(value)).replace(/%(24|2C|2F|3A|3F|40)/g, decodeURIComponent)
}

/** Half of a surrogate pair is no text that a URL or SQL can hold. */
function wellFormed(text: string): string {
  return text.replace(
    /[\uD800-\uDBFF](?![\uDC00-\uDFFF])|(?<![\uD800-\uDBFF])[\uDC00-\uDFFF]/g,
    '\uFFFD',
  )
}

function percentEncoded(character: string): string {
  return `%${character.charCodeAt(0).toString(16)}`
}

function decoded(text: string): string {
  try {
    return decodeURIComponent(text)
  } catch {
    return text
  }
}
