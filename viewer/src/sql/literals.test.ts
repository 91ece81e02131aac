import { describe, expect, it, test } from 'vitest'

import type { Parameter } from '../api/documents'
import { inlineParameters, renderLiteral } from './literals'

describe('a value as a literal', () => {
  it.each<[Parameter, string]>([
    [null, 'NULL'],
    [true, 'TRUE'],
    [1764288000000, '1764288000000'],
    [-1, '(-1)'],
    [1.5, '1.5E0'],
    [-1e300, '(-1E300)'],
    ["o'brien", "'o''brien'"],
    ['', "''"],
    [{ type: 'bigint', value: '9007199254740993' }, '9007199254740993'],
    [{ type: 'bigint', value: '-9223372036854775808' }, "BIGINT '-9223372036854775808'"],
    [{ type: 'double', value: '-1.5e3' }, '(-1.5E3)'],
    [{ type: 'double', value: 'NaN' }, 'nan()'],
    [{ type: 'real', value: '1' }, 'CAST(1E0 AS REAL)'],
    [{ type: 'Boolean', value: 'false' }, 'FALSE'],
    [{ type: 'varchar', value: "a'b" }, "'a''b'"],
    [{ type: 'varchar(3)', value: "a'b" }, "CAST('a''b' AS VARCHAR(3))"],
    [{ type: 'decimal(5,2)', value: '1.50' }, "CAST(DECIMAL '1.50' AS DECIMAL(5,2))"],
    [{ type: 'decimal', value: '1.50' }, "DECIMAL '1.50'"],
    [{ type: 'timestamp', value: '2026-11-28 10:00:00' }, "TIMESTAMP '2026-11-28 10:00:00'"],
    [
      { type: 'timestamp with time zone', value: '2026-11-28 10:00 UTC' },
      "TIMESTAMP '2026-11-28 10:00 UTC'",
    ],
    [{ type: 'date', value: '2026-11-28' }, "DATE '2026-11-28'"],
  ])('%j', (value, literal) => {
    expect(renderLiteral(value)).toBe(literal)
  })
})

describe('parameters within a statement', () => {
  test.each<[string, Parameter[], string]>([
    ['SELECT ?, ?', [1, 'a'], "SELECT 1, 'a'"],
    ['SELECT \'?\', "?", ? -- ?', ['?'], "SELECT '?', \"?\", '?' -- ?"],
    ['SELECT ?', ['$&'], "SELECT '$&'"],
    ['SELECT ?, ?', [1], 'SELECT 1, ?'],
    ['SELECT 1', [], 'SELECT 1'],
  ])('%s', (query, parameters, inlined) => {
    expect(inlineParameters({ query, parameters })).toBe(inlined)
  })
})
