"""Which texts are one query for the reuse of results, and which are always run."""

import pytest
from local_athena.engine.same_query import is_reusable, is_same_query


@pytest.mark.parametrize(
    ("sql", "other", "is_same"),
    [
        ("SELECT 1", "SELECT 1", True),
        ("SELECT 1", "SELECT  1 ", True),
        ("SELECT a+b", "SELECT a + b", True),
        ("SELECT 1 -- one", "SELECT 1 -- two", True),
        ("SELECT /* x */ 1", "SELECT 1", True),
        ("SELECT 1 FROM a INNER JOIN b ON c", "SELECT 1 FROM a JOIN b ON c", True),
        ("SELECT 1", "select 1", False),
        ("SELECT 1", "SELECT 2", False),
        ("SELECT 'a b'", "SELECT 'a  b'", False),
        ("SELECT '-- a'", "SELECT '-- b'", False),
        ('SELECT "a b"', 'SELECT "a  b"', False),
        ("SELECT ab", "SELECT a b", False),
        ("SELECT 1 FROM a LEFT JOIN b ON c", "SELECT 1 FROM a JOIN b ON c", False),
        (f"SELECT '{'x' * 102_400}'", f"SELECT  '{'x' * 102_400}'", False),
        (f"SELECT '{'x' * 102_400}'", f"SELECT '{'x' * 102_400}'", True),
        (f"SELECT '{'x' * 102_000}'", f"SELECT  '{'x' * 102_000}'", True),
    ],
    ids=lambda value: str(value)[:40],
)
def test_same_query(sql: str, other: str, is_same: bool) -> None:
    assert is_same_query(sql, other) == is_same
    assert is_same_query(other, sql) == is_same


@pytest.mark.parametrize(
    ("sql", "expected"),
    [
        ("SELECT a FROM t", True),
        ("SELECT a FROM t ORDER BY a LIMIT 5", True),
        ("SELECT a FROM t LIMIT 5", False),
        ("SELECT a FROM t FETCH FIRST 5 ROWS ONLY", False),
        ("SELECT a FROM t OFFSET 5", False),
        ("SELECT a FROM (SELECT a FROM t ORDER BY a) LIMIT 5", False),
        ("SELECT a FROM (SELECT a FROM t LIMIT 5) ORDER BY a", False),
        ("SELECT a FROM (SELECT a FROM t ORDER BY a LIMIT 5)", True),
        ("SELECT row_number() OVER (ORDER BY a) FROM t LIMIT 5", False),
        ("SELECT array_agg(a ORDER BY a) FROM t", True),
        ("SELECT a FROM t UNION SELECT b FROM u ORDER BY 1 LIMIT 5", True),
        ("SELECT a FROM t -- LIMIT 5", True),
        ("SELECT 'LIMIT 5 now()'", True),
        ("SELECT rand()", False),
        ("SELECT Shuffle(a) FROM t", False),
        ("SELECT a FROM t WHERE b > now()", False),
        ("SELECT a FROM t TABLESAMPLE BERNOULLI (10)", False),
        ("SELECT 1" + "".join(f" FROM t{n}" for n in range(20)), True),
        ("SELECT 1" + "".join(f" JOIN t{n}" for n in range(21)), False),
        ("SELECT 1)) LIMIT 5", False),
    ],
)
def test_reusable(sql: str, expected: bool) -> None:
    assert is_reusable(sql) == expected
