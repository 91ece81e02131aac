"""What tenants have scanned on a day is what Athena tells of their queries, however it is read."""

from contextlib import suppress
from datetime import datetime, timedelta, timezone
from typing import Any, cast

import pytest
from hypothesis import given
from hypothesis import strategies as st

from data_hist.athena.executions import QueryStatus
from data_hist.errors import EngineUnavailable
from data_hist.queries.day_counts import DayCount, DayCounter
from data_hist.retention.ownership import ResultLocations
from tests.support.listed_queries import DAY, ListedQueries

LOCATIONS = ResultLocations("bucket", "prefix")
NOON = DAY + timedelta(hours=12)
YESTERDAY = DAY - timedelta(seconds=1)


def counter(athena: ListedQueries, max_pages: int = 20) -> DayCounter:
    return DayCounter(cast("Any", athena), None, LOCATIONS, max_pages)


def complete_count(counting: DayCounter, now: datetime = NOON) -> DayCount:
    """Count until all is counted."""
    counts = (counting.count(now) for _ in range(1_000))
    return next(count for count in counts if count.is_complete)


@pytest.mark.parametrize(
    ("status", "counted"),
    [
        (QueryStatus.QUEUED, 7),
        (QueryStatus.RUNNING, 7),
        (QueryStatus.FINISHED, 7),
        (QueryStatus.CANCELLED, 7),
        (QueryStatus.FAILED, 0),
    ],
)
def test_what_athena_bills_is_counted(status: QueryStatus, counted: int) -> None:
    athena = ListedQueries()
    athena.add(11000, 7, status)

    assert counter(athena).count(NOON).scanned_bytes[11000] == counted


@pytest.mark.parametrize(
    ("folder", "tenant"),
    [("11000", 11000), ("11000/dry-run", 11000), ("11000/sample", 11000), ("x", None)],
)
def test_dry_runs_and_samples_are_the_tenants_too(folder: str, tenant: int | None) -> None:
    athena = ListedQueries()
    athena.add(folder, 7)

    assert dict(counter(athena).count(NOON).scanned_bytes) == ({tenant: 7} if tenant else {})


@pytest.mark.parametrize(
    ("at", "is_counted"),
    [
        (DAY, True),
        (YESTERDAY, False),
        (DAY + timedelta(days=1, seconds=-1), True),
        (DAY.astimezone(timezone(timedelta(hours=-5))), True),
        (YESTERDAY.astimezone(timezone(timedelta(hours=5))), False),
        # Athena's clock is ahead.
        (DAY + timedelta(days=1), False),
    ],
)
def test_a_query_belongs_to_the_day_in_utc_on_which_it_was_submitted(
    at: datetime, is_counted: bool
) -> None:
    athena = ListedQueries()
    athena.add(11000, 3)
    athena.add(11000, 7, at=at)

    count = complete_count(counter(athena))

    assert count.scanned_bytes[11000] == (10 if is_counted else 3)


def test_the_next_day_begins_with_nothing() -> None:
    athena = ListedQueries()
    athena.add(11000, 7)
    counting = counter(athena)
    counting.count(NOON)
    athena.add(11000, 1, at=DAY + timedelta(days=1))

    assert dict(counting.count(NOON + timedelta(days=1)).scanned_bytes) == {11000: 1}


def test_a_count_looks_only_at_what_is_new_or_unfinished() -> None:
    athena = ListedQueries()
    for _ in range(220):
        athena.add(11000, 1)
    running = athena.add(11000, 1, QueryStatus.RUNNING)
    counting = counter(athena)
    assert counting.count(NOON).scanned_bytes[11000] == 221
    assert (athena.list_calls, athena.describe_calls) == (5, 5)

    athena.change(running, 5, QueryStatus.FINISHED)
    athena.add(11000, 1)
    assert counting.count(NOON).scanned_bytes[11000] == 226
    assert (athena.list_calls, athena.describe_calls) == (7, 7)

    assert counting.count(NOON).scanned_bytes[11000] == 226
    assert (athena.list_calls, athena.describe_calls) == (8, 7)


def test_a_count_reads_a_bounded_part_of_the_list_and_the_next_one_goes_on() -> None:
    athena = ListedQueries(page_size=2)
    athena.add(11000, 100, at=YESTERDAY)
    for _ in range(11):
        athena.add(11000, 1)
    counting = counter(athena, max_pages=2)

    counts = [counting.count(NOON) for _ in range(5)]

    assert [count.scanned_bytes[11000] for count in counts] == [4, 6, 8, 10, 11]
    assert [count.is_complete for count in counts] == [False, False, False, False, True]
    assert athena.list_calls == 10


STEPS = st.lists(
    st.one_of(
        st.tuples(st.just("start"), st.integers(1, 12)),
        st.tuples(st.just("end"), st.integers(0, 5)),
        st.tuples(st.just("count"), st.integers(0, 4)),
    ),
    max_size=30,
)


@given(steps=STEPS, before=st.integers(0, 5), max_pages=st.integers(2, 4))
def test_no_query_is_lost_and_none_counted_twice(
    steps: list[tuple[str, int]], before: int, max_pages: int
) -> None:
    """Whatever starts and ends between counts, wherever these end, and whichever call fails."""
    athena = ListedQueries(page_size=3)
    for _ in range(before):
        athena.add(11000, 1_000_000, at=YESTERDAY)
    counting = counter(athena, max_pages)
    running: list[str] = []
    expected = 0
    for step, number in steps:
        if step == "start":
            running += [athena.add(11000, 0, QueryStatus.RUNNING) for _ in range(number)]
        elif step == "end":
            for query_id in running[:number]:
                athena.change(query_id, 7, QueryStatus.FINISHED)
                expected += 7
            del running[:number]
        else:
            athena.succeeding = number
            with suppress(EngineUnavailable):
                counting.count(NOON)
            athena.succeeding = None

    assert complete_count(counting).scanned_bytes[11000] == expected
