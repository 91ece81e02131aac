"""How many partitions a query may read: no fewer than its condition leaves, and not many more."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from data_hist.catalog.resolve import load_catalog
from data_hist.pruning.partitions import TableRead, partition_count, partition_predicate
from data_hist.pruning.time_range import FIXED, UNBOUNDED, Anchor, Base, TimeBounds, TimeRange
from data_hist.sql_guard.guard import Guard
from tests.unit.pruning.layouts import DAY, FIVE, HOUR, MIDNIGHT, NOW, fixed, layout, table_of

EVENTS = load_catalog().versions["v0"].tables["events"]


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


@pytest.mark.parametrize(
    ("layout", "count"),
    [
        ("dt: {projection: date, format: yyyy-MM-dd, range: [NOW-9DAYS, NOW]}", 2),
        ("day: {projection: date, format: yyyy/MM/dd, range: [NOW-9DAYS, NOW]}", 2),
        (layout("year: 4, month: 2, day: 2"), 2),
        (layout("year: 4, month: 2, day: 2, hour: 2"), 28),
        (layout("year: 4, month: 2"), 1),
        (layout("year: 4"), 1),
        ("h: {projection: date, format: yyyyMMddHH, range: [NOW-9DAYS, NOW], unit: HOURS}", 28),
        (
            "m: {projection: date, format: yyyyMMddHHmm, range: [NOW-9DAYS, NOW], interval: 5,"
            " unit: MINUTES}",
            28 * 12,
        ),
        (
            "m: {projection: date, format: yyyyMMddHHmm, range: [NOW-9DAYS, NOW], interval: 7,"
            " unit: MINUTES}",
            28 * 9,
        ),
        (
            "m: {projection: date, format: yyyyMMddHHmm, range: [NOW-9DAYS, NOW], interval: 240,"
            " unit: MINUTES}",
            32,
        ),
        # A folder of six hours begins up to five hours before the record came.
        (
            "h: {projection: date, format: yyyyMMddHH, range: [NOW-9DAYS, NOW], interval: 6,"
            " unit: HOURS}",
            33,
        ),
        ("dt: {projection: date, format: yyyy-MM-dd, range: [NOW-9DAYS, NOW], interval: 7}", 8),
        (
            "dt: {projection: date, format: yyyy-MM-dd, range: [NOW-9DAYS, NOW]}\n"
            "region: {projection: enum, values: [eu, us, ap]}",
            6,
        ),
        (
            "shard: {projection: integer, range: [0, 7]}\n"
            "dt: {projection: date, format: yyyy-MM-dd, range: [NOW-9DAYS, NOW]}",
            16,
        ),
        # Nobody knows how many folders there are, or when.
        (
            "account: {projection: injected}\n"
            "dt: {projection: date, format: yyyy-MM-dd, range: [NOW-9DAYS, NOW]}",
            None,
        ),
        ("dt: {projection: date, format: dd-MM-yyyy, range: [NOW-9DAYS, NOW]}", None),
        (layout("year: 4, day: 2"), 10_000),
        (layout("hour: 2"), None),
        ("region: {projection: enum, values: [eu, us, ap]}", None),
        ("", None),
    ],
)
def test_levels_of_the_table(layout: str, count: int | None) -> None:
    read = TableRead(table_of(layout), fixed(FIVE - HOUR, FIVE + DAY), UNBOUNDED)

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


@pytest.mark.parametrize(
    ("levels", "expected"),
    [
        (
            "dt: {projection: date, format: yyyy-MM-dd, range: [NOW-9DAYS, NOW]}",
            "dt >= '2026-11-20' AND dt <= '2026-11-20'",
        ),
        (
            "dt: {type: date, projection: date, format: yyyy-MM-dd, range: [NOW-9DAYS, NOW]}",
            "dt >= CAST('2026-11-20' AS date) AND dt <= CAST('2026-11-20' AS date)",
        ),
        (
            "h: {projection: date, format: yyyyMMddHH, range: [NOW-9DAYS, NOW], unit: HOURS}",
            "h >= '2026112004' AND h <= '2026112007'",
        ),
        (
            layout("year: 4, month: 2, day: 2"),
            "year >= '2026' AND (year > '2026' OR month >= '11' AND "
            "(month > '11' OR day >= '20')) AND "
            "year <= '2026' AND (year < '2026' OR month <= '11' AND "
            "(month < '11' OR day <= '20'))",
        ),
        (
            "year: {type: integer, projection: integer, range: [2020, 2030], tells: year}\n"
            "month: {projection: integer, range: [1, 12], tells: month}",
            "year >= 2026 AND (year > 2026 OR CAST(month AS bigint) >= 11) AND "
            "year <= 2026 AND (year < 2026 OR CAST(month AS bigint) <= 11)",
        ),
        ("dt: {projection: date, format: dd-MM-yyyy, range: [NOW-9DAYS, NOW]}", ""),
        ("region: {projection: enum, values: [eu, us]}", ""),
        (
            "year: {projection: integer, range: [0, 9999], digits: 6, tells: year}",
            "CAST(year AS bigint) >= 2026 AND CAST(year AS bigint) <= 2026",
        ),
    ],
)
def test_the_condition_compares_each_level_in_its_own_form(levels: str, expected: str) -> None:
    arrival = fixed(FIVE, FIVE + HOUR)

    assert partition_predicate(table_of(levels).partitions, arrival, str) == expected


def test_a_bound_that_moves_with_the_clock_is_rendered_in_the_same_form() -> None:
    levels = (
        "year: {type: integer, projection: integer, range: [2020, 2030], tells: year}\n"
        "month: {projection: integer, range: [1, 12], digits: 2, tells: month}"
    )
    arrival = {Anchor(Base.START): TimeRange(-HOUR)}

    assert partition_predicate(table_of(levels).partitions, arrival, str) == (
        "year >= CAST(date_format(now() - interval '2' hour, '%Y') AS bigint) AND "
        "(year > CAST(date_format(now() - interval '2' hour, '%Y') AS bigint) OR "
        "month >= date_format(now() - interval '2' hour, '%m'))"
    )
