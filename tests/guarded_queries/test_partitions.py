"""Partition pruning changes no row of an answer.

The same text goes through two guards; one does not know the meaning of the time columns, so
that it adds no condition on partitions.
"""

import dataclasses
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from random import Random
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from data_hist.sql_guard.guard import Guard
from tests.guarded_queries.conftest import closing
from tests.guarded_queries.engine import CATALOG, Answer, Engine, Row
from tests.guarded_queries.profiles import examples, seeded
from tests.guarded_queries.worlds import TENANT, event

START = datetime(2026, 11, 20, tzinfo=UTC)
START_MS = int(START.timestamp() * 1000)
HOUR_MS = 3_600_000
HOURS = 72
VERSION = CATALOG.versions["v0"]

COMPARES = ("=", "<", "<=", ">", ">=", "<>")
JOINS = ("JOIN", "LEFT JOIN", "RIGHT JOIN", "FULL JOIN", "CROSS JOIN", ",")
SELECTS = (
    "SELECT {a}.createdtimestamp, {a}.servicename FROM events {a} WHERE {where}",
    "SELECT count(*), min(arrivaltimestamp), max(dt) FROM metrics {a} WHERE {where}",
    "SELECT dt, count(*) FROM events {a} WHERE {where} GROUP BY dt",
    "SELECT * FROM (SELECT * FROM events {a} WHERE {where}) x ORDER BY 4, 5, 2 LIMIT 5",
    "SELECT x.dt, row_number() OVER (ORDER BY x.arrivaltimestamp, x.createdtimestamp, x.service) "
    "FROM events x WHERE x.arrivaltimestamp IN (SELECT arrivaltimestamp FROM events {a} WHERE "
    "{where})",
    "WITH w AS (SELECT * FROM events {a} WHERE {where}) SELECT m.dt, w.hr FROM metrics m "
    "LEFT JOIN w ON m.arrivaltimestamp = w.arrivaltimestamp",
    "SELECT dt FROM events {a} WHERE {where} UNION ALL SELECT dt FROM metrics",
    "SELECT dt FROM metrics x WHERE NOT EXISTS (SELECT 1 FROM events {a} WHERE {where} AND "
    "{a}.hr = x.hr)",
    "SELECT a.arrivaltimestamp, b.arrivaltimestamp, b.dt FROM events a {join} metrics b {on} "
    "WHERE {joined}",
)


def when(chance: Random) -> tuple[int, str, str, str]:
    """A moment near the archive: milliseconds, a timestamp, a day and an hour."""
    moment = START + timedelta(minutes=30 * chance.randrange(-6, 2 * HOURS + 6))
    milliseconds = int(moment.timestamp() * 1000)
    return milliseconds, f"{moment:%Y-%m-%d %H:%M:00}", f"{moment:%Y-%m-%d}", f"{moment:%H}"


def atom(chance: Random, name: str) -> str:
    """One comparison of a time column with a constant, in one of many ways of writing it."""
    column = f"{name}.{chance.choice(('arrivaltimestamp', 'createdtimestamp'))}"
    (ms, stamp, day, hour), (later, _, last, _) = sorted((when(chance), when(chance)))
    compare = chance.choice(COMPARES)
    forms = (
        f"{column} {compare} {ms}",
        f"{ms} {compare} {column}",
        f"{column} BETWEEN {ms} AND {later}",
        f"{column} IN ({ms}, {later}, {ms + HOUR_MS})",
        f"{column} / 1000 {compare} {ms // 1000}",
        f"{column} / {HOUR_MS} {compare} {ms // HOUR_MS}",
        f"{column} - {HOUR_MS} {compare} {ms} + 2 * 1800000",
        f"{column} {compare} to_unixtime(timestamp '{stamp}') * 1000",
        f"from_unixtime({column} / 1000) {compare} timestamp '{stamp}'",
        f"from_unixtime({column} / 1e3) {compare} timestamp '{stamp}' - interval '90' minute",
        f"date(from_unixtime({column} / 1000)) {compare} date '{day}'",
        f"date_trunc('hour', from_unixtime({column} / 1000)) {compare} timestamp '{stamp}'",
        f"date_trunc('day', from_unixtime({column} / 1000)) {compare} date_add('day', -1, "
        f"timestamp '{stamp}')",
        f"date_format(from_unixtime({column} / 1000), '%Y-%m-%d') {compare} '{day}'",
        f"{name}.dt {compare} '{day}'",
        f"{name}.dt BETWEEN '{day}' AND '{last}'",
        f"{name}.hr {compare} '{hour}'",
        f"CAST({name}.dt AS date) {compare} date '{day}'",
        f"{name}.servicename = 'iam-admin'",
        f"{name}.arrivaltimestamp IS NULL",
        f"coalesce({column}, {ms}) {compare} {later}",
    )
    return chance.choice(forms)


def condition(chance: Random, names: tuple[str, ...], depth: int) -> str:
    roll = chance.random()
    if depth == 0 or roll < 0.3:
        return atom(chance, chance.choice(names))
    parts = [condition(chance, names, depth - 1) for _ in range(2)]
    if roll < 0.7:
        return f"{parts[0]} AND {parts[1]}"
    return f"({parts[0]} OR {parts[1]})" if roll < 0.9 else f"NOT ({parts[0]})"


def query(chance: Random) -> str:
    join = chance.choice(JOINS)
    on = "" if join in ("CROSS JOIN", ",") else f"ON a.hr = b.hr AND {atom(chance, 'b')}"
    return chance.choice(SELECTS).format(
        a="e",
        where=condition(chance, ("e",), 2),
        join=join,
        on=on,
        joined=condition(chance, ("a", "b"), 2),
    )


def records(chance: Random, count: int, start: datetime = START) -> list[Row]:
    """Records in the partitions of their arrival, a while after their creation."""
    return [record(chance, number, start) for number in range(count)]


def record(chance: Random, number: int, start: datetime) -> dict[str, Any]:
    arrival = start + timedelta(milliseconds=chance.randrange(HOURS * HOUR_MS))
    arrival_ms = int(arrival.timestamp() * 1000)
    return event(
        number,
        TENANT,
        arrivaltimestamp=arrival_ms,
        createdtimestamp=arrival_ms - chance.choice((0, 1, 1000, HOUR_MS, 30 * HOUR_MS)),
        dt=f"{arrival:%Y-%m-%d}",
        hr=f"{arrival:%H}",
        min=f"{arrival.minute // 10}0",
    )


@pytest.fixture(scope="module")
def unknowing() -> Guard:
    """A guard to whom no column tells a time."""
    tables = {
        name: dataclasses.replace(
            table, columns=tuple(c._replace(time=None) for c in table.columns)
        )
        for name, table in VERSION.tables.items()
    }
    return Guard(dataclasses.replace(VERSION, tables=tables))


@pytest.fixture(scope="module")
def engine() -> Iterator[Engine]:
    with closing(Engine()) as engine:
        yield engine


@given(seed=st.integers(0, 2**32))
@examples(20, shrink=False)
def test_the_rows_are_the_same_without_the_partitions(
    guard: Guard, unknowing: Guard, engine: Engine, seed: int
) -> None:
    chance = seeded(seed)
    engine.load(events=records(chance, 40), metrics=records(chance, 12))

    for _ in range(8):
        check(guard, unknowing, engine, query(chance))


@pytest.mark.parametrize("join", JOINS)
@pytest.mark.parametrize("side", ["a", "b"])
def test_no_join_loses_rows(
    guard: Guard, unknowing: Guard, engine: Engine, join: str, side: str
) -> None:
    chance = seeded(f"{join} {side}")
    engine.load(events=records(chance, 40), metrics=records(chance, 12))
    on = "" if join in ("CROSS JOIN", ",") else "ON a.hr = b.hr"

    for hour in range(0, HOURS, 12):
        where = f"{side}.arrivaltimestamp >= {START_MS + hour * HOUR_MS}"
        sql = f"SELECT a.dt, b.dt, b.hr FROM events a {join} metrics b {on} WHERE {where}"
        assert check(guard, unknowing, engine, sql)


FROM_NOW = (
    "from_unixtime(arrivaltimestamp / 1000) > now() - interval '1' day",
    "from_unixtime(createdtimestamp / 1000) > current_timestamp - interval '90' minute",
    "from_unixtime(arrivaltimestamp / 1000) BETWEEN now() - interval '30' hour AND now()",
    "arrivaltimestamp < to_unixtime(date_add('hour', -5, now())) * 1000",
    "date(from_unixtime(arrivaltimestamp / 1000)) = current_date",
    "date(from_unixtime(arrivaltimestamp / 1000)) = current_date - interval '1' day",
    "from_unixtime(arrivaltimestamp / 1000) < date_trunc('day', now())",
    "from_unixtime(arrivaltimestamp / 1000) + interval '1' month > now() + interval '1' month",
    "from_unixtime(arrivaltimestamp / 1000) > now() + interval '1' year - interval '12' month",
    "from_unixtime(arrivaltimestamp / 1000) > now() + interval '1' month - interval '32' day",
    "from_unixtime(arrivaltimestamp / 1000) < now() - interval '2' month + interval '60' day",
    "dt = date_format(now() - interval '5' hour, '%Y-%m-%d') AND createdtimestamp > 0",
)


@pytest.mark.parametrize("where", FROM_NOW)
def test_the_clock_of_the_engine_counts(
    guard: Guard, unknowing: Guard, engine: Engine, where: str
) -> None:
    start = datetime.now(UTC) - timedelta(hours=HOURS - 6)
    engine.load(events=records(seeded(where), 200, start), metrics=[])
    sql = f"SELECT arrivaltimestamp FROM events WHERE {where}"

    derived, plain = (each.admit(sql, customer_id=TENANT).sql for each in (guard, unknowing))

    before, found, after = (engine.run(each) for each in (plain, derived, plain))
    # The clock moves between the runs; a record at the edge is in one of them.
    assert isinstance(before, Answer)
    assert isinstance(found, Answer)
    assert isinstance(after, Answer)
    assert set(before.rows) & set(after.rows) <= set(found.rows)
    assert set(found.rows) <= set(before.rows) | set(after.rows)


def check(guard: Guard, unknowing: Guard, engine: Engine, sql: str) -> bool:
    """Compare the two answers; whether the guard added a condition at all."""
    derived, plain = (each.admit(sql, customer_id=TENANT).sql for each in (guard, unknowing))

    expected = engine.run(plain)

    assert isinstance(expected, Answer), (sql, expected)
    found = engine.run(derived)
    assert found.bag == expected.bag, sql
    return derived != plain


def test_the_generated_queries_have_conditions_to_derive(guard: Guard, unknowing: Guard) -> None:
    chance = seeded(1)
    queries = [query(chance) for _ in range(200)]

    derived = [
        sql
        for sql in queries
        if guard.admit(sql, customer_id=1).sql != unknowing.admit(sql, customer_id=1).sql
    ]

    assert len(derived) > 60
