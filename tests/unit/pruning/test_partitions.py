"""How many partitions a query may read: no fewer than its condition leaves, and not many more."""

from dataclasses import replace
from datetime import UTC, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from data_hist.catalog.tables import Table, load_catalog
from data_hist.pruning.partitions import TableRead, partition_count
from data_hist.pruning.time_range import FIXED, UNBOUNDED, Anchor, Base, TimeBounds, TimeRange
from data_hist.sql_guard.guard import Guard

EVENTS = load_catalog().versions["v0"].tables["events"]
HOUR, DAY = 3_600_000, 86_400_000
FIVE = int(datetime(2026, 11, 20, 5, tzinfo=UTC).timestamp() * 1000)
MIDNIGHT = FIVE - 5 * HOUR
NOW = FIVE + 10 * DAY


def fixed(low: int | None = None, high: int | None = None) -> TimeBounds:
    return {FIXED: TimeRange(low, high)}


@pytest.mark.parametrize(
    ("arrival", "days", "hours"),
    [
        (UNBOUNDED, UNBOUNDED, None),
        (fixed(high=FIVE), UNBOUNDED, None),
        # An hour of slack on either side.
        (fixed(FIVE, FIVE), UNBOUNDED, 3),
        (fixed(FIVE, FIVE + HOUR), UNBOUNDED, 4),
        (fixed(NOW - HOUR), UNBOUNDED, 3),
        (fixed(NOW + DAY), UNBOUNDED, 0),
        (fixed(FIVE, FIVE - DAY), UNBOUNDED, 0),
        (UNBOUNDED, fixed(MIDNIGHT, MIDNIGHT + DAY), 24),
        (UNBOUNDED, fixed(MIDNIGHT, MIDNIGHT + 2 * DAY), 48),
        (fixed(FIVE), fixed(MIDNIGHT, MIDNIGHT + DAY), 20),
        (fixed(high=FIVE), fixed(MIDNIGHT, MIDNIGHT + DAY), 7),
        (fixed(FIVE, FIVE + HOUR), fixed(MIDNIGHT + DAY, MIDNIGHT + 2 * DAY), 0),
        ({Anchor(Base.START): TimeRange(-HOUR)}, UNBOUNDED, 3),
        ({Anchor(Base.START): TimeRange(-DAY, -HOUR)}, UNBOUNDED, 26),
        (
            {Anchor(Base.START): TimeRange(-DAY), FIXED: TimeRange(high=NOW - 2 * HOUR)},
            UNBOUNDED,
            25,
        ),
        (UNBOUNDED, {Anchor(Base.TODAY): TimeRange(0, DAY)}, 6),
        (UNBOUNDED, {Anchor(Base.TODAY): TimeRange(-DAY, 0)}, 24),
    ],
)
def test_hours_that_are_left(arrival: TimeBounds, days: TimeBounds, hours: int | None) -> None:
    expected = None if hours is None else hours * 60

    assert partition_count([TableRead(EVENTS, arrival, days)], NOW) == expected


def with_levels(*times: str | None) -> Table:
    columns = tuple(column for column in EVENTS.columns if not column.partition)
    levels = (
        replace(EVENTS.partition_columns[0], name=f"p{n}", time=t) for n, t in enumerate(times)
    )
    return replace(EVENTS, columns=(*columns, *levels))


@pytest.mark.parametrize(
    ("table", "count"),
    [
        (with_levels("day"), 2),
        (with_levels("day", "hour"), 28),
        (with_levels("day", "hour", "minute"), 28 * 60),
        (with_levels(), None),
        (with_levels(None, "day", "hour"), None),
        (with_levels("day", "hour", "minute", None), None),
        (with_levels("day", "minute"), None),
        (with_levels("hour"), None),
        (
            replace(
                EVENTS, columns=tuple(replace(c, queryable=c.name != "hr") for c in EVENTS.columns)
            ),
            None,
        ),
    ],
)
def test_levels_of_the_table(table: Table, count: int | None) -> None:
    read = TableRead(table, fixed(FIVE - HOUR, FIVE + DAY), UNBOUNDED)

    assert partition_count([read], NOW) == count


@given(
    arrival=st.integers(FIVE - 3 * DAY, FIVE + 3 * DAY),
    before=st.none() | st.integers(0, 3 * DAY),
    after=st.none() | st.integers(0, 3 * DAY),
)
def test_bounds_never_leave_fewer_than_the_hours_they_span(
    arrival: int, before: int | None, after: int | None
) -> None:
    low = None if before is None else arrival - before
    high = None if after is None else arrival + after
    count = partition_count([TableRead(EVENTS, fixed(low, high), UNBOUNDED)], NOW)

    if low is None:
        assert count is None
    else:
        spanned = (NOW if high is None else high) // HOUR - low // HOUR + 1
        assert count is not None
        assert spanned * 60 <= count <= (spanned + 3) * 60


@pytest.mark.parametrize(
    ("where", "partitions"),
    [
        ("dt IN ('2026-11-20', '2026-11-21')", 48 * 60),
        ("dt BETWEEN '2026-11-20' AND '2026-11-20'", 24 * 60),
        ("dt = '2026-11-20' AND hr = '05'", 24 * 60),
        (f"dt = '2026-11-20' AND arrivaltimestamp < {FIVE}", 7 * 60),
        # No engine can leave out a partition for it.
        (f"dt = '2026-11-20' OR arrivaltimestamp > {FIVE}", None),
        ("servicename = 'x'", None),
    ],
)
def test_conditions_of_a_query(guard: Guard, where: str, partitions: int | None) -> None:
    sql = f"SELECT 1 FROM events WHERE {where}"

    reads = guard.admit(sql, customer_id=None, with_reads=True).reads

    assert reads is not None
    assert partition_count(reads, NOW) == partitions
    assert guard.admit(sql, customer_id=None).reads is None
