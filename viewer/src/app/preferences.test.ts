import { describe, expect, test } from 'vitest'

import { createPreferences, parsePreferences } from './preferences'

describe('parsePreferences', () => {
  test.each([
    null,
    '',
    '{',
    '[]',
    'null',
    '7',
    '{"theme": "pink", "singleKeys": "no", "draft": 7}',
  ])('gives the defaults for %j', (text) => {
    expect(parsePreferences(text)).toEqual(parsePreferences('{}'))
  })

  test('keeps what it knows', () => {
    const text = '{"theme": "dark", "zone": "local", "singleKeys": false, "more": 1}'
    expect(parsePreferences(text)).toEqual({
      ...parsePreferences('{}'),
      theme: 'dark',
      zone: 'local',
      singleKeys: false,
    })
  })
})

test('a new visit sees what the last one stored', () => {
  const stored = new Map<string, string>()
  const storage = {
    getItem: (key: string) => stored.get(key) ?? null,
    setItem: (key: string, value: string) => void stored.set(key, value),
  }
  createPreferences(storage).update((old) => ({ ...old, draft: 'SELECT 1' }))
  expect(createPreferences(storage).get().draft).toBe('SELECT 1')
})

test('a storage that refuses loses nothing but its memory', () => {
  const refuse = () => {
    throw new Error('refused')
  }
  const preferences = createPreferences({ getItem: refuse, setItem: refuse })
  preferences.update((old) => ({ ...old, theme: 'dark' }))
  expect(preferences.get().theme).toBe('dark')
})
