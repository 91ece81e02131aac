"""An injected key has the values that a statement gives; one that gives none fails."""

from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest
from local_athena.backends.duckdb import dialect
from local_athena.backends.duckdb.database import Database
from local_athena.backends.duckdb.storage.archive import Archive
from local_athena.errors import StatementFailure
from local_athena.tables import Catalog, InjectedProjection, Table

from tests.archive_tree import EVENTS, add_file

DAYS = ("2026-11-19", "2026-11-20")


def injected_events() -> Table:
    day, *others = EVENTS.levels
    return replace(EVENTS, levels=(replace(day, projection=InjectedProjection()), *others))


CATALOG = Catalog([injected_events()])


@pytest.fixture
def database(tmp_path: Path) -> Iterator[Database]:
    for day in DAYS:
        add_file(tmp_path, "{}", minute=f"dt={day}/hr=00/min=00")
    opened = Database(Archive(tmp_path), tmp_path, "200MB", 1)
    yield opened
    opened.close()


def count(database: Database, condition: str) -> int:
    found = dialect.translate(f"SELECT count(*) FROM events_v0 {condition}", CATALOG, "data_hist")
    with database.relations(found.scans):
        ((rows,),) = database.connection.execute(found.sql).fetchall()
    return int(rows)


@pytest.mark.parametrize(
    ("condition", "rows"),
    [
        ("WHERE dt = '2026-11-20'", 1),
        ("WHERE dt IN ('2026-11-19', '2026-11-20')", 2),
        ("WHERE dt = '2026-11-19' OR dt = '2026-11-20'", 2),
        ("WHERE dt = '2026-11-20' AND hr = '00'", 1),
        ("WHERE dt = '2026-11-21'", 0),
    ],
)
def test_values_are_given(database: Database, condition: str, rows: int) -> None:
    assert count(database, condition) == rows


@pytest.mark.parametrize(
    "condition",
    ["", "WHERE hr = '00'", "WHERE dt <> '2026-11-20'", "WHERE dt = '2026-11-20' OR hr = '00'"],
)
def test_without_a_value_the_statement_fails(database: Database, condition: str) -> None:
    with pytest.raises(StatementFailure, match="injected projected partition column dt") as failure:
        count(database, condition)

    assert failure.value.name == "CONSTRAINT_VIOLATION"
