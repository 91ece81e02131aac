"""A guard whose rewriting is at fault notices it, and does not blame the caller."""

from collections.abc import Callable
from typing import Any

import pytest

from data_hist.catalog.resolve import load_catalog
from data_hist.errors import RequestError
from data_hist.sql_guard import guard as guard_module
from data_hist.sql_guard.guard import Guard
from data_hist.sql_guard.rewrite import (
    Replacement,
    empty_sub_select,
    locate_names,
    replace_all,
    scoped_sub_select,
)
from data_hist.sql_guard.sub_select_shapes import RewriteFault

VERSION = load_catalog().versions["v0"]
TABLE = VERSION.tables["events"]
EMPTY = empty_sub_select(TABLE)
BROKEN_SUB_SELECTS: list[Callable[..., str]] = [
    lambda *_: "(SELECT 1 FROM secret)",
    lambda table, _customer, arrival: scoped_sub_select(table, None, arrival),
    lambda table, _customer, arrival: scoped_sub_select(table, 11001, arrival),
    lambda _table, customer, arrival: scoped_sub_select(
        VERSION.tables["metrics"], customer, arrival
    ),
    lambda *known: scoped_sub_select(*known).replace(" AND ", " OR "),
]
BROKEN_REPLACEMENTS: list[Callable[..., Any]] = [
    lambda text, _pieces: replace_all(text, []),
    lambda text, pieces: replace_all(text, sorted(pieces)[1:]),
    lambda text, pieces: replace_all(
        text, [Replacement(start + 1, end, new) for start, end, new in pieces]
    ),
    lambda text, pieces: replace_all(
        text, [Replacement(start, end + 2, new) for start, end, new in pieces]
    ),
    lambda text, pieces: (replace_all(text, pieces)[0] + ", secret", ()),
    lambda text, pieces: (replace_all(text, pieces)[0].replace("= 11000", "= 11001"), ()),
    lambda text, pieces: (
        replace_all(text, pieces)[0].replace("WHERE customerid", "OR customerid"),
        (),
    ),
]
NARROWED_SQL = "SELECT service FROM events WHERE createdtimestamp > 1763600000000 AND data = ?"


@pytest.mark.parametrize(
    ("name", "broken"),
    [("scoped_sub_select", each) for each in BROKEN_SUB_SELECTS]
    + [("replace_all", each) for each in BROKEN_REPLACEMENTS],
)
def test_a_fault_of_ours_is_noticed_for_a_known_text_and_not_blamed_on_the_caller(
    monkeypatch: pytest.MonkeyPatch, name: str, broken: Callable[..., Any]
) -> None:
    guard = Guard(VERSION)
    statement = guard.read(NARROWED_SQL)
    for customer_id in (None, 11000, 11001):
        guard.rewrite(statement, customer_id=customer_id, parameters=["x"])
    monkeypatch.setattr(guard_module, name, broken)

    with pytest.raises(RewriteFault) as fault:
        guard.rewrite(statement, customer_id=11000, parameters=["x"])

    assert not isinstance(fault.value, RequestError)


JOINED_SQL = "SELECT e.service FROM events e JOIN metrics m ON e.service = m.service;"
BROKEN_LOCATIONS: list[Callable[..., Any]] = [
    lambda tables, qualifiers: (tables[:1], qualifiers),
    lambda tables, qualifiers: ([], qualifiers),
    lambda tables, qualifiers: ([table._replace(start=0) for table in tables], qualifiers),
    lambda tables, qualifiers: ([table._replace(alias=", secret") for table in tables], qualifiers),
    lambda tables, qualifiers: (tables[:1], [Replacement(32, 39, "secret")]),
]


@pytest.mark.parametrize("broken", BROKEN_LOCATIONS)
def test_a_table_that_is_not_replaced_where_it_is_named_is_a_fault(
    monkeypatch: pytest.MonkeyPatch, broken: Callable[..., Any]
) -> None:
    guard = Guard(VERSION)
    guard.read(JOINED_SQL)
    monkeypatch.setattr(guard_module, "locate_names", lambda *known: broken(*locate_names(*known)))

    with pytest.raises((RewriteFault, ValueError)):
        guard.read(JOINED_SQL)


@pytest.mark.parametrize("broken", BROKEN_REPLACEMENTS[:5])
def test_a_fault_of_ours_is_noticed_for_a_new_text(
    monkeypatch: pytest.MonkeyPatch, broken: Callable[..., Any]
) -> None:
    monkeypatch.setattr(guard_module, "replace_all", broken)

    with pytest.raises(RewriteFault):
        Guard(VERSION).read(NARROWED_SQL)


@pytest.mark.parametrize(
    "text",
    [
        "(SELECT 1 FROM secret)",
        '(SELECT 1 FROM "awsdatacatalog"."data_hist"."metrics_v0")',
        f"{EMPTY} x, {EMPTY}",
        f"(SELECT 1 FROM {EMPTY})",
        "events",
    ],
)
def test_another_empty_sub_select_is_noticed_for_a_new_text(
    monkeypatch: pytest.MonkeyPatch, text: str
) -> None:
    monkeypatch.setattr(guard_module, "empty_sub_select", lambda *_: text)

    with pytest.raises(RewriteFault):
        Guard(VERSION).read(NARROWED_SQL)
