import { describe, expect, test } from 'vitest'

import { commandOf, KEY_GROUPS } from './keys'

function press(
  key: string,
  modifiers: { ctrlKey?: boolean; metaKey?: boolean; altKey?: boolean } = {},
) {
  return { key, ctrlKey: false, metaKey: false, altKey: false, ...modifiers }
}

const PAGE = { inInput: false, singleKeys: true }
const INPUT = { inInput: true, singleKeys: true }
const SWITCHED_OFF = { inInput: false, singleKeys: false }

describe('commandOf', () => {
  test.each([
    ['Ctrl+Enter anywhere', press('Enter', { ctrlKey: true }), INPUT, 'run'],
    ['Cmd+Enter on a Mac', press('Enter', { metaKey: true }), PAGE, 'run'],
    ['Escape in an input', press('Escape'), INPUT, 'stop'],
    ['a single key', press('j'), PAGE, 'nextRow'],
    ['both kinds of minus', press('−'), PAGE, 'filterOut'],
    ['Enter alone', press('Enter'), PAGE, 'openRecord'],
    ['a single key in an input', press('j'), INPUT, null],
    ['a single key that is switched off', press('j'), SWITCHED_OFF, null],
    ['Escape although single keys are off', press('Escape'), SWITCHED_OFF, 'stop'],
    ['Ctrl+F outside of inputs', press('f', { ctrlKey: true }), SWITCHED_OFF, 'find'],
    ['Cmd+F with caps lock', press('F', { metaKey: true }), PAGE, 'find'],
    ["the browser's own Ctrl+F", press('f', { ctrlKey: true }), INPUT, null],
    ["the browser's own Ctrl+U", press('u', { ctrlKey: true }), PAGE, null],
    ['a key with Alt', press('j', { altKey: true }), PAGE, null],
    ['a key without a command', press('x'), PAGE, null],
    ['Home, which belongs to the grid', press('Home'), PAGE, null],
  ])('%s', (_name, key, situation, command) => {
    expect(commandOf(key, situation)).toBe(command)
  })
})

test('no key has two commands', () => {
  const keys = KEY_GROUPS.flatMap(({ bindings }) =>
    bindings.filter(({ command }) => command !== null).flatMap(({ keys }) => keys),
  )
  expect(new Set(keys).size).toBe(keys.length)
})
