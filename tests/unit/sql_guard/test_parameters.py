"""Where a `?` is allowed, what replaces it, and that there is a value for each."""

from typing import Any

import pytest

from data_hist.errors import FieldError, InvalidRequest, StatementNotAllowed
from data_hist.sql_guard.guard import Guard

from .case_files import bounded

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
    ("SELECT 1-?", [{"type": "double", "value": "-Infinity"}], "SELECT 1- (-infinity())"),
    ("SELECT json_object('a':?)", [1], "SELECT json_object('a': 1)"),
]  # fmt: skip
REFUSED: list[tuple[str, list[Any] | None, tuple[int | None, int | None]]] = [
    ("SELECT ?", None, (1, 8)),
    ("SELECT ?", [], (1, 8)),
    ("SELECT ?,\n  ?, ?", [1], (2, 3)),
    ("SELECT ?", [1, 2], (None, None)),
    ("SELECT 1", [1], (None, None)),
    ("SELECT '?' -- ?", [1], (None, None)),
    ("SELECT DATE ?", ["2026-11-20"], (1, 13)),
    ("SELECT ?, interval ? day", ["1", "1"], (1, 20)),
    ("SELECT 'a' ?", ["b"], (1, 12)),
]
MISFITS: list[tuple[str, list[Any], list[str]]] = [
    ("SELECT 1 LIMIT ?", [-1], ["/parameters/0"]),
    ("SELECT 1 LIMIT ?", [True], ["/parameters/0"]),
    ("SELECT ? OFFSET ?", [1, "1"], ["/parameters/1"]),
    ("SELECT ?", [float("nan")], ["/parameters/0"]),
    ("SELECT ?, ?, ?", [{"type": "date", "value": "x"}, 1, 2**63],
     ["/parameters/0", "/parameters/2"]),
    ("SELECT ?, ?", ["a", {"type": "geometry", "value": "x"}], ["/parameters/1/type"]),
    ("SELECT 1" + ", ?" * 30, [2**63] * 30, [f"/parameters/{number}" for number in range(20)]),
]  # fmt: skip


@pytest.mark.parametrize(("sql", "parameters", "sent"), BOUND)
def test_each_mark_gets_its_literal(
    guard: Guard, sql: str, parameters: list[Any], sent: str
) -> None:
    assert guard.admit(sql, customer_id=None, parameters=parameters).sql == sent


@pytest.mark.parametrize(("sql", "parameters", "place"), REFUSED)
def test_a_mark_that_cannot_be_bound_is_refused_at_its_place(
    guard: Guard,
    sql: str,
    parameters: list[Any] | None,
    place: tuple[int | None, int | None],
) -> None:
    with pytest.raises(StatementNotAllowed) as refused:
        guard.admit(sql, customer_id=None, parameters=parameters)

    assert refused.value.code == "PARAMETER"
    assert (refused.value.line, refused.value.column) == place


@pytest.mark.parametrize(("sql", "parameters", "pointers"), MISFITS)
def test_a_value_that_does_not_fit_is_a_fault_of_the_body_and_not_of_the_sql(
    guard: Guard, sql: str, parameters: list[Any], pointers: list[str]
) -> None:
    with pytest.raises(InvalidRequest) as refused:
        guard.admit(sql, customer_id=None, parameters=parameters)

    assert [error.pointer for error in refused.value.errors] == pointers
    assert (refused.value.line, refused.value.column) == (None, None)


def test_the_fault_of_a_value_says_what_it_must_be_and_repeats_nothing_of_it(
    guard: Guard,
) -> None:
    with pytest.raises(InvalidRequest) as refused:
        guard.admit(
            "SELECT ?, ?", customer_id=None, parameters=["a", {"type": "date", "value": "secret"}]
        )

    reason = "must be a day of the calendar, YYYY-MM-DD"
    assert refused.value.errors == (FieldError("/parameters/1", reason),)
    assert refused.value.detail == f"The value at /parameters/1 {reason}."


def test_many_parameters_cost_no_more_than_their_number(guard: Guard) -> None:
    sql = "SELECT 1" + ", ?" * 9_900

    with bounded(sql), pytest.raises(StatementNotAllowed) as refused:
        guard.admit(sql, customer_id=None, parameters=[-1] * 9_900)

    assert refused.value.code == "TOO_COMPLEX"


@pytest.mark.parametrize("text", ["events", "(SELECT 1)", "1) FROM secret --", "' FROM secret --"])
def test_a_parameter_is_a_value_and_never_a_table(guard: Guard, text: str) -> None:
    sent = guard.admit("SELECT ?", customer_id=None, parameters=[text]).sql

    assert sent == "SELECT '" + text.replace("'", "''") + "'"
    with pytest.raises(Exception, match=r"syntax error|not allowed|whole value"):
        guard.admit("SELECT * FROM ?", customer_id=None, parameters=[text])
