import { afterEach, describe, expect, it } from 'vitest'

import { type Edge, parseMoment } from './expressions'
import type { Zone } from './zones'

const TIME_ZONE = process.env.TZ

afterEach(() => {
  process.env.TZ = TIME_ZONE
})

function read(
  text: string,
  edge: Edge = 'from',
  zone: Zone = 'utc',
  now = '2026-11-20T14:39:35.882Z',
) {
  const reading = parseMoment(text, edge, { now: Date.parse(now), zone })
  return 'error' in reading ? reading.error : new Date(reading.instant).toISOString()
}

describe('parseMoment', () => {
  it.each([
    ['now', '2026-11-20T14:39:35.882Z'],
    [' now-15m ', '2026-11-20T14:24:35.882Z'],
    ['now-24h', '2026-11-19T14:39:35.882Z'],
    ['now+90s', '2026-11-20T14:41:05.882Z'],
    ['now-1w', '2026-11-13T14:39:35.882Z'],
    ['now-1M', '2026-10-20T14:39:35.882Z'],
    ['now-9M', '2026-02-20T14:39:35.882Z'],
    ['now-1y', '2025-11-20T14:39:35.882Z'],
    ['now-1d-2h', '2026-11-19T12:39:35.882Z'],
    ['now/s', '2026-11-20T14:39:35.000Z'],
    ['now/m', '2026-11-20T14:39:00.000Z'],
    ['now/h', '2026-11-20T14:00:00.000Z'],
    ['now-2d/d', '2026-11-18T00:00:00.000Z'],
    ['now/d-6h', '2026-11-19T18:00:00.000Z'],
    ['now/w', '2026-11-16T00:00:00.000Z'],
    ['now/M', '2026-11-01T00:00:00.000Z'],
    ['now/y', '2026-01-01T00:00:00.000Z'],
    ['2026-11-20', '2026-11-20T00:00:00.000Z'],
    ['2026-11-20 10:00', '2026-11-20T10:00:00.000Z'],
    ['2026-11-20T10:00:00Z', '2026-11-20T10:00:00.000Z'],
    ['2026-11-20t10:00:00.5z', '2026-11-20T10:00:00.500Z'],
    ['2026-11-20T10:00:00,123456789+01:00', '2026-11-20T09:00:00.123Z'],
    ['2026-11-20T10:00-0330', '2026-11-20T13:30:00.000Z'],
    ['2026-11-20T10:00 +02', '2026-11-20T08:00:00.000Z'],
    ['0001-01-01', '0001-01-01T00:00:00.000Z'],
    ['2024-02-29', '2024-02-29T00:00:00.000Z'],
    ['1795158000', '2026-11-20T07:00:00.000Z'],
    ['1795158000.25', '2026-11-20T07:00:00.250Z'],
    ['1795158000123', '2026-11-20T07:00:00.123Z'],
    ['1795158000123456', '2026-11-20T07:00:00.123Z'],
    ['1795158000123456789', '2026-11-20T07:00:00.123Z'],
    ['-1', '1969-12-31T23:59:59.000Z'],
  ])('reads %j', (text, instant) => {
    expect(read(text)).toBe(instant)
  })

  it.each([
    ['now-1d/d', '2026-11-20T00:00:00.000Z'],
    ['now/d', '2026-11-21T00:00:00.000Z'],
    ['now/w', '2026-11-23T00:00:00.000Z'],
    ['now/M', '2026-12-01T00:00:00.000Z'],
    ['2026-11-20', '2026-11-21T00:00:00.000Z'],
    ['2026-12-31', '2027-01-01T00:00:00.000Z'],
    ['2026-11-20 10:00', '2026-11-20T10:00:00.000Z'],
    ['now', '2026-11-20T14:39:35.882Z'],
  ])('takes in the whole of %j as the end', (text, instant) => {
    expect(read(text, 'to')).toBe(instant)
  })

  it.each([
    ['Europe/Berlin', '2026-10-25T12:00:00Z', 'now/d', '2026-10-24T22:00:00.000Z'],
    ['Europe/Berlin', '2026-10-25T12:00:00Z', 'now-1d', '2026-10-24T11:00:00.000Z'],
    ['Europe/Berlin', '2026-10-25T12:00:00Z', 'now-24h', '2026-10-24T12:00:00.000Z'],
    ['Europe/Berlin', '2026-10-25T01:30:00Z', 'now/h', '2026-10-25T01:00:00.000Z'],
    ['Europe/Berlin', '2026-03-29T12:00:00Z', 'now-1d/d', '2026-03-27T23:00:00.000Z'],
    ['Europe/Berlin', '2026-03-30T12:00:00Z', '2026-03-29 02:30', '2026-03-29T01:30:00.000Z'],
    ['Europe/Berlin', '2026-10-26T12:00:00Z', '2026-10-25 02:30', '2026-10-25T00:30:00.000Z'],
    ['Europe/Berlin', '2026-11-20T12:00:00Z', '2026-11-20', '2026-11-19T23:00:00.000Z'],
    ['Asia/Kolkata', '2026-11-20T12:10:00Z', 'now/h', '2026-11-20T11:30:00.000Z'],
    ['Asia/Kathmandu', '2026-11-20T12:10:00Z', 'now/d', '2026-11-19T18:15:00.000Z'],
    ['America/Sao_Paulo', '2018-11-04T15:00:00Z', 'now/d', '2018-11-04T03:00:00.000Z'],
    ['America/New_York', '2026-03-31T15:00:00Z', 'now-1M', '2026-02-28T16:00:00.000Z'],
  ])('reads clocks in %s at %s: %j', (timeZone, now, text, instant) => {
    process.env.TZ = timeZone
    expect(read(text, 'from', 'local', now)).toBe(instant)
  })

  it('ends a day of 25 hours after 25 hours', () => {
    process.env.TZ = 'Europe/Berlin'
    expect(read('2026-10-25', 'to', 'local')).toBe('2026-10-25T23:00:00.000Z')
    expect(read('2026-10-25', 'from', 'local')).toBe('2026-10-24T22:00:00.000Z')
  })

  it.each([
    ['', /^Write a time such as now-24h/],
    ['now-24', /“-24” cannot follow “now”/],
    ['now-5x', /“x” is not a unit\. Units are s, m, h, d, w, M and y\./],
    ['now-5min', /“min” is not a unit/],
    ['now/D', /“D” is not a unit/],
    ['nowadays', /“nowadays” is not a time/],
    ['yesterday', /“yesterday” is not a time\. Write a time such as/],
    ['2026-02-30', /does not exist/],
    ['2026-13-01', /does not exist/],
    ['2026-11-20 24:00', /does not exist/],
    ['2026-11-20 10:60', /does not exist/],
    ['20.11.2026', /is not a time/],
    ['now-3000y', /outside the years 1 to 9999/],
    ['99999999999999999999999999', /outside the years 1 to 9999/],
  ])('says what is wrong with %j', (text, error) => {
    expect(read(text)).toMatch(error)
  })
})
