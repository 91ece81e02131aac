"""The cache of statements is bounded in number and in bytes."""

import pytest

from data_hist.catalog.resolve import load_catalog
from data_hist.sql_guard.guard import Guard, Statement
from data_hist.sql_guard.pool import StatementCache

GUARD = Guard(load_catalog().versions["v0"])


def _statement(number: int, more: str = "") -> Statement:
    return GUARD.read(f"SELECT {number}{more} FROM events")


def _known(cache: StatementCache, *numbers: int) -> list[bool]:
    return [cache.get(_statement(number).source.text) is not None for number in numbers]


def test_a_statement_is_that_of_exactly_its_text() -> None:
    cache = StatementCache()
    cache.put(statement := _statement(1))

    assert cache.get("SELECT 1 FROM events") is statement
    for other in ("SELECT 1 FROM Events", "SELECT 1  FROM events", "SELECT 1 FROM events "):
        assert cache.get(other) is None


def test_what_was_used_longest_ago_goes_first() -> None:
    cache = StatementCache(max_statements=2)
    cache.put(_statement(1))
    cache.put(_statement(2))
    assert _known(cache, 1) == [True]

    cache.put(_statement(3))

    assert _known(cache, 1, 2, 3) == [True, False, True]


def test_the_same_text_counts_once() -> None:
    cache = StatementCache(max_statements=2)
    for _ in range(3):
        cache.put(_statement(1))
    cache.put(_statement(2))

    assert _known(cache, 1, 2) == [True, True]


@pytest.mark.parametrize(
    ("more", "kept"),
    [("", 10), (" + 1" * 100, 1), (" + ?" * 100, 0)],
    ids=["short", "long", "long with its tree"],
)
def test_many_bytes_make_room_for_fewer(more: str, kept: int) -> None:
    cache = StatementCache(max_bytes=100_000)
    statements = [_statement(number, more) for number in range(10)]
    for statement in statements:
        cache.put(statement)

    found = [cache.get(statement.source.text) for statement in statements]

    assert sum(each is not None for each in found) == kept
