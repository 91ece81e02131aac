"""The time bounds that the guard finds in a query."""

from typing import Any

import pytest

from data_hist.pruning.time_range import FIXED, UNBOUNDED, Anchor, Base, TimeBounds, TimeRange
from data_hist.sql_guard.guard import Guard
from tests.unit.sql_guard.times import DAY, FIVE, HOUR, MIDNIGHT


def fixed(low: int | None = None, high: int | None = None) -> TimeBounds:
    return {FIXED: TimeRange(low, high)}


def from_start(low: int | None = None, high: int | None = None) -> TimeBounds:
    return {Anchor(Base.START): TimeRange(low, high)}


def from_day(low: int | None = None, high: int | None = None, months: int = 0) -> TimeBounds:
    return {Anchor(Base.TODAY, months): TimeRange(low, high)}


UNDERSTOOD = [
    (f"arrivaltimestamp >= {FIVE}", fixed(FIVE)),
    (f"{FIVE} <= arrivaltimestamp", fixed(FIVE)),
    (f"arrivaltimestamp < {FIVE}", fixed(None, FIVE)),
    (f"{FIVE} > arrivaltimestamp", fixed(None, FIVE)),
    (f"arrivaltimestamp = {FIVE}", fixed(FIVE, FIVE)),
    (f"arrivaltimestamp BETWEEN {FIVE} AND {FIVE} + 2 * 3600000", fixed(FIVE, FIVE + 2 * HOUR)),
    (f"arrivaltimestamp IN ({FIVE}, {FIVE + DAY}, {MIDNIGHT})", fixed(MIDNIGHT, FIVE + DAY)),
    (f"(arrivaltimestamp > {MIDNIGHT}) AND (arrivaltimestamp > {FIVE})", fixed(FIVE)),
    (f"arrivaltimestamp = {FIVE} OR arrivaltimestamp = {MIDNIGHT}", fixed(MIDNIGHT, FIVE)),
    (f"arrivaltimestamp > {FIVE} AND service = 'x' AND NOT hr = '05'", fixed(FIVE)),
    (f"E.ArrivalTimestamp > {FIVE}", fixed(FIVE)),
    (f'"e"."arrivaltimestamp" > {FIVE}', fixed(FIVE)),
    (f"arrivaltimestamp > {FIVE}e0", fixed(FIVE)),
    (f"arrivaltimestamp - {HOUR} > {FIVE}", fixed(FIVE + HOUR)),
    (f"-{FIVE} + arrivaltimestamp > 0", fixed(FIVE)),
    (f"arrivaltimestamp / 1000 > {FIVE // 1000}", fixed(FIVE)),
    (f"arrivaltimestamp / 1000 <= {FIVE // 1000}", fixed(None, FIVE + 1000)),
    (f"CAST(arrivaltimestamp AS double) > {FIVE}", fixed(FIVE - 1)),
    # A record arrives at or after its creation.
    (f"createdtimestamp > {FIVE}", fixed(FIVE)),
    (f"createdtimestamp = {FIVE}", fixed(FIVE)),
    (f"createdtimestamp > {FIVE} AND arrivaltimestamp < {FIVE + DAY}", fixed(FIVE, FIVE + DAY)),
    ("from_unixtime(arrivaltimestamp / 1000) >= timestamp '2026-11-20 05:00:00'", fixed(FIVE)),
    ("from_unixtime(arrivaltimestamp / 1000) > timestamp '2026-11-20 05:00 UTC'", fixed(FIVE)),
    (
        "from_unixtime(arrivaltimestamp / 1000.0) > from_iso8601_timestamp('2026-11-20T05:00:00Z')",
        fixed(FIVE),
    ),
    ("date(from_unixtime(arrivaltimestamp / 1000)) >= date '2026-11-20'", fixed(MIDNIGHT)),
    (
        "CAST(from_unixtime(arrivaltimestamp / 1000) AS date) <= date '2026-11-20'",
        fixed(None, MIDNIGHT + DAY + 1000),
    ),
    (
        "date_trunc('hour', from_unixtime(arrivaltimestamp / 1000)) = timestamp '2026-11-20 05:00'",
        fixed(FIVE, FIVE + HOUR + 1000),
    ),
    ("arrivaltimestamp > to_unixtime(timestamp '2026-11-20 05:00:00') * 1000", fixed(FIVE)),
    ("arrivaltimestamp > 1000 * to_unixtime(date '2026-11-20')", fixed(MIDNIGHT)),
    ("dt = '2026-11-20'", fixed(MIDNIGHT, MIDNIGHT + DAY)),
    ("dt BETWEEN '2026-11-20' AND '2026-11-21'", fixed(MIDNIGHT, MIDNIGHT + 2 * DAY)),
    ("dt IN ('2026-11-20', '2026-11-19')", fixed(MIDNIGHT - DAY, MIDNIGHT + DAY)),
    ("date_parse(dt, '%Y-%m-%d') > timestamp '2026-11-20 05:00:00'", fixed(FIVE)),
    ("CAST(dt AS date) >= date '2026-11-20' + interval '1' day", fixed(MIDNIGHT + DAY)),
    ("from_unixtime(arrivaltimestamp / 1000) > now() - interval '1' hour", from_start(-HOUR)),
    ("arrivaltimestamp > to_unixtime(current_timestamp - interval '2' day) * 1000",
     from_start(-2 * DAY)),
    ("arrivaltimestamp > to_unixtime(date_add('day', -7, now())) * 1000", from_start(-7 * DAY)),
    ("arrivaltimestamp <= to_unixtime(localtimestamp) * 1000", from_start(None, 0)),
    ("dt >= date_format(current_date - interval '7' day, '%Y-%m-%d')", from_day(-7 * DAY)),
    ("dt >= CAST(current_date AS varchar)", from_day(0)),
    ("from_unixtime(arrivaltimestamp / 1000) > date_add('month', -1, now())",
     {Anchor(Base.START, -1): TimeRange(0)}),
    ("dt > date_format(current_date - interval '1' year, '%Y-%m-%d')", from_day(0, None, -12)),
    ("dt = date_format(now() - interval '2' day, '%Y-%m-%d')", from_day(-2 * DAY, -DAY)),
    ("dt = date_format(now() - interval '2' hour, '%Y-%m-%d')",
     from_start(-DAY - 2 * HOUR, DAY - 2 * HOUR)),
    ("from_unixtime(arrivaltimestamp / 1000) > date_trunc('day', now())", from_day(0)),
    ("from_unixtime(arrivaltimestamp / 1000) > date_trunc('month', now())", from_start(-31 * DAY)),
    ("date(from_unixtime(arrivaltimestamp / 1000)) > date '2026-12-20' - interval '1' month",
     fixed(MIDNIGHT)),
    (f"arrivaltimestamp > to_unixtime(now()) * 1000 - 5 AND arrivaltimestamp < {FIVE}",
     {**fixed(None, FIVE), **from_start(-5)}),
]  # fmt: skip
NOT_UNDERSTOOD = [
    f"NOT (arrivaltimestamp > {FIVE})",
    f"NOT arrivaltimestamp BETWEEN {FIVE} AND {FIVE}",
    f"arrivaltimestamp <> {FIVE}",
    f"arrivaltimestamp IS NOT DISTINCT FROM {FIVE}",
    f"arrivaltimestamp > {FIVE} OR service = 'x'",
    f"arrivaltimestamp > {FIVE} OR from_unixtime(arrivaltimestamp / 1000) > now()",
    f"coalesce(arrivaltimestamp, 0) < {FIVE}",
    f"-arrivaltimestamp > {FIVE}",
    f"createdtimestamp < {FIVE}",
    "arrivaltimestamp > createdtimestamp",
    f"arrivaltimestamp % 1000 > {FIVE}",
    f"arrivaltimestamp / 0 > {FIVE}",
    f"arrivaltimestamp * arrivaltimestamp > {FIVE}",
    f"CAST(arrivaltimestamp AS integer) > {FIVE}",
    f"if(true, arrivaltimestamp, 0) > {FIVE}",
    f"arrivaltimestamp > (SELECT {FIVE})",
    f"arrivaltimestamp IN (SELECT {FIVE})",
    f"e.arrivaltimestamp IN (SELECT arrivaltimestamp FROM metrics WHERE arrivaltimestamp > {FIVE})",
    f"any_match(ARRAY[1], arrivaltimestamp -> arrivaltimestamp > {FIVE})",
    f"other.arrivaltimestamp > {FIVE}",
    f"data_hist.events.arrivaltimestamp > {FIVE}",
    "arrivaltimestamp > 1e30",
    "arrivaltimestamp > 9" + " * 99999999999999999999" * 20,
    "arrivaltimestamp > 1" + " + 1" * 4000,
    "from_unixtime(arrivaltimestamp / 1000, 'Europe/Zurich') > timestamp '2026-11-20 05:00:00'",
    "from_unixtime(arrivaltimestamp / 1000) > timestamp '2026-11-20 05:00:00 +01:00'",
    "date(from_unixtime(arrivaltimestamp / 1000) AT TIME ZONE 'Asia/Tokyo') = date '2026-11-20'",
    "from_unixtime(arrivaltimestamp / 1000) > timestamp '2026-13-20 05:00:00'",
    "arrivaltimestamp > '2026-11-20'",
    "CAST(dt AS date) > date '2026-11-20' + interval '999999999' day + interval '1' month",
    "CAST(dt AS date) > date '2026-11-20' + interval '999999999' month",
    "CAST(dt AS date) > current_date + interval '1' month * 0.5",
    "from_unixtime(arrivaltimestamp / 1000) > date_add('eon', 1, now())",
    "arrivaltimestamp > timestamp '2026-11-20 05:00:00'",
    "arrivaltimestamp > to_unixtime(now())",
    "dt LIKE '2026-11-%'",
    "dt >= '2026-11'",
    "dt || hr >= '2026-11-2005'",
    "hr = '05'",
    "substr(dt, 1, 4) = '2026'",
]


def ranges(guard: Guard, sql: str) -> tuple[TimeBounds, ...]:
    return guard.admit(sql, customer_id=None).time_bounds


@pytest.mark.parametrize(("where", "expected"), UNDERSTOOD)
def test_a_condition_bounds_the_arrival(guard: Guard, where: str, expected: TimeBounds) -> None:
    assert ranges(guard, f"SELECT 1 FROM events e WHERE {where}") == (expected,)


@pytest.mark.parametrize("where", NOT_UNDERSTOOD)
def test_what_is_not_understood_bounds_nothing(guard: Guard, where: str) -> None:
    assert ranges(guard, f"SELECT 1 FROM events e WHERE {where}")[0] == UNBOUNDED


PARAMETERS = [
    ("arrivaltimestamp BETWEEN ? AND ?", [FIVE, FIVE + HOUR], fixed(FIVE, FIVE + HOUR)),
    ("service = ? AND arrivaltimestamp > ?", ["x", float(FIVE)], fixed(FIVE)),
    ("arrivaltimestamp > ?", [{"type": "bigint", "value": FIVE}], fixed(FIVE)),
    ("dt = ?", ["2026-11-20"], fixed(MIDNIGHT, MIDNIGHT + DAY)),
    ("dt >= ?", [{"type": "varchar", "value": "2026-11-20"}], fixed(MIDNIGHT)),
    ("CAST(dt AS date) >= ?", [{"type": "date", "value": "2026-11-20"}], fixed(MIDNIGHT)),
    (
        "from_unixtime(arrivaltimestamp / 1000) > ?",
        [{"type": "timestamp", "value": "2026-11-20 05:00:00"}],
        fixed(FIVE),
    ),
    (
        "from_unixtime(arrivaltimestamp / 1000) >= CAST(? AS timestamp)",
        ["2026-11-20 05:00:00"],
        fixed(FIVE),
    ),
    (
        "from_unixtime(arrivaltimestamp / 1000) >= CAST(? AS timestamp)",
        [{"type": "varchar", "value": "2026-11-20T05:00:00Z"}],
        fixed(FIVE),
    ),
    (
        "from_unixtime(arrivaltimestamp / 1000) >= from_iso8601_timestamp(?)",
        ["2026-11-20T05:00:00Z"],
        fixed(FIVE),
    ),
    ("CAST(dt AS date) >= CAST(? AS date)", ["2026-11-20"], fixed(MIDNIGHT)),
    ("date_parse(dt, ?) >= timestamp '2026-11-20 05:00'", ["%Y-%m-%d"], fixed(FIVE)),
    (
        "arrivaltimestamp > to_unixtime(date_add(?, ?, now())) * 1000",
        ["day", -7],
        from_start(-7 * DAY),
    ),
    (
        "from_unixtime(arrivaltimestamp / 1000) >= CAST(? AS timestamp)",
        ["2026-11-20 05:00:00 Europe/Zurich"],
        UNBOUNDED,
    ),
    ("arrivaltimestamp > -?", [-5], fixed(5)),
    ("arrivaltimestamp > ?", [None], UNBOUNDED),
    ("arrivaltimestamp > ?", [True], UNBOUNDED),
    ("arrivaltimestamp > ?", ["5"], UNBOUNDED),
    ("arrivaltimestamp > ?", [{"type": "json", "value": "5"}], UNBOUNDED),
    (
        "from_unixtime(arrivaltimestamp / 1000) > ?",
        [{"type": "timestamp", "value": "2026-11-20 05:00:00 Europe/Zurich"}],
        UNBOUNDED,
    ),
]


@pytest.mark.parametrize(("where", "parameters", "expected"), PARAMETERS)
def test_a_parameter_is_as_good_as_its_literal(
    guard: Guard, where: str, parameters: list[Any], expected: TimeBounds
) -> None:
    sql = f"SELECT ? FROM events WHERE {where} LIMIT ?"

    admitted = guard.admit(sql, customer_id=None, parameters=["other", *parameters, 5])

    assert admitted.time_bounds == (expected,)


A, B = fixed(FIVE), fixed(FIVE + DAY)
WHERE_A, WHERE_B = f"arrivaltimestamp > {FIVE}", f"arrivaltimestamp > {FIVE + DAY}"
PLACES = [
    ("SELECT 1", ()),
    ("SELECT 1 FROM events", (UNBOUNDED,)),
    (f"SELECT 1 FROM events WHERE events.{WHERE_A}", (A,)),
    (f"SELECT 1 FROM data_hist.events WHERE events.{WHERE_A}", (A,)),
    (f"SELECT 1 FROM events a, metrics b WHERE a.{WHERE_A} AND b.{WHERE_B}", (A, B)),
    (f"SELECT 1 FROM events a LEFT JOIN metrics b ON true WHERE b.{WHERE_B}", (UNBOUNDED, B)),
    (f"SELECT 1 FROM events a FULL JOIN metrics b ON true WHERE a.{WHERE_A}", (A, UNBOUNDED)),
    (f"SELECT 1 FROM events a LEFT JOIN metrics b ON a.{WHERE_A}", (UNBOUNDED, UNBOUNDED)),
    (f"SELECT 1 FROM events a, metrics b WHERE a.{WHERE_A} OR b.{WHERE_B}", (UNBOUNDED, UNBOUNDED)),
    (f"SELECT 1 FROM events a, events a WHERE a.{WHERE_A}", (UNBOUNDED, UNBOUNDED)),
    (f"SELECT 1 FROM events a, events b WHERE {WHERE_A}", (UNBOUNDED, UNBOUNDED)),
    (f"SELECT 1 FROM events JOIN (VALUES 1) AS v(dt) USING (dt) WHERE {WHERE_A}", (UNBOUNDED,)),
    (f"SELECT 1 FROM (events e JOIN metrics m ON true) WHERE e.{WHERE_A}", (UNBOUNDED, UNBOUNDED)),
    (f"SELECT 1 FROM events CROSS JOIN UNNEST(split(tags, ',')) AS t(x) WHERE {WHERE_A}", (A,)),
    (f"SELECT 1 FROM (SELECT * FROM events) AS e WHERE {WHERE_A}", (UNBOUNDED,)),
    (f"WITH e AS (SELECT * FROM events WHERE {WHERE_A}) SELECT 1 FROM e WHERE {WHERE_B}", (A,)),
    (f"SELECT 1 FROM events UNION ALL SELECT 1 FROM metrics WHERE {WHERE_A}", (UNBOUNDED, A)),
    (f"SELECT 1 FROM events e WHERE EXISTS (SELECT 1 FROM metrics m WHERE e.{WHERE_A})",
     (UNBOUNDED, UNBOUNDED)),
    (f"SELECT count(*) FROM events HAVING max({WHERE_A})", (UNBOUNDED,)),
]  # fmt: skip


@pytest.mark.parametrize(("sql", "expected"), PLACES)
def test_a_condition_counts_for_the_table_it_restricts(
    guard: Guard, sql: str, expected: tuple[TimeBounds, ...]
) -> None:
    assert ranges(guard, sql) == expected
