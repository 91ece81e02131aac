"""Pruned statements in a worker's database: the clock, the bytes scanned and errors."""

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import duckdb
import pytest
from local_athena.backends.duckdb import dialect
from local_athena.backends.duckdb.database import Database
from local_athena.backends.duckdb.storage.archive import Archive

from tests.archive_tree import add_file
from tests.pruning.scans import CATALOG, DAYS


@pytest.fixture
def sizes(tmp_path: Path) -> dict[str, int]:
    """An archive with a file for each day; their sizes differ."""
    return {
        day: add_file(tmp_path, "{}" + " " * length, minute=f"dt={day}/hr=00/min=00").stat().st_size
        for length, day in enumerate(DAYS)
    }


@pytest.fixture
def database(tmp_path: Path) -> Iterator[Database]:
    opened = Database(Archive(tmp_path), tmp_path, "200MB", 1)
    yield opened
    opened.close()


def translated(where: str) -> dialect.Translation:
    sql = f"SELECT count(*) FROM events_v0 WHERE {where}"
    return dialect.translate(sql, CATALOG, "data_hist")


def test_pruning_and_statement_read_one_clock(database: Database) -> None:
    with database.relations([]):
        run = database.connection.execute
        moments = {run("SELECT epoch_us(now())").fetchone() for _ in range(50)}

    assert len(moments) == 1


@pytest.mark.parametrize("day", DAYS)
def test_bytes_scanned_are_those_of_the_files_that_are_read(
    database: Database, sizes: dict[str, int], day: str
) -> None:
    with database.relations(translated(f"date(dt) = date '{day}'").scans) as scanned_bytes:
        assert scanned_bytes == sizes[day]


def test_condition_that_fails_for_a_folder_fails_the_statement(
    database: Database, sizes: dict[str, int]
) -> None:
    translation = translated("cast(dt AS integer) = 1")

    with (
        database.relations(translation.scans) as scanned_bytes,
        pytest.raises(duckdb.ConversionException, match="INVALID_CAST_ARGUMENT"),
    ):
        database.connection.execute(translation.sql).fetchall()

    assert scanned_bytes == sum(sizes.values())


def test_relations_are_gone_after_a_statement_that_failed(
    database: Database, sizes: dict[str, int]
) -> None:
    translation = translated("cast(dt AS integer) = 1")
    with pytest.raises(duckdb.Error), database.relations(translation.scans):
        database.connection.execute(translation.sql).fetchall()

    with database.relations(translated("true").scans) as scanned_bytes:
        assert scanned_bytes == sum(sizes.values())


class InterruptedRollback:
    """A connection whose first ROLLBACK is hit by an interrupt that was meant for the statement."""

    def __init__(self, connection: duckdb.DuckDBPyConnection) -> None:
        self._connection = connection
        self.interrupted = False

    def execute(self, sql: str, *parameters: Any) -> duckdb.DuckDBPyConnection:
        if sql == "ROLLBACK" and not self.interrupted:
            self.interrupted = True
            raise duckdb.InterruptException("INTERRUPT Error: Interrupted!")
        return self._connection.execute(sql, *parameters)

    def close(self) -> None:
        self._connection.close()


def test_a_late_interrupt_leaves_no_transaction_open(
    database: Database, sizes: dict[str, int]
) -> None:
    database.connection = interrupted = InterruptedRollback(database.connection)  # type: ignore[assignment]  # stands for a connection
    scans = translated("true").scans

    for _ in range(2):
        with database.relations(scans) as scanned_bytes:
            assert scanned_bytes == sum(sizes.values())

    assert interrupted.interrupted
