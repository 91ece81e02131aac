import { describe, expect, it } from 'vitest'

import { field } from '../testing/tables'
import { filter, question } from '../testing/questions'
import { type ViewLocation, parseFragment, renderFragment } from './fragment'
import type { FilterOperator } from './question'

const EXAMPLE: ViewLocation = {
  view: 'builder',
  zone: 'utc',
  question: question({
    filters: [
      filter(field('servicename'), 'eq', 'iam-admin'),
      filter(field('data', '$.level'), 'ne', 'DEBUG', false),
    ],
    stackedBy: field('data', '$.level'),
    columns: [field('createdtimestamp'), field('data', '$.message')],
    sort: { column: field('servicename'), descending: true },
  }),
}

describe('renderFragment', () => {
  it.each<[ViewLocation, string]>([
    [
      EXAMPLE,
      't=events&from=now-24h&to=now&late=1h&f=servicename~eq~%22iam-admin%22&f=!data:$.level~ne~%22DEBUG%22' +
        '&by=data:$.level&cols=createdtimestamp,data:$.message&sort=servicename~desc&tz=utc',
    ],
    [{ view: 'builder', question: null, zone: 'local' }, 'tz=local'],
    [
      { view: 'sql', sql: "SELECT 'a & b'\n", queryId: 'q-1', zone: 'utc' },
      "sql=SELECT%20'a%20%26%20b'%0A&id=q-1&tz=utc",
    ],
    [{ view: 'history', zone: 'utc' }, 'view=history&tz=utc'],
  ])('writes what people can read', async (location, fragment) => {
    expect(await renderFragment(location)).toBe(fragment)
    expect(await parseFragment(`#${fragment}`)).toEqual(location)
  })

  it('compresses above 2 KB', async () => {
    const sql = 'SELECT 1 UNION ALL\n'.repeat(500)
    const fragment = await renderFragment({ view: 'sql', sql, queryId: null, zone: 'utc' })
    expect(fragment).toMatch(/^z=[\w-]{20,2000}$/)
    expect(await parseFragment(fragment)).toMatchObject({ sql })
  })
})

describe('parseFragment', () => {
  it.each([
    ['', { view: 'builder', question: null, zone: 'local' }],
    ['t=events', { question: question() }],
    ['t=events&late=all', { question: question({ lateMinutes: null }) }],
    ['t=events&late=90m', { question: question({ lateMinutes: 90 }) }],
    ['t=events&late=soon', { question: question() }],
    ['t=events&tz=mars&unknown=1&&=&%&a=%E0%A4%A', { question: question(), zone: 'local' }],
    ['t=events&f=a&f=a~eq&f=a~eq~x&f=a~is~"x"&f=~eq~"x"&f=a~eq~5', { question: question() }],
    ['t=events&f=a~eq~"x"', { question: question({ filters: [filter(field('a'), 'eq', 'x')] }) }],
    ['t=events&sort=a~up&by=&cols=', { question: question({ columns: [] }) }],
    ['sql=SELECT 1&id=<script>', { view: 'sql', sql: 'SELECT 1', queryId: null }],
    ['z=!!!', { view: 'builder', question: null }],
    ['z=AAAA', { view: 'builder', question: null }],
    ['z=', { view: 'builder', question: null }],
  ])('reads %j', async (fragment, location) => {
    expect(await parseFragment(fragment, 'local')).toMatchObject(location)
  })

  it('does not unpack a bomb', async () => {
    const sql = ' '.repeat(3_000_000)
    const bomb = await renderFragment({ view: 'sql', sql, queryId: null, zone: 'utc' })
    expect(bomb.length).toBeLessThan(20_000)
    expect(await parseFragment(bomb)).toMatchObject({ view: 'builder', question: null })
  })

  it('reads back what renderFragment writes, for any text', async () => {
    const random = randomNumbers(1)
    for (let round = 0; round < 400; round++) {
      const location = randomLocation(random)
      const fragment = await renderFragment(location)
      expect(fragment).toMatch(/^[\w\-.~!*'()$,/:?@%&=]*$/)
      expect(await parseFragment(fragment)).toEqual(location)
    }
  })
})

type Random = (below: number) => number

function randomNumbers(seed: number): Random {
  let state = seed
  return (below) => {
    state = (Math.imul(state, 1_103_515_245) + 12_345) >>> 0
    return Math.floor((state / 2 ** 32) * below)
  }
}

const PIECES = [
  'a',
  'Z',
  '0',
  '~',
  ',',
  ':',
  '!',
  '%',
  '&',
  '=',
  '#',
  '+',
  ' ',
  '"',
  "'",
  '\\',
  '\n',
  '\0',
  '?',
  '$',
  '.',
  '[',
  'ü',
  '👋',
  '\u202e',
  'e\u0301',
  '\ufeff',
  '%41',
  '${x}',
]

function randomText(random: Random, least = 0): string {
  return Array.from({ length: least + random(8) }, () => PIECES[random(PIECES.length)]).join('')
}

function randomField(random: Random) {
  return field(randomText(random, 1), random(2) === 0 ? null : randomText(random))
}

function randomLocation(random: Random): ViewLocation {
  const zone = random(2) === 0 ? 'utc' : 'local'
  const times = () => Array.from({ length: random(4) }, () => null)
  if (random(4) === 0) {
    const queryId = random(2) === 0 ? null : `q-${random(100)}`
    return { view: 'sql', sql: randomText(random).repeat(random(2) === 0 ? 1 : 400), queryId, zone }
  }
  const operators: FilterOperator[] = ['eq', 'ne', 'contains', 'excludes', 'lt', 'ge', 'exists']
  const randomFilter = () =>
    filter(
      randomField(random),
      operators[random(7)] ?? 'eq',
      randomText(random) + (random(9) === 0 ? '\ud800' : ''),
      random(2) === 0,
    )
  return {
    view: 'builder',
    zone,
    question: question({
      table: randomText(random, 1),
      from: randomText(random),
      to: randomText(random),
      lateMinutes: [null, 0, 45, 60, 1440][random(5)] ?? null,
      filters: times().map(randomFilter),
      stackedBy: random(2) === 0 ? null : randomField(random),
      columns: random(2) === 0 ? null : times().map(() => randomField(random)),
      sort: random(2) === 0 ? null : { column: randomField(random), descending: random(2) === 0 },
    }),
  }
}
