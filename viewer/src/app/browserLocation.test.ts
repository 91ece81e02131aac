import { expect, test } from 'vitest'

import type { ViewLocation } from '../question/fragment'
import { openLocation, type BrowserHistory } from './browserLocation'

interface Entry {
  fragment: string
  state: unknown
}

/** A history of entries, as a browser keeps one. */
function fakeHistory(fragment: string) {
  const entries: Entry[] = [{ fragment, state: null }]
  let place = 0
  let returned: (state: unknown) => void = () => undefined
  const history: BrowserHistory = {
    fragment: () => entries[place]?.fragment ?? '',
    push: (next) => {
      entries.splice(++place, entries.length, { fragment: next, state: null })
    },
    replace: (next, state) => {
      entries[place] = { fragment: next, state: state ?? entries[place]?.state }
    },
    onReturn: (listener) => {
      returned = listener
    },
  }
  const back = () => {
    returned(entries[--place]?.state)
  }
  return { history, entries, back }
}

const codec = {
  parse: (fragment: string): Promise<ViewLocation> =>
    Promise.resolve({ view: 'sql', sql: fragment.slice(1), queryId: null, zone: 'utc' }),
  render: (location: ViewLocation) => Promise.resolve(location.view === 'sql' ? location.sql : ''),
}

function sql(text: string): ViewLocation {
  return { view: 'sql', sql: text, queryId: null, zone: 'utc' }
}

/** Lets the promises that are due run. */
async function settle(): Promise<void> {
  for (let turn = 0; turn < 20; turn++) await Promise.resolve()
}

test('reads the fragment of the page', async () => {
  const { history } = fakeHistory('#first')
  const location = await openLocation(history, codec)
  expect(location.get()).toEqual(sql('first'))
})

test('pushes and replaces entries in the order of the calls', async () => {
  const { history, entries } = fakeHistory('#first')
  const location = await openLocation(history, codec)
  location.push(sql('second'))
  location.push(sql('third'))
  location.replace(sql('third again'))
  expect(location.get()).toEqual(sql('third again'))
  await settle()
  expect(entries.map(({ fragment }) => fragment)).toEqual(['#first', '#second', '#third again'])
})

test('going back gives the location and what was kept with it', async () => {
  const { history, back } = fakeHistory('#first')
  const location = await openLocation(history, codec)
  const seen: unknown[] = []
  location.subscribe(() => seen.push([location.get(), location.returned()]))
  location.keep({ rows: 7 })
  location.push(sql('second'))
  await settle()
  back()
  await settle()
  expect(seen).toEqual([
    [sql('second'), null],
    [sql('first'), { rows: 7 }],
  ])
})

test('what a listener keeps while a location is pushed belongs to the new entry', async () => {
  const { history, entries } = fakeHistory('#first')
  const location = await openLocation(history, codec)
  location.subscribe(() => {
    location.keep({ rows: 7 })
  })
  location.push(sql('second'))
  await settle()
  expect(entries.map(({ state }) => state)).toEqual([null, { rows: 7 }])
})
