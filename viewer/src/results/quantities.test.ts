import { expect, test } from 'vitest'

import { bytesText, countText, moneyText } from './quantities'

test.each([
  [0, '0 bytes'],
  [1, '1 byte'],
  [999, '999 bytes'],
  [1000, '1 kB'],
  [1093543, '1.1 MB'],
  [9960000, '10 MB'],
  [294700, '295 kB'],
  [999600, '1 MB'],
  [40_300_000_000, '40 GB'],
  [1.5e18, '1,500 PB'],
])('%d bytes are %s', (bytes, text) => {
  expect(bytesText(bytes)).toBe(text)
})

test.each([
  [0, '$0'],
  [0.000001, 'less than $0.00001'],
  [0.00004768, '$0.00005'],
  [0.0001, '$0.0001'],
  [0.0521, '$0.05'],
  [0.2, '$0.20'],
  [0.996, '$1.00'],
  [12.3456, '$12.35'],
  [1234.5, '$1,234.50'],
])('%d dollars are %s', (usd, text) => {
  expect(moneyText(usd)).toBe(text)
})

test('large counts are grouped', () => {
  expect(countText(12840)).toBe('12,840')
  expect(countText(9007199254740993n)).toBe('9,007,199,254,740,993')
})
