"""Pruning loses no record, whatever the folders, the unit of the time and the greatest delay.

The guard's text runs on the engine over records that each lie in the folder of their arrival.
"""

from collections.abc import Iterator, Sequence
from datetime import UTC, datetime, timedelta
from random import Random
from typing import Any, NamedTuple

import duckdb
import pytest
from local_athena.backends.duckdb import dialect
from local_athena.tables import parse_catalog

from data_hist.catalog.agreement import disagreements
from data_hist.catalog.glue import glue_documents
from data_hist.catalog.resolve import resolve
from data_hist.catalog.versions import CatalogDocument
from data_hist.sql_guard.guard import Guard
from tests.guarded_queries.layouts import START, Layout, random_layout
from tests.guarded_queries.profiles import SCALE, seeded

RECORDS = 50
CONDITIONS = 8
DELAYS = {None: 5 * 24 * 60, "0h": 0, "90m": 90, "2d": 2 * 24 * 60}
HOUR = timedelta(hours=1)


class Clock(NamedTuple):
    """How the time column is written."""

    unit: str
    type: str

    def value(self, moment: datetime) -> Any:
        """The value of a record."""
        if self.type == "bigint":
            return int(moment.timestamp() * 1000) * 1_000_000 // self._nanoseconds
        if self.unit == "timestamp":
            return moment.replace(tzinfo=None)
        return f"{moment:%Y-%m-%dT%H:%M:%S}Z"

    def literal(self, moment: datetime) -> str:
        """The value in SQL."""
        if self.type == "bigint":
            return str(self.value(moment))
        text = f"{moment:%Y-%m-%dT%H:%M:%SZ}" if self.type == "varchar" else f"{moment:%F %T}"
        return f"'{text}'" if self.type == "varchar" else f"timestamp '{text}'"

    @property
    def _nanoseconds(self) -> int:
        return {"s": 10**9, "ms": 10**6, "us": 1000, "ns": 1}[self.unit]


CLOCKS = [
    *(Clock(unit, "bigint") for unit in ("s", "ms", "us", "ns")),
    Clock("iso8601", "varchar"),
    Clock("timestamp", "timestamp"),
]


@pytest.fixture(scope="module")
def database() -> Iterator[duckdb.DuckDBPyConnection]:
    with duckdb.connect() as connection:
        dialect.install(connection)
        yield connection


def document_of(layout: Layout, clock: Clock, delay: str | None) -> CatalogDocument:
    time = {"unit": clock.unit} | ({"greatest_delay": delay} if delay else {})
    source = {
        "database": "d",
        "table": "t",
        "tenant": None,
        "columns": {"at": {"type": clock.type, "time": time}, "number": {"type": "integer"}},
        "partitions": layout.partitions(),
    }
    version = {"database": "d", "tables": {"t": {"source": "s"}}}
    document = CatalogDocument.model_validate(
        {"sources": {"s": source}, "versions": {"v0": version}}
    )
    assert list(disagreements(document)) == []
    return document


def random_moment(chance: Random) -> datetime:
    """A moment near the ends of days, months and years, which are where mistakes are."""
    near = chance.choice(
        ((2020, 2, 28), (2023, 12, 31), (2024, 2, 29), (2024, 12, 31), (2025, 9, 30))
    )
    return datetime(*near, tzinfo=UTC) + timedelta(seconds=chance.randrange(-86_400, 2 * 86_400))


def random_condition(chance: Random, clock: Clock) -> str:
    first, second = sorted(random_moment(chance) for _ in range(2))
    if chance.random() < 0.5:
        second = first + timedelta(minutes=chance.randrange(3 * 24 * 60))
    low, high = clock.literal(first), clock.literal(second)
    return chance.choice(
        (
            f"at >= {low}",
            f"at > {low} AND number >= 0",
            f"at < {high}",
            f"{high} >= at",
            f"at BETWEEN {low} AND {high}",
            f"at >= {low} AND at < {high}",
            f"at IN ({low}, {high})",
            f"at <= {low} OR at >= {high}",
            f"at = {low} OR at BETWEEN {low} AND {high}",
            f"NOT (at < {low} OR at > {high})",
        )
    )


class Archive:
    """Records in the one table of a catalog, for the engine."""

    def __init__(
        self,
        database: duckdb.DuckDBPyConnection,
        document: CatalogDocument,
        records: Sequence[dict[str, Any]],
    ) -> None:
        self._database = database
        self._tables = parse_catalog(glue_documents(document.sources, "s3://archive/"))
        (scan,) = self._translate("SELECT * FROM t").scans
        names = [column.name for column in scan.table.columns]
        items = ", ".join(f'unnest($v{number}) AS "{name}"' for number, name in enumerate(names))
        values = {
            f"v{number}": [each[name] for each in records] for number, name in enumerate(names)
        }
        database.execute(f"CREATE OR REPLACE TEMP TABLE {scan.relation} AS SELECT {items}", values)

    def _translate(self, sql: str) -> dialect.Translation:
        return dialect.translate(sql, self._tables, "d")

    def rows(self, sql: str) -> list[Any]:
        return self._database.execute(self._translate(sql).sql).fetchall()


@pytest.mark.parametrize("seed", range(40 * SCALE))
def test_no_record_is_lost(database: duckdb.DuckDBPyConnection, seed: int) -> None:
    chance = seeded(seed)
    layout, clock = random_layout(chance), chance.choice(CLOCKS)
    delay = chance.choice(list(DELAYS))
    document = document_of(layout, clock, delay)
    guard = Guard(resolve(document).versions["v0"])
    records = []
    for number in range(RECORDS):
        moment = max(random_moment(chance), START + HOUR)
        late = timedelta(minutes=chance.choice((0, chance.randint(0, DELAYS[delay]))))
        # Clocks differ, and a batch begins before its records arrive.
        folder = layout.folder(moment + late + chance.uniform(-1, 1) * HOUR)
        records.append({"at": clock.value(moment), "number": number, **folder})
    archive = Archive(database, document, records)
    for _ in range(CONDITIONS):
        condition = random_condition(chance, clock)
        sql = f"SELECT number FROM t WHERE {condition} ORDER BY number"
        sent = guard.admit(sql, customer_id=None).sql

        assert archive.rows(sent) == archive.rows(sql), (layout, clock, delay, condition)
