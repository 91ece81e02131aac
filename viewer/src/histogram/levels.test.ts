import { expect, test } from 'vitest'

import { severityOf } from './levels'

test.each([
  ['FATAL', 'fatal'],
  ['critical', 'fatal'],
  ['Error', 'error'],
  ['err', 'error'],
  ['WARNING', 'warn'],
  ['notice', 'info'],
  [' trace ', 'debug'],
  ['information desk', null],
  ['', null],
])('%j is %s', (value, severity) => {
  expect(severityOf(value)).toBe(severity)
})
