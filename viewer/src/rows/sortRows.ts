import type { Value } from '../results/resultTable'

type Key = number | bigint | string | boolean
type Compare = (a: number, b: number) => number

/** How many rows a step reads, sorts or merges: some milliseconds, also if it parses JSON. */
export const STEP_ROWS = 2_048

/**
 * Order rows by a value: numbers by size, also those written as text if all are; text by its UTF-16 units. Rows
 * without a value come last either way, and equal ones stay in order. Returns after many short steps.
 */
export function* sortRows(
  length: number,
  read: (row: number) => Value,
  descending: boolean,
): Generator<undefined, Uint32Array> {
  const { present, missing, keys } = yield* readKeys(length, read)
  const compare = comparison(keys, descending ? -1 : 1)
  for (let start = 0; start < present.length; start += STEP_ROWS) {
    present.subarray(start, start + STEP_ROWS).sort(compare)
    yield
  }
  const order = new Uint32Array(length)
  order.set(yield* mergeRuns(present, compare))
  order.set(missing, present.length)
  return order
}

interface ReadKeys {
  readonly present: Uint32Array
  readonly missing: readonly number[]
  /** By row. As numbers they take an eighth of the time. */
  readonly keys: Float64Array | readonly (Key | null)[]
}

function* readKeys(length: number, read: (row: number) => Value): Generator<undefined, ReadKeys> {
  const [present, missing] = [new Uint32Array(length), [] as number[]]
  const keys: (Key | null)[] = []
  const numbers = new Float64Array(length)
  let allNumbers = true
  for (let row = 0; row < length; row++) {
    if (row > 0 && row % STEP_ROWS === 0) yield
    const key = keyOf(read(row))
    keys.push(key)
    if (key === null) missing.push(row)
    else {
      present[row - missing.length] = row
      allNumbers &&= isExactNumber(key)
      if (allNumbers) numbers[row] = Number(key)
    }
  }
  const rows = present.subarray(0, length - missing.length)
  return { present: rows, missing, keys: allNumbers ? numbers : keys }
}

function keyOf(value: Value): Key | null {
  if (value instanceof Uint8Array) return String.fromCharCode(...value.subarray(0, 1_000))
  return typeof value === 'number' && Number.isNaN(value) ? Infinity : value
}

const NUMBER = /^-?[0-9]+(\.[0-9]+)?([eE][+-]?[0-9]+)?$/

function isExactNumber(key: Key): boolean {
  if (typeof key === 'string') return NUMBER.test(key)
  return (
    typeof key !== 'bigint' || (key <= Number.MAX_SAFE_INTEGER && key >= -Number.MAX_SAFE_INTEGER)
  )
}

function comparison(keys: ReadKeys['keys'], sign: number): Compare {
  if (keys instanceof Float64Array) {
    return (a, b) => {
      const [left, right] = [keys[a] ?? 0, keys[b] ?? 0]
      return left < right ? -sign : left > right ? sign : 0
    }
  }
  return (a, b) => {
    const [left, right] = [keys[a] ?? '', keys[b] ?? '']
    return left < right ? -sign : left > right ? sign : 0
  }
}

/** Merges sorted runs of `STEP_ROWS`, two and two, until one is left. */
function* mergeRuns(runs: Uint32Array, compare: Compare): Generator<undefined, Uint32Array> {
  let [from, to]: [Uint32Array, Uint32Array] = [runs, new Uint32Array(runs.length)]
  for (let width = STEP_ROWS; width < runs.length; width *= 2) {
    for (let start = 0; start < runs.length; start += 2 * width) {
      yield* mergeTwo(from, to, { start, middle: start + width, end: start + 2 * width }, compare)
    }
    ;[from, to] = [to, from]
  }
  return from
}

function* mergeTwo(
  from: Uint32Array,
  to: Uint32Array,
  pair: { readonly start: number; readonly middle: number; readonly end: number },
  compare: Compare,
): Generator<undefined, void> {
  const end = Math.min(pair.end, from.length)
  const middle = Math.min(pair.middle, end)
  let [left, right] = [pair.start, middle]
  for (let place = pair.start; place < end; place++) {
    if (place % STEP_ROWS === 0) yield
    const [a, b] = [from[left] ?? 0, from[right] ?? 0]
    const takesLeft = left < middle && (right >= end || compare(a, b) <= 0)
    to[place] = takesLeft ? a : b
    if (takesLeft) left++
    else right++
  }
}
