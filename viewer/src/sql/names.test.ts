import { describe, expect, it } from 'vitest'

import { renderName } from './names'

describe('names', () => {
  it.each([
    ['service', 'service'],
    ['Service_2', 'Service_2'],
    ['order', '"order"'],
    ['Table', '"Table"'],
    ['time', 'time'],
    ['a b', '"a b"'],
    ['2a', '"2a"'],
    ['a"b', '"a""b"'],
    ['größe', '"größe"'],
    ['', '""'],
  ])('%s', (name, sql) => {
    expect(renderName(name)).toBe(sql)
  })
})
