import type { Json } from './exactJson'

/** A name in an object, or a place in an array. */
export type PathStep = string | number

const STEP = /\.([A-Za-z_][A-Za-z0-9_]*)|\[([0-9]{1,9})\]|\["([^"\\]+)"\]/y
const PLAIN_NAME = /^[A-Za-z_][A-Za-z0-9_]*$/

/** Split `$.user["first name"][0]`; null if it is no such path. */
export function parsePath(path: string): PathStep[] | null {
  const steps: PathStep[] = []
  STEP.lastIndex = 1
  while (path.startsWith('$') && STEP.lastIndex < path.length) {
    const found = STEP.exec(path)
    if (!found) return null
    steps.push(found[2] === undefined ? (found[1] ?? found[3] ?? '') : Number(found[2]))
  }
  return steps.length > 0 ? steps : null
}

/** The path of a member; null if no path can name it, as `"` and `\` have no escapes. */
export function memberPath(parent: string, name: string): string | null {
  if (PLAIN_NAME.test(name)) return `${parent}.${name}`
  // eslint-disable-next-line no-control-regex -- the service refuses paths with these characters.
  return name === '' || /["\\\u0000-\u001f]/.test(name) ? null : `${parent}["${name}"]`
}

export function elementPath(parent: string, index: number): string {
  return `${parent}[${index}]`
}

/** The value there, of the first member if several have the name, as Trino reads it. */
export function valueAt(json: Json, steps: readonly PathStep[]): Json | null {
  let value: Json | undefined = json
  for (const step of steps) {
    if (value.kind === 'object') value = value.members.find(([name]) => name === step)?.[1]
    else if (value.kind === 'array' && typeof step === 'number') value = value.items[step]
    else return null
    if (!value) return null
  }
  return value
}
