import { describe, expect, it } from 'vitest'

import type { TimeUnit } from '../api/documents'
import type { Value } from './resultTable'
import { cellText, momentOf } from './valueText'

const MOMENT = Date.parse('2026-11-20T10:00:00.123Z')

describe('momentOf', () => {
  it.each<[TimeUnit, Value, number | null]>([
    ['ms', 1795168800123n, MOMENT],
    ['ms', '1795168800123', MOMENT],
    ['ms', 1795168800123.4, MOMENT],
    ['s', 1795168800n, MOMENT - 123],
    ['s', 1795168800, MOMENT - 123],
    ['us', 1795168800123999n, MOMENT],
    ['ns', 1795168800123999999n, MOMENT],
    ['ns', -1n, -1],
    ['timestamp', 1795168800123456n, MOMENT],
    ['timestamp', -1n, -1],
    ['timestamp', '2026-11-20 10:00:00.123456789', MOMENT],
    ['iso8601', '2026-11-20T10:00:00.123Z', MOMENT],
    ['iso8601', '2026-11-20T10:00:00.123', MOMENT],
    ['iso8601', '2026-11-20T11:00:00.123+01:00', MOMENT],
    ['day', '2026-11-20', MOMENT - 36_000_123],
    ['ms', null, null],
    ['ms', 'soon', null],
    ['ms', NaN, null],
    ['iso8601', 'soon', null],
    ['iso8601', 5, null],
  ])('in %s of %s', (unit, value, moment) => {
    expect(momentOf(value, unit)).toBe(moment)
  })
})

describe('cellText', () => {
  it.each<[Value, string, TimeUnit | null, string]>([
    [1795168800123n, 'bigint', 'ms', '2026-11-20 10:00:00.123'],
    [1795168800123n, 'bigint', null, '1795168800123'],
    ['2026-11-20', 'varchar', 'day', '2026-11-20'],
    ['soon', 'varchar', 'iso8601', 'soon'],
    [null, 'bigint', 'ms', ''],
  ])('of %s, %s, %s', (value, type, unit, text) => {
    expect(cellText(value, type, unit, 'utc')).toBe(text)
  })
})
