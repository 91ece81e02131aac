import { expect, test } from 'vitest'

import { placeBeside } from './placement'

const PAGE = { width: 400, height: 600 }
const SIZE = { width: 200, height: 100 }

test.each([
  ['below', { left: 50, top: 20 }, { left: 50, top: 52 }],
  ['left of the right edge', { left: 350, top: 20 }, { left: 192, top: 52 }],
  ['above, at the bottom', { left: 50, top: 560 }, { left: 50, top: 456 }],
  ['right of the left edge', { left: -30, top: 20 }, { left: 8, top: 52 }],
])('places a popover %s', (_name, corner, placed) => {
  expect(placeBeside({ ...corner, width: 60, height: 28 }, SIZE, PAGE)).toEqual(placed)
})

test('keeps the top of a popover that is higher than the page in sight', () => {
  const placed = placeBeside(
    { left: 0, top: 300, width: 60, height: 28 },
    { width: 200, height: 900 },
    PAGE,
  )
  expect(placed.top).toBe(8)
})
