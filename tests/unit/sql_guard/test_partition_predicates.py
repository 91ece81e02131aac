"""The partition predicates that the guard adds to a query whose time is bounded."""

import dataclasses

import pytest

from data_hist.catalog.tables import Partitions
from data_hist.sql_guard.guard import Guard
from tests.unit.sql_guard.times import FIVE, MIDNIGHT, VERSION

SINCE_FIVE = f"arrivaltimestamp > {FIVE}"
SENT = [
    (SINCE_FIVE, "dt >= '2026-11-20' AND (dt > '2026-11-20' OR hr >= '04')"),
    (f"arrivaltimestamp < {FIVE}", "dt <= '2026-11-20' AND (dt < '2026-11-20' OR hr <= '06')"),
    (
        f"arrivaltimestamp BETWEEN {MIDNIGHT} AND {MIDNIGHT + 1}",
        "dt >= '2026-11-19' AND (dt > '2026-11-19' OR hr >= '23') AND "
        "dt <= '2026-11-20' AND (dt < '2026-11-20' OR hr <= '02')",
    ),
    (
        "from_unixtime(arrivaltimestamp / 1000) > now() - interval '90' minute",
        "dt >= date_format(now() - interval '3' hour, '%Y-%m-%d') AND "
        "(dt > date_format(now() - interval '3' hour, '%Y-%m-%d') OR "
        "hr >= date_format(now() - interval '3' hour, '%H'))",
    ),
    # What the caller says of partitions goes to the engine as it is.
    ("dt = '2026-11-20'", ""),
    ("arrivaltimestamp > -1e12", ""),
    ("arrivaltimestamp < 253402300799999", ""),
]


@pytest.mark.parametrize(("where", "predicate"), SENT)
def test_the_partitions_follow_from_the_arrival(guard: Guard, where: str, predicate: str) -> None:
    sql = f"SELECT 1 FROM events WHERE {where}"

    everybody = guard.admit(sql, customer_id=None).sql
    customer = guard.admit(sql, customer_id=11000).sql

    condition = f" WHERE {predicate}" if predicate else ""
    assert everybody.count(f'"events_v0"{condition}) AS "events" WHERE') == 1
    condition = f" AND {predicate}" if predicate else ""
    assert customer.count(f'"events_v0" WHERE customerid = 11000{condition}) AS "events"') == 1


@pytest.mark.parametrize(
    ("levels", "times", "expected"),
    [
        (1, {"arrivaltimestamp"}, " WHERE dt >= '2026-11-20')"),
        (0, {"arrivaltimestamp"}, ")"),
        (2, set(), ")"),
    ],
)
def test_what_the_catalog_does_not_tell_is_not_used(
    levels: int, times: set[str], expected: str
) -> None:
    table = VERSION.tables["events"]
    columns = [
        column if column.name in times else column._replace(time=None) for column in table.columns
    ]
    changed = dataclasses.replace(
        table,
        columns=tuple(columns),
        partitions=Partitions(table.partitions.time_levels[:levels]),
    )
    guard = Guard(dataclasses.replace(VERSION, tables={"events": changed}))

    sent = guard.admit(f"SELECT 1 FROM events WHERE {SINCE_FIVE}", customer_id=None).sql

    assert f'"events_v0"{expected} AS "events"' in sent
