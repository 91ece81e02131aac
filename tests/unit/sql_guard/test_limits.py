"""Hostile texts are refused or parsed at a bounded cost, in any thread, without a crash."""

import itertools
import logging
import threading

import pytest

from data_hist.errors import RequestError
from data_hist.sql_guard import parser
from data_hist.sql_guard.guard import Guard
from data_hist.sql_guard.lexer import Source, lex

from .case_files import bounded, outcome

TOO_COMPLEX = {
    "parentheses": "SELECT " + "(" * 31 + "1" + ")" * 31,
    "many parentheses": "SELECT " + "(" * 130_000,
    "sub-selects": "SELECT * FROM " + "(SELECT * FROM " * 31 + "events" + ")" * 31,
    "arrays": "SELECT " + "ARRAY[" * 24 + "1" + "]" * 24,
    "types as functions": "SELECT " + "date(" * 28 + "1" + ")" * 28,
    "rows in arrays": "SELECT " + "ARRAY[ROW(" * 12 + "1" + ")]" * 12,
    "sized types": "SELECT " + "timestamp(1, " * 11 + "1" + ")" * 11,
    "cases": "SELECT " + "CASE WHEN " * 31 + "1" + " THEN 1 END" * 31,
    "negations": "SELECT 1 WHERE " + "NOT " * 31 + "true",
    "signs": "SELECT " + "- " * 31 + "1",
    "tokens": "SELECT 1" + ", 1" * 10_000,
    "set operations": "SELECT 1" + " UNION SELECT 1" * 65,
    "tables": "SELECT 1 FROM events" + ", events" * 64,
    "names": "WITH " + ", ".join(f"a{n} AS (SELECT 1)" for n in range(65)) + " SELECT 1",
}
NESTABLE = [
    ("(", ")"), ("ARRAY[", "]"), ("ROW(", ")"), ("MAP(", ")"), ("date(", ")"), ("char(", ")"),
    ("timestamp(3, ", ")"), ("decimal(1, 2, ", ")"), ("abs(", ")"), ("if(true, ", ")"),
    ("CAST(", " AS row(a array(map(bigint, varchar))))"), ("CASE WHEN true THEN ", " END"),
    ("(SELECT ", ")"), ("transform(x, y -> ", ")"), ("EXISTS(SELECT ", ")"), ("NOT ", ""),
    ("- ", ""), ("1 IN (", ")"), ("json_value(", ", 'lax $')"), ("trim(BOTH 'x' FROM ", ")"),
    ("sum(1) OVER (PARTITION BY ", ")"), ("interval ", ""), ("x.y[", "]"), ("1 BETWEEN 0 AND ", ""),
    ("count(*) FILTER (WHERE ", ")"), ("x -> ", ""), ("(x, y) -> ", ""), ("date ", " 'x'"),
]  # fmt: skip
# Enough for the square of it to be many times what is allowed.
REPEATED_TOKENS = 5_000
REPEATED = {
    "SELECT x": "[1]", "SELECT f": "[1].x", "SELECT a": ".a", "SELECT 1": " + 1",
    "SELECT ''": " || ''", "SELECT 1 WHERE true": " AND 1 = 1", "SELECT b": " IS NULL",
    "SELECT c": " IN (1)", "SELECT d": " AT TIME ZONE 'x'", "SELECT 1 ": "BETWEEN 1 ",
    "SELECT ": "interval ", "SELECT e": " LIKE 'a' ESCAPE 'b'", "SELECT abs(": "x -> ",
    "SELECT g": " OVER w", "SELECT CAST(1 AS int": "[]", "SELECT 2 ": "IS NOT DISTINCT FROM 1 ",
    "SELECT array": "[]", "WITH ": "RECURSIVE ", "SELECT h ": "FROM events ",
    "SELECT date ": "'x' ",
}  # fmt: skip


@pytest.mark.parametrize("start", REPEATED)
def test_a_repeated_construct_costs_no_more_than_its_length(guard: Guard, start: str) -> None:
    piece = REPEATED[start]
    tokens = len(lex(Source(piece), max_tokens=9).tokens)
    sql = start + piece * (REPEATED_TOKENS // tokens)

    with bounded(sql):
        outcome(guard, sql)


@pytest.mark.parametrize("name", TOO_COMPLEX)
def test_a_shape_over_a_limit_is_refused_at_a_bounded_cost(guard: Guard, name: str) -> None:
    with bounded(TOO_COMPLEX[name]):
        decision = outcome(guard, TOO_COMPLEX[name])

    assert decision == "TOO_COMPLEX"


@pytest.mark.parametrize(
    "sql",
    [
        "SELECT 1" + ", 1" * 9_900,
        "SELECT service FROM events WHERE service IN ('a'" + ", 'iam-admin'" * 9_000 + ")",
        "SELECT " + "(" * 29 + "1" + ")" * 29,
        "SELECT " + "ARRAY[" * 10 + "1" + "]" * 10,
        "SELECT 1" + " UNION ALL SELECT 1" * 64,
        "SELECT 1" + ", ARRAY[ROW(1, 'a')]" * 1_500,
    ],
    ids=lambda sql: sql[:30],
)
def test_a_large_honest_query_is_admitted(guard: Guard, sql: str) -> None:
    assert not isinstance(outcome(guard, sql), str)


@pytest.mark.parametrize("distance", [0, 1, 5, 11])
@pytest.mark.parametrize("depth", [9, 29])
def test_nested_constructs_of_any_mix_have_a_bounded_cost(
    guard: Guard, distance: int, depth: int
) -> None:
    for number, construct in enumerate(NESTABLE):
        other = NESTABLE[(number + distance) % len(NESTABLE)]
        layers = list(itertools.islice(itertools.cycle([construct, other]), depth))
        before = "".join(left for left, _ in layers)
        after = "".join(right for _, right in reversed(layers))
        sql = f"SELECT {before}1{after}" + f", {before}1{after}" * 4
        with bounded(sql):
            outcome(guard, sql)


def test_the_deepest_allowed_query_is_read_on_a_stack_that_is_in_use(guard: Guard) -> None:
    deepest = "SELECT " + "(" * 29 + "customerid" + ")" * 29 + " FROM events"
    found: list[object] = []

    def descend(frames: int) -> None:
        if frames:
            descend(frames - 1)
        else:
            found.append(outcome(guard, deepest))

    thread = threading.Thread(target=descend, args=(300,))
    thread.start()
    thread.join()

    assert found
    assert not isinstance(found[0], str)


def test_no_text_of_a_query_reaches_the_log(guard: Guard, caplog: pytest.LogCaptureFixture) -> None:
    with caplog.at_level(logging.DEBUG):
        for sql in ("SHOW TABLES FROM x", "WITH a AS (SHOW TABLES) SELECT 1", "SELECT x FROM (y"):
            outcome(guard, sql)
            with pytest.raises(RequestError):
                guard.admit(sql, customer_id=None)

    assert caplog.records == []


def test_a_compiled_parser_is_refused() -> None:
    with pytest.raises(parser.ImpureParser, match="pure Python"):
        parser.require_pure_python("/site-packages/sqlglot/parser.cpython-311.so")
