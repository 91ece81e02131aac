import { expect, test } from 'vitest'

import { HOUR, MINUTE } from '../time/zones'
import { type PartRequest, partStart } from './parts'

const range = { from: 0, to: 24 * HOUR }
const FIRST: PartRequest = {
  ...{ range, end: range.to, lastWidth: null, wantedRows: 500, loadedRows: 0 },
  ...{ counts: null, resolution: 1 },
}

function hoursAsked(request: Partial<PartRequest>): number {
  const whole = { ...FIRST, ...request }
  return (whole.end - partStart(whole)) / HOUR
}

function second(loadedRows: number): Partial<PartRequest> {
  return { end: 23 * HOUR, lastWidth: HOUR, loadedRows, wantedRows: 500 - loadedRows }
}

test.each<[string, Partial<PartRequest>, number]>([
  ['the first part', {}, 1],
  ['a second part for as many rows again', second(250), 1.25],
  ['one for few rows', second(490), 0.25],
  ['one for most rows', second(100), 5],
  ['one after nearly none', second(2), 6],
  ['one after none', second(0), 6],
  ['a third part', { end: 22 * HOUR, lastWidth: HOUR, loadedRows: 400, wantedRows: 100 }, 6],
  ['what is left', { end: 30 * MINUTE, lastWidth: HOUR, loadedRows: 0 }, 0.5],
])('%s', (_, request, hours) => {
  expect(hoursAsked(request)).toBe(hours)
})
