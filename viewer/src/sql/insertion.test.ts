import { expect, test } from 'vitest'

import { addCondition } from './insertion'
import { readScopes } from './scopes'

test.each([
  ['SELECT 1 FROM a', 'SELECT 1 FROM a\nWHERE t > 1'],
  ['SELECT 1 FROM a -- all\nLIMIT 5', 'SELECT 1 FROM a\nWHERE t > 1 -- all\nLIMIT 5'],
  ['SELECT 1 FROM a GROUP BY x', 'SELECT 1 FROM a\nWHERE t > 1\nGROUP BY x'],
  ['SELECT 1 FROM a;', 'SELECT 1 FROM a\nWHERE t > 1;'],
  ['SELECT 1 FROM a\nGROUP BY x', 'SELECT 1 FROM a\nWHERE t > 1\nGROUP BY x'],
  ['SELECT 1 FROM a WHERE b = 2', 'SELECT 1 FROM a WHERE t > 1\n  AND b = 2'],
  [
    'SELECT 1 FROM a WHERE b OR c ORDER BY d',
    'SELECT 1 FROM a WHERE t > 1\n  AND (b OR c) ORDER BY d',
  ],
  ['SELECT 1 FROM a WHERE (b OR c)', 'SELECT 1 FROM a WHERE t > 1\n  AND (b OR c)'],
  ['SELECT 1 FROM a WHERE b -- x', 'SELECT 1 FROM a WHERE t > 1\n  AND b -- x'],
  ['SELECT 1', 'SELECT 1'],
])('%j', (sql, expected) => {
  const [scope] = readScopes(sql)
  expect(scope && addCondition(sql, scope, 't > 1')).toBe(expected)
})

test('adds to the SELECT inside of another', () => {
  const sql = 'SELECT * FROM (SELECT 1 FROM a) WHERE x'
  const inner = readScopes(sql)[1]
  expect(inner && addCondition(sql, inner, 't')).toBe(
    'SELECT * FROM (SELECT 1 FROM a\nWHERE t) WHERE x',
  )
})
