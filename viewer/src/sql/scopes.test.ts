import { describe, expect, it } from 'vitest'

import { commonTableNames, readScopes, tablesAt } from './scopes'

function tablesOf(sql: string): string[] {
  return readScopes(sql)
    .flatMap((scope) => scope.tables)
    .map(({ table, alias }) => (table === alias ? table : `${table} ${alias}`))
}

describe('the tables that a SELECT reads from', () => {
  it.each([
    ['SELECT 1', []],
    ['SELECT * FROM events', ['events']],
    ['select * from events e where e.a = 1', ['events e']],
    ['SELECT * FROM "Events" AS "E X"', ['events e x']],
    ['SELECT * FROM lake.events e', ['events e']],
    ['SELECT * FROM events WHERE a IS DISTINCT FROM other', ['events']],
    ['SELECT a IS NOT DISTINCT FROM b FROM events', ['events']],
    ['SELECT extract(year FROM created) FROM events', ['events']],
    ["SELECT 'FROM x' FROM events -- FROM y", ['events']],
    ['SELECT * FROM a, b y JOIN c ON a.x = c.x LEFT JOIN d USING (x, z)', ['a', 'b y', 'c', 'd']],
    ['SELECT * FROM events CROSS JOIN UNNEST(xs) AS t (x)', ['events']],
    ['SELECT * FROM (SELECT * FROM events e) AS sub', ['events e']],
    ['SELECT 1 FROM a UNION SELECT 2 FROM b', ['a', 'b']],
    ['SELECT * FROM events TABLESAMPLE BERNOULLI (10)', ['events']],
    ['SELECT t.offset, t. FROM events t', ['events t']],
    ['SELECT * FROM', []],
  ])('%s', (sql, tables) => {
    expect(tablesOf(sql)).toEqual(tables)
  })
})

describe('the tables at a position', () => {
  const sql = 'SELECT a FROM x WHERE a IN (SELECT b FROM y WHERE ) AND '

  it('are those of the SELECT around it, and then of the outer ones', () => {
    expect(tablesAt(sql, sql.indexOf(') AND')).map(({ table }) => table)).toEqual(['y', 'x'])
  })

  it('are not those of a SELECT beside it', () => {
    expect(tablesAt(sql, sql.length).map(({ table }) => table)).toEqual(['x'])
  })

  it('are those of its own side of a UNION', () => {
    expect(tablesAt('SELECT  FROM a UNION SELECT  FROM b', 7)).toEqual([{ table: 'a', alias: 'a' }])
  })
})

describe('the clauses of a SELECT', () => {
  it('end where the next begins, and with the SELECT', () => {
    const sql = 'SELECT a FROM (SELECT b FROM x WHERE c) s WHERE d ORDER BY e;'
    const [outer, inner] = readScopes(sql).map((scope) =>
      scope.clauses.map(({ from, to }) => sql.slice(from, to)),
    )
    expect(outer).toEqual(['FROM (SELECT b FROM x WHERE c) s ', 'WHERE d ', 'ORDER BY e'])
    expect(inner).toEqual(['FROM x ', 'WHERE c'])
  })
})

describe('common table expressions', () => {
  it('are names', () => {
    const sql = 'WITH a AS (SELECT x AS (1) FROM t), "B" AS (SELECT 1) SELECT * FROM a, b'
    expect(commonTableNames(sql)).toEqual(['a', 'b'])
  })
})
