import { describe, expect, it } from 'vitest'

import { functions, keywords } from './dialect'

describe('the words of the dialect', () => {
  it('are those that the service allows', () => {
    expect(functions).toContain('json_extract_scalar')
    expect(functions.filter((name) => !/^[a-z0-9_]+$/.test(name))).toEqual([])
    expect(keywords).not.toContain('insert')
  })

  it('are each of one kind', () => {
    expect(new Set([...functions, ...keywords]).size).toBe(functions.length + keywords.length)
  })
})
