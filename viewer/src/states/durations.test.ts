import { expect, test } from 'vitest'

import { secondsText } from './durations'

test.each([
  [0, '0 s'],
  [59, '59 s'],
  [60, '1 min'],
  [125, '2 min 5 s'],
])('%i seconds are %s', (seconds, text) => {
  expect(secondsText(seconds)).toBe(text)
})
