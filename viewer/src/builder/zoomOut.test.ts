import { expect, test } from 'vitest'

import { zoomedOut } from './zoomOut'

test.each([
  ['in the past', { from: 100, to: 200 }, 1000, { from: 50, to: 250 }],
  ['up to now', { from: 900, to: 1000 }, 1000, { from: 800, to: 1000 }],
  ['close to now', { from: 880, to: 980 }, 1000, { from: 800, to: 1000 }],
  ['in the future already', { from: 1000, to: 1100 }, 1000, { from: 900, to: 1100 }],
  ['of an odd width', { from: 100, to: 103 }, 1000, { from: 99, to: 105 }],
])('a range %s', (_name, range, now, wider) => {
  expect(zoomedOut(range, now)).toEqual(wider)
})
