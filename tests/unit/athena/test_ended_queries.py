"""What is remembered of queries that have ended: bounded in number and in memory."""

import sys
from datetime import UTC, datetime

import pytest

from data_hist.athena.executions import Query, QueryStatus
from data_hist.athena.polling.poller import EndedQueries

SUBMITTED = datetime(2026, 11, 20, tzinfo=UTC)
EMPTY = sys.getsizeof("")


def ended(query_id: str, sql: str = "") -> Query:
    return Query(query_id, QueryStatus.FINISHED, sql, "s3://bucket/key", SUBMITTED)


@pytest.mark.parametrize(
    ("most", "most_text_bytes", "lengths", "kept"),
    [
        (3, 10**6, {"a": 1, "b": 1, "c": 1}, "abc"),
        (2, 10**6, {"a": 1, "b": 1, "c": 1}, "bc"),
        (9, 3 * EMPTY + 30, {"a": 10, "b": 10, "c": 10}, "abc"),
        (9, 3 * EMPTY + 29, {"a": 10, "b": 10, "c": 10}, "bc"),
        (9, EMPTY + 500, {"a": 10, "b": 10, "c": 500}, "c"),
        (9, EMPTY + 500, {"a": 10, "b": 501}, ""),
    ],
)
def test_those_that_were_used_last_stay(
    most: int, most_text_bytes: int, lengths: dict[str, int], kept: str
) -> None:
    remembered = EndedQueries(most, most_text_bytes)

    for query_id, length in lengths.items():
        remembered.add(ended(query_id, "x" * length))

    assert "".join(name for name in lengths if remembered.get(name)) == kept


def test_who_is_asked_for_goes_last() -> None:
    remembered = EndedQueries(most=2)
    for query_id in "ab":
        remembered.add(ended(query_id))

    remembered.get("a")
    remembered.add(ended("c"))

    assert [bool(remembered.get(query_id)) for query_id in "abc"] == [True, False, True]


def test_query_that_is_added_again_counts_once() -> None:
    remembered = EndedQueries(most_text_bytes=2 * EMPTY + 20)
    remembered.add(ended("a", "x" * 10))

    for _ in range(5):
        remembered.add(ended("b", "x" * 10))

    assert remembered.get("a")
    assert remembered.get("b")
