/** Values of parameters as SQL literals, as the service writes them. */

import type { Parameter } from '../api/documents'
import { stringLiteral } from '../question/sqlText'
import { readSignificantTokens } from './tokens'

const SMALLEST_BIGINT = '-9223372036854775808'
const INTEGERS = ['tinyint', 'smallint', 'integer', 'int', 'bigint']
const SPECIAL_FLOATS: ReadonlyMap<string, string> = new Map([
  ['NaN', 'nan()'],
  ['Infinity', 'infinity()'],
  ['-Infinity', '(-infinity())'],
])

/** The statement with each `?` replaced by its value, so that it can be read, changed and kept. */
export function inlineParameters(statement: {
  readonly query: string
  readonly parameters: readonly Parameter[]
}): string {
  const { query, parameters } = statement
  const places = readSignificantTokens(query).filter(({ text }) => text === '?')
  const parts = places.map(({ from }, index) => {
    const parameter = parameters[index]
    const before = query.slice(places[index - 1]?.to ?? 0, from)
    return before + (parameter === undefined ? '?' : renderLiteral(parameter))
  })
  return parts.join('') + query.slice(places.at(-1)?.to ?? 0)
}

export function renderLiteral(parameter: Parameter): string {
  if (parameter === null) return 'NULL'
  if (typeof parameter === 'boolean') return parameter ? 'TRUE' : 'FALSE'
  if (typeof parameter === 'string') return quoted(parameter)
  if (typeof parameter === 'number') return renderNumber(parameter)
  return renderTyped(parameter.type, parameter.value)
}

/** A number without a fraction is an integer, any other a double, not a decimal. */
function renderNumber(value: number): string {
  return Number.isSafeInteger(value) ? signed(String(value)) : renderDouble(String(value))
}

function renderTyped(type: string, text: string): string {
  const name = type.toLowerCase()
  if (INTEGERS.includes(name)) return renderInteger(text)
  if (name === 'double') return renderDouble(text)
  if (name === 'real') return `CAST(${renderDouble(text)} AS REAL)`
  if (name === 'boolean') return text.toUpperCase()
  if (name === 'varchar') return quoted(text)
  // A literal of these types has the length or digits of its text.
  if (/^(var)?char *\(/.test(name)) return `CAST(${quoted(text)} AS ${type.toUpperCase()})`
  if (/^decimal *\(/.test(name)) return `CAST(DECIMAL '${text}' AS ${type.toUpperCase()})`
  if (name === 'timestamp with time zone') return `TIMESTAMP ${quoted(text)}`
  return `${type.toUpperCase()} ${quoted(text)}`
}

function renderInteger(text: string): string {
  return text === SMALLEST_BIGINT ? `BIGINT '${text}'` : signed(text)
}

function renderDouble(text: string): string {
  const special = SPECIAL_FLOATS.get(text)
  if (special) return special
  const [digits = '', exponent = '0'] = text.toLowerCase().split('e')
  return signed(`${digits}E${Number(exponent)}`)
}

/** A `-` before a negative number would begin a comment. */
function signed(digits: string): string {
  return digits.startsWith('-') ? `(${digits})` : digits
}

function quoted(text: string): string {
  return stringLiteral(text).text
}
