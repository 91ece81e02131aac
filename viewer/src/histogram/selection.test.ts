import { describe, expect, test } from 'vitest'

import { moveSelection, selectedBars } from './selection'

const plain = (key: string) => ({ key, shiftKey: false })
const shift = (key: string) => ({ key, shiftKey: true })

describe('moveSelection', () => {
  test.each([
    ['starts at the left', null, plain('ArrowRight'), { cursor: 0, anchor: null }],
    ['starts at the right', null, plain('ArrowLeft'), { cursor: 9, anchor: null }],
    [
      'stops at the end',
      { cursor: 9, anchor: null },
      plain('ArrowRight'),
      { cursor: 9, anchor: null },
    ],
    [
      'stops at the start',
      { cursor: 0, anchor: null },
      plain('ArrowLeft'),
      { cursor: 0, anchor: null },
    ],
    ['jumps', { cursor: 4, anchor: null }, plain('End'), { cursor: 9, anchor: null }],
    [
      'drops the selection',
      { cursor: 4, anchor: 2 },
      plain('ArrowLeft'),
      { cursor: 3, anchor: null },
    ],
    ['selects', { cursor: 4, anchor: null }, shift('ArrowRight'), { cursor: 5, anchor: 4 }],
    ['selects on', { cursor: 5, anchor: 4 }, shift('ArrowRight'), { cursor: 6, anchor: 4 }],
    ['selects to the start', { cursor: 5, anchor: null }, shift('Home'), { cursor: 0, anchor: 5 }],
    ['selects from nothing', null, shift('ArrowRight'), { cursor: 0, anchor: 0 }],
    ['leaves other keys', { cursor: 5, anchor: 4 }, plain('a'), null],
  ])('%s', (_name, selection, key, moved) => {
    expect(moveSelection(selection, key, 10)).toEqual(moved)
  })

  test('has nowhere to go without bars', () => {
    expect(moveSelection(null, plain('ArrowRight'), 0)).toBeNull()
  })
})

test('selected bars are in order', () => {
  expect(selectedBars({ cursor: 2, anchor: 5 })).toEqual([2, 5])
  expect(selectedBars({ cursor: 5, anchor: 2 })).toEqual([2, 5])
  expect(selectedBars({ cursor: 5, anchor: null })).toEqual([5, 5])
})
