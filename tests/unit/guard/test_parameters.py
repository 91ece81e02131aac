"""Where a `?` may stand, what takes its place, and that the two lists have the same length."""

import time
from typing import Any

import pytest

from data_hist.errors import StatementNotAllowed
from data_hist.guard import Guard

from .case_files import allowed_seconds

BOUND = [
    ("SELECT ?", ["a'b"], "SELECT 'a''b'"),
    ("SELECT ?, ?", [1, None], "SELECT 1, NULL"),
    ("SELECT -?", [-1], "SELECT - (-1)"),
    ("SELECT 1-?", [-1], "SELECT 1- (-1)"),
    ("SELECT 'a'||?||'b'", ["c"], "SELECT 'a'|| 'c' ||'b'"),
    ("SELECT CASE WHEN?THEN?ELSE?END", [True, 1, 2], "SELECT CASE WHEN TRUE THEN 1 ELSE 2 END"),
    ("SELECT abs(?) LIMIT ?", [1.5, 3], "SELECT abs(1.5E0) LIMIT 3"),
    ("SELECT 1 WHERE 1 IN (?,?)", [1, 2], "SELECT 1 WHERE 1 IN (1,2)"),
    ("SELECT 1 WHERE 1 BETWEEN ? AND ?", [1, 2], "SELECT 1 WHERE 1 BETWEEN 1 AND 2"),
    ("SELECT '?', ? -- ?", ["x"], "SELECT '?', 'x' -- ?"),
    ("SELECT ? /* ? */;", ["--"], "SELECT '--' /* ? */"),
    ("SELECT ARRAY[?][?]", ["x", 1], "SELECT ARRAY[ 'x' ][ 1 ]"),
    ("SELECT 1 OFFSET ? ROWS FETCH FIRST ? ROWS ONLY", [0, 5],
     "SELECT 1 OFFSET 0 ROWS FETCH FIRST 5 ROWS ONLY"),
    ("SELECT 1", [], "SELECT 1"),
]  # fmt: skip
REFUSED: list[tuple[str, list[Any] | None]] = [
    ("SELECT ?", None),
    ("SELECT ?", []),
    ("SELECT ?, ?", [1]),
    ("SELECT ?", [1, 2]),
    ("SELECT 1", [1]),
    ("SELECT '?' -- ?", [1]),
    ("SELECT DATE ?", ["2026-11-20"]),
    ("SELECT interval ? day", ["1"]),
    ("SELECT 'a' ?", ["b"]),
    ("SELECT 1 LIMIT ?", [-1]),
    ("SELECT 1 LIMIT ?", [True]),
    ("SELECT 1 LIMIT ?", ["1"]),
    ("SELECT ?", [float("nan")]),
]


@pytest.mark.parametrize(("sql", "parameters", "sent"), BOUND)
def test_each_mark_gets_its_literal(
    guard: Guard, sql: str, parameters: list[Any], sent: str
) -> None:
    assert guard.admit(sql, customer_id=None, parameters=parameters).sql == sent


@pytest.mark.parametrize(("sql", "parameters"), REFUSED)
def test_a_mark_that_cannot_be_bound_is_refused(
    guard: Guard, sql: str, parameters: list[Any] | None
) -> None:
    with pytest.raises(StatementNotAllowed) as refused:
        guard.admit(sql, customer_id=None, parameters=parameters)

    assert refused.value.code == "PARAMETER"


def test_many_parameters_cost_no_more_than_their_number(guard: Guard) -> None:
    started = time.thread_time()

    with pytest.raises(StatementNotAllowed) as refused:
        guard.admit("SELECT 1" + ", ?" * 9_900, customer_id=None, parameters=[-1] * 9_900)

    assert refused.value.code == "TOO_COMPLEX"
    assert time.thread_time() - started < allowed_seconds(1)


@pytest.mark.parametrize("text", ["events", "(SELECT 1)", "1) FROM secret --", "' FROM secret --"])
def test_a_parameter_is_a_value_and_never_a_table(guard: Guard, text: str) -> None:
    sent = guard.admit("SELECT ?", customer_id=None, parameters=[text]).sql

    assert sent == "SELECT '" + text.replace("'", "''") + "'"
    with pytest.raises(Exception, match=r"syntax error|not allowed|whole value"):
        guard.admit("SELECT * FROM ?", customer_id=None, parameters=[text])
