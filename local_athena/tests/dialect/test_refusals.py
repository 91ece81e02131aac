"""What is refused: other grammar, other statements, and every way out of the sandbox."""

import logging

import pytest
from local_athena.backends.duckdb import dialect
from local_athena.errors import MalformedQuery, StatementFailure

from tests.dialect.running import CATALOG
from tests.work import at_most_calls

MOST_CALLS = 2_000_000
_MALFORMED = [
    "",
    "-- nothing",
    "SELEC 1",
    "SELECT",
    "SELECT 1,",
    "SELECT (1",
    "SELECT 'a",
    "SELECT 1; SELECT 2",
    "SELECT 1::varchar",
    "SELECT 'a' ILIKE 'A'",
    "SELECT * EXCLUDE (dt) FROM events_v0",
    "SELECT * EXCEPT (dt) FROM events_v0",
    "SELECT dt, FROM events_v0",
    "SELECT 1 LIMIT 1 OFFSET 1",
    "FROM events_v0 SELECT 1",
    "SELECT 1 QUALIFY rank() OVER (ORDER BY 1) = 1",
    "SELECT `dt` FROM events_v0",
    "SELECT * FROM events_v0 USING SAMPLE 10",
    "SELECT * FROM 'events.csv'",
    "SELECT 1 == 1",
    "SELECT 1 AS 'x'",
]


@pytest.mark.parametrize("sql", _MALFORMED)
def test_text_outside_athenas_grammar_is_malformed(sql: str) -> None:
    with pytest.raises(MalformedQuery):
        dialect.translate(sql, CATALOG, "data_hist")


def test_malformed_text_is_told_where() -> None:
    with pytest.raises(MalformedQuery) as raised:
        dialect.translate("\n SELEC 1", CATALOG, "data_hist")

    assert str(raised.value).startswith("line 2:2: mismatched input 'SELEC'. Expecting: ")


@pytest.mark.parametrize(
    ("sql", "name"),
    [
        ("SHOW TABLES", "NOT_SUPPORTED"),
        ("/* x */ drop table events_v0", "NOT_SUPPORTED"),
        ("EXPLAIN SHOW TABLES", "NOT_SUPPORTED"),
        ("UNLOAD (SELECT 1) TO 's3://b/' WITH (format = 'PARQUET')", "NOT_SUPPORTED"),
        ("CREATE TABLE t AS SELECT 1", "NOT_SUPPORTED"),
        ("SET TimeZone = 'UTC'", "NOT_SUPPORTED"),
        ("SELECT * FROM read_csv('/etc/passwd')", "NOT_SUPPORTED"),
        ("SELECT * FROM TABLE(sequence(1, 2))", "NOT_SUPPORTED"),
        ("SELECT getenv('HOME')", "FUNCTION_NOT_FOUND"),
        ("SELECT read_text('/etc/passwd')", "FUNCTION_NOT_FOUND"),
        ("SELECT list_sum(ARRAY[1])", "FUNCTION_NOT_FOUND"),
        ("SELECT strftime(now(), '%Y')", "FUNCTION_NOT_FOUND"),
        ("SELECT epoch_ms(1)", "FUNCTION_NOT_FOUND"),
        ("SELECT athena_fail('x')", "FUNCTION_NOT_FOUND"),
        ('SELECT * FROM "/etc/passwd.csv"', "TABLE_NOT_FOUND"),
        ("SELECT * FROM scan_0", "TABLE_NOT_FOUND"),
        ("SELECT * FROM duckdb_settings", "TABLE_NOT_FOUND"),
        ("SELECT * FROM information_schema.duckdb_settings", "TABLE_NOT_FOUND"),
        ("SELECT ?", "INVALID_PARAMETER_USAGE"),
        ("SELECT customerid = 'a' FROM events_v0", "TYPE_MISMATCH"),
        ("SELECT concat(1, 'a')", "FUNCTION_NOT_FOUND"),
        ("SELECT bing_tile_at(1, 2, 3)", "NOT_SUPPORTED"),
        ("SELECT * FROM events_v0 FOR TIMESTAMP AS OF now()", "NOT_SUPPORTED"),
        ("SELECT * FROM (VALUES 1) AS t(a) NATURAL JOIN (VALUES 1) AS u(a)", "NOT_SUPPORTED"),
    ],
)
def test_statement_that_cannot_run_fails_with_a_name(sql: str, name: str) -> None:
    with pytest.raises(StatementFailure) as raised:
        dialect.translate(sql, CATALOG, "data_hist")

    assert raised.value.name == name


@pytest.mark.parametrize(
    "sql",
    [
        "SELECT " + "date(" * 24 + "dt" + ")" * 24,
        "SELECT " + "(" * 5000 + "1" + ")" * 5000,
        "SELECT " + "NOT " * 20000 + "true",
        "SELECT 1 FROM " + "t x(a) JOIN " * 20 + "t",
        "SELECT " + "a." * 20000 + "a",
    ],
    ids=["functions", "parentheses", "prefixes", "joins", "dots"],
)
def test_hostile_text_is_answered_at_a_bounded_cost(sql: str) -> None:
    with at_most_calls(MOST_CALLS), pytest.raises((MalformedQuery, StatementFailure)):
        dialect.translate(sql, CATALOG, "data_hist")


@pytest.mark.parametrize("opening", ["ARRAY[", "ROW("])
def test_deeply_nested_values_are_read_at_a_bounded_cost(opening: str) -> None:
    closing = "]" if opening.endswith("[") else ")"

    with at_most_calls(MOST_CALLS):
        dialect.translate("SELECT " + opening * 24 + "1" + closing * 24, CATALOG, "data_hist")


def test_sql_is_never_logged(caplog: pytest.LogCaptureFixture) -> None:
    with caplog.at_level(logging.DEBUG), pytest.raises(MalformedQuery):
        dialect.translate("SELECT 'secret' FROM (x", CATALOG, "data_hist")

    assert "secret" not in caplog.text
