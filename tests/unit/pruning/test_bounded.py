"""Which queries read only a range of time that has two ends."""

import pytest

from data_hist.pruning.partitions import TableRead, are_bounded
from data_hist.pruning.time_range import UNBOUNDED
from data_hist.sql_guard.guard import Guard
from tests.unit.pruning.layouts import FIVE, NOW, fixed, layout, table_of

ARRIVAL = "arrivaltimestamp"


@pytest.mark.parametrize(
    ("sql", "bounded"),
    [
        ("SELECT 1", True),
        ("SELECT 1 FROM events", False),
        (f"SELECT 1 FROM events WHERE {ARRIVAL} >= {FIVE}", False),
        (f"SELECT 1 FROM events WHERE {ARRIVAL} < {FIVE}", False),
        (f"SELECT 1 FROM events WHERE {ARRIVAL} BETWEEN {FIVE} AND {NOW}", True),
        (f"SELECT 1 FROM events WHERE {ARRIVAL} > {NOW} AND {ARRIVAL} < {FIVE}", True),
        # Nobody knows how much later than this a record arrives.
        (f"SELECT 1 FROM events WHERE createdtimestamp BETWEEN {FIVE} AND {NOW}", False),
        (f"SELECT 1 FROM events WHERE createdtimestamp > {FIVE} AND {ARRIVAL} < {NOW}", True),
        ("SELECT 1 FROM events WHERE dt = '2026-11-20'", True),
        ("SELECT 1 FROM events WHERE dt >= '2026-11-20'", False),
        (f"SELECT 1 FROM events WHERE dt >= '2026-11-20' AND {ARRIVAL} < {NOW}", True),
        ("SELECT 1 FROM events WHERE dt >= '2026-11-20' AND hr <= '05'", False),
        (f"SELECT 1 FROM events WHERE dt = '2026-11-20' OR {ARRIVAL} = {FIVE}", False),
        (f"SELECT 1 FROM events WHERE {ARRIVAL} = {FIVE} OR {ARRIVAL} = {NOW}", True),
        # There are no partitions of the future.
        (f"SELECT 1 FROM events WHERE {ARRIVAL} > to_unixtime(now()) * 1000 - 5000", True),
        (f"SELECT 1 FROM events WHERE {ARRIVAL} < to_unixtime(now()) * 1000", False),
        (
            "SELECT 1 FROM events WHERE dt >= CAST(current_date - interval '1' month AS varchar)",
            True,
        ),
        (
            f"SELECT 1 FROM events a, events b WHERE a.{ARRIVAL} = {FIVE} AND b.dt = '2026-11-20'",
            True,
        ),
        (f"SELECT 1 FROM events a, events b WHERE a.{ARRIVAL} = {FIVE}", False),
        (
            "SELECT 1 FROM events a JOIN events b ON b.dt = a.dt WHERE a.dt = '2026-11-20'",
            False,
        ),
        ("SELECT 1 FROM events WHERE dt = '2026-11-20' UNION ALL SELECT 1 FROM metrics", False),
        ("WITH e AS (SELECT * FROM events WHERE dt = '2026-11-20') SELECT 1 FROM e, e f", True),
        ("WITH e AS (SELECT * FROM events) SELECT 1 FROM e WHERE dt = '2026-11-20'", False),
        ("SELECT 1 FROM events WHERE servicename = 'x'", False),
    ],
)
def test_queries_that_are_bounded(guard: Guard, sql: str, bounded: bool) -> None:
    reads = guard.admit(sql, customer_id=None, with_reads=True).reads

    assert reads is not None
    assert are_bounded(reads) is bounded


@pytest.mark.parametrize(
    ("levels", "bounded"),
    [
        ("", False),
        ("region: {projection: enum, values: [eu, us]}", False),
        ("dt: {projection: date, format: dd-MM-yyyy, range: [NOW-9DAYS, NOW]}", False),
        ("dt: {projection: date, format: yyyy-MM-dd, range: [NOW-9DAYS, NOW]}", True),
        (layout("year: 4"), True),
        ("a: {projection: injected}\n" + layout("year: 4, month: 2"), True),
    ],
)
def test_bounds_count_where_folders_tell_the_time(levels: str, bounded: bool) -> None:
    assert are_bounded([TableRead(table_of(levels), fixed(FIVE, NOW), UNBOUNDED)]) is bounded
