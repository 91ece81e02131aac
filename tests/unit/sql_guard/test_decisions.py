"""Which queries are admitted, and which rule refuses the others; case files by kind."""

from typing import Any

import pytest

from data_hist.errors import RequestError
from data_hist.sql_guard.guard import Guard

from .case_files import own_cases, rule_of

ACCEPTED = own_cases("accepted.jsonl")
REFUSED = own_cases("refused.jsonl")


def by_id(case: dict[str, Any]) -> str:
    return str(case["id"])


@pytest.mark.parametrize("case", ACCEPTED, ids=by_id)
@pytest.mark.parametrize("customer_id", [None, 11000])
def test_a_select_over_the_served_tables_is_admitted(
    guard: Guard, case: dict[str, Any], customer_id: int | None
) -> None:
    sent = guard.admit(case["sql"], customer_id=customer_id).sql

    wrappers = sent.count('"_v0"') + sent.count('_v0"')
    assert sent.count("WHERE customerid = 11000") == (0 if customer_id is None else wrappers)


@pytest.mark.parametrize("case", REFUSED, ids=by_id)
def test_anything_else_is_refused_by_its_rule(guard: Guard, case: dict[str, Any]) -> None:
    with pytest.raises(RequestError) as refused:
        guard.admit(case["sql"], customer_id=11000)

    assert rule_of(refused.value) == case["rule"]
    assert refused.value.line is not None
    assert refused.value.column is not None


@pytest.mark.parametrize("case", REFUSED, ids=by_id)
def test_a_refusal_is_one_sentence_that_repeats_little_of_the_query(
    guard: Guard, case: dict[str, Any]
) -> None:
    with pytest.raises(RequestError) as refused:
        guard.admit(case["sql"] + "; " + "x" * 500, customer_id=11000)

    detail = refused.value.detail
    assert detail.isascii()
    assert detail.isprintable()
    assert detail.endswith((".", "'", "?"))
    assert len(detail) <= 250


@pytest.mark.parametrize(
    ("sql", "line", "column"),
    [
        ("SELECT * FROM secret", 1, 15),
        ("SELECT service\nFROM events,\n  secret", 3, 3),
        ("/* é\n */ SELECT 'é' || resourceid FROM events", 2, 19),
        ("SELECT service FROM events\r\nWHERE f(1)", 2, 7),
        ("SELECT a FROM events;\n\nSELECT 2", 3, 1),
        ("SELECT 'abc", 1, 8),
        ("SELECT service\nFROM events WHERE ]", 2, 19),
    ],
)
def test_a_refusal_points_into_the_callers_text(
    guard: Guard, sql: str, line: int, column: int
) -> None:
    with pytest.raises(RequestError) as refused:
        guard.admit(sql, customer_id=11000)

    assert (refused.value.line, refused.value.column) == (line, column)


def test_a_refused_table_names_the_tables_there_are(guard: Guard) -> None:
    with pytest.raises(RequestError) as refused:
        guard.admit("SELECT * FROM users", customer_id=None)

    assert refused.value.detail == (
        "Table 'users' is not served; the tables are events, logs and metrics."
    )


def test_a_long_name_is_cut_in_the_refusal(guard: Guard) -> None:
    with pytest.raises(RequestError) as refused:
        guard.admit(f"SELECT * FROM {'x' * 5000}", customer_id=None)

    assert "x" * 61 + "..." in refused.value.detail
    assert "x" * 62 not in refused.value.detail
