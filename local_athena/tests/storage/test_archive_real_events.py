"""Real log records read back: the figures were worked out from the same files without SQL."""

import json
from collections.abc import Iterator
from typing import Any

import duckdb
import pytest
from local_athena.backends.duckdb.storage.archive import Archive, ArchiveScan

from tests.archive_tree import TABLES, connect, query
from tests.shared_files import shared_file

REAL_EVENTS = shared_file("data/real_events")
EXPECTED = json.loads((REAL_EVENTS / "expected.json").read_text(encoding="utf-8"))


@pytest.fixture(scope="module")
def scan() -> ArchiveScan:
    return Archive(REAL_EVENTS).scan(TABLES["events"])


@pytest.fixture(scope="module")
def events(scan: ArchiveScan) -> Iterator[duckdb.DuckDBPyConnection]:
    with connect() as connection:
        connection.execute(f"CREATE TABLE events AS {scan.sql}")
        yield connection


FIGURES = [
    ("count", "SELECT count(*) FROM events"),
    ("partitions", "SELECT count(DISTINCT dt || hr || min) FROM events"),
    ("errors", "SELECT count(*) FROM events WHERE data->>'$.level' = 'ERROR'"),
    ("min_created", "SELECT min(createdtimestamp) FROM events"),
    ("max_created", "SELECT max(createdtimestamp) FROM events"),
    ("longest_message", "SELECT max(length(data->>'$.message')) FROM events"),
    ("quotes", "SELECT count(*) FROM events WHERE contains(data->>'$.message', '\"')"),
]


@pytest.mark.parametrize(("figure", "sql"), FIGURES, ids=[figure for figure, _ in FIGURES])
def test_figures_are_those_worked_out_without_sql(
    figure: str, sql: str, events: duckdb.DuckDBPyConnection
) -> None:
    assert events.execute(sql).fetchall() == [(EXPECTED[figure],)]


@pytest.mark.parametrize(
    ("figure", "column"), [("by_service", "servicename"), ("by_customer", "customerid")]
)
def test_counts_by_column(figure: str, column: str, events: duckdb.DuckDBPyConnection) -> None:
    rows: list[Any] = events.execute(f"SELECT {column}, count(*) FROM events GROUP BY 1").fetchall()

    assert {str(value): count for value, count in rows} == EXPECTED[figure]


def test_every_figure_is_compared() -> None:
    assert {figure for figure, _ in FIGURES} | {"by_service", "by_customer"} == EXPECTED.keys()


def test_scan_tells_files_and_bytes(scan: ArchiveScan) -> None:
    files = [path for path in (REAL_EVENTS / "events").rglob("*") if path.is_file()]

    assert (scan.files, scan.size_bytes) == (len(files), sum(p.stat().st_size for p in files))


def test_table_without_files_is_empty() -> None:
    metrics = Archive(REAL_EVENTS).scan(TABLES["metrics"])

    assert query(f"SELECT count(*) FROM ({metrics.sql})") == [(0,)]
