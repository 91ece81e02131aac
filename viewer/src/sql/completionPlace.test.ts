import { describe, expect, it } from 'vitest'

import { placeAt, type Place } from './completionPlace'

/** The place at the bar in a text, with what it would replace. */
function at(marked: string): string {
  const position = marked.indexOf('|')
  const sql = marked.replace('|', '')
  return describePlace(sql, placeAt(sql, position))
}

function describePlace(sql: string, place: Place): string {
  if (place.kind === 'nothing') return 'nothing'
  const replaced = `${place.kind} <${sql.slice(place.from, place.to)}>`
  switch (place.kind) {
    case 'table':
      return replaced
    case 'name':
      return `${replaced} of ${place.tables.map(({ table }) => table).join()}`
    case 'member':
      return `${replaced} of ${place.qualifier}`
    case 'path':
      return `${replaced} in ${String(place.column)}`
    case 'value':
      return `${replaced} of ${place.operand.column} ${String(place.operand.path)}`
  }
}

describe('what can be written', () => {
  it.each([
    ['|', 'name <> of '],
    ['SEL|', 'name <SEL> of '],
    ['SELECT se| FROM events', 'name <se> of events'],
    ['SELECT | FROM events', 'name <> of events'],
    ['SELECT se|rv FROM events', 'name <serv> of events'],
    ['SELECT e.| FROM events e', 'member <> of e'],
    ['SELECT e.se| FROM events e', 'member <se> of e'],
    ['SELECT "E".s| FROM events "E"', 'member <s> of e'],
    ['SELECT * FROM |', 'table <>'],
    ['SELECT * FROM ev|', 'table <ev>'],
    ['SELECT * FROM a JOIN |', 'table <>'],
    ['SELECT * FROM a, |', 'table <>'],
    ['SELECT a, | FROM b', 'name <> of b'],
    ['SELECT * FROM a WHERE b IN (1, |', 'name <> of a'],
    ['SELECT * FROM a ORDER BY b, |', 'name <> of a'],
    ['SELECT extract(year FROM |) FROM a', 'name <> of a'],
    ['SELECT * FROM a WHERE b IS DISTINCT FROM |', 'name <> of a'],
    ['SELECT * FROM (SELECT * FROM |', 'table <>'],
    ['SELECT 1 -- a|', 'nothing'],
    ['SELECT 1 /* a|b */', 'nothing'],
    ['SELECT 12|', 'nothing'],
    ["SELECT 'a|b'", 'nothing'],
    ["SELECT 'ab'|", 'name <> of '],
    ["SELECT json_extract_scalar(data, '$.|", 'path <$.> in data'],
    ["SELECT json_extract_scalar(data, '$.l|') FROM events", 'path <$.l> in data'],
    ["SELECT json_extract_scalar(data, '$.l|ev') FROM events", 'path <$.lev> in data'],
    ["SELECT json_extract_scalar(e.data, '|') FROM events e", 'path <> in data'],
    ["SELECT json_extract(json_parse(x), '$.|')", 'path <$.> in null'],
    ["SELECT f(x, '|')", 'nothing'],
    ["SELECT * FROM events WHERE service = '|'", 'value <> of service null'],
    ["SELECT * FROM events WHERE e.service <> 'a|'", 'value <a> of service null'],
    ["SELECT * FROM events WHERE service IN ('a', 'b|')", 'value <b> of service null'],
    ["SELECT * FROM events WHERE service NOT IN ('|", 'value <> of service null'],
    [
      "SELECT * FROM x WHERE json_extract_scalar(data, '$.level') = '|'",
      'value <> of data $.level',
    ],
    ["SELECT upper('|')", 'nothing'],
  ])('%s', (marked, expected) => {
    expect(at(marked)).toBe(expected)
  })
})
