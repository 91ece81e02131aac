"""Runs Athena SQL as the engine does, over views of two rows instead of an archive."""

import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass

import duckdb
from local_athena.backends.duckdb import dialect
from local_athena.engine.executions import Column
from local_athena.errors import StatementFailure
from local_athena.tables import Catalog, Table

from tests.archive_tree import TABLES

CATALOG = Catalog(TABLES.values(), databases=["data_hist_empty"])
_ROWS = (
    "('', 11000, '', 'svc-a', 'svc-a', 1714521600123, 1714521601000, 'env:prod,zone:a',"
    """ '{"status":"ok","items":[1,2],"code":5}', '2026-11-20', '05', '10')""",
    "('', 1, '', 'svc-b', 'svc-b', 1714521600500, 1714521601000, '',"
    " '{}', '2026-11-20', '06', '00')",
)


@dataclass(frozen=True)
class Result:
    """What a statement gave: columns and rows of text."""

    columns: tuple[Column, ...]
    rows: list[list[str | None]]
    types: list[str]


class Endpoint:
    """Databases with the dialect installed."""

    def __init__(self) -> None:
        self._database = _connect(computes_early=True)
        self._careful_database: duckdb.DuckDBPyConnection | None = None

    def close(self) -> None:
        self._database.close()
        if self._careful_database is not None:
            self._careful_database.close()

    @contextmanager
    def translated(
        self, sql: str, default_database: str = "data_hist"
    ) -> Iterator[tuple[duckdb.DuckDBPyConnection, dialect.Translation]]:
        """A session in which the scans of a statement exist."""
        translation = dialect.translate(sql, CATALOG, default_database)
        with _session(self._database, translation) as session:
            yield session, translation

    def run(
        self,
        sql: str,
        default_database: str = "data_hist",
        deadline_seconds: float = threading.TIMEOUT_MAX,
    ) -> Result:
        """Run a statement; what fails early runs again, as the engine does it."""
        translation = dialect.translate(sql, CATALOG, default_database)
        columns = dialect.describe_columns(translation)
        try:
            try:
                rows = _fetch(self._database, translation, deadline_seconds)
            except duckdb.Error as error:
                if not dialect.may_be_early(error, translation.sql):
                    raise
                self._careful_database = self._careful_database or _connect(computes_early=False)
                rows = _fetch(self._careful_database, translation, deadline_seconds)
        except duckdb.Error as error:
            raise dialect.failure_from_duckdb(error, sql) from error
        types = [str(column.type) for column in translation.columns]
        return Result(columns, [list(row) for row in rows], types)

    def outcome(self, sql: str) -> list[list[str | None]] | str:
        """The rows, or the name of the error."""
        try:
            return self.run(sql).rows
        except StatementFailure as failure:
            return f"ERR:{failure.name}"


def _connect(*, computes_early: bool) -> duckdb.DuckDBPyConnection:
    # A statement without end is to fail, instead of taking the memory of the machine.
    database = duckdb.connect(config={"memory_limit": "1GB"})
    dialect.install(database, computes_early=computes_early)
    return database


@contextmanager
def _session(
    database: duckdb.DuckDBPyConnection, translation: dialect.Translation
) -> Iterator[duckdb.DuckDBPyConnection]:
    session = database.cursor()
    try:
        for scan in translation.scans:
            session.execute(f"CREATE TEMP VIEW {scan.relation} AS {_rows_of(scan.table)}")
        yield session
    finally:
        session.close()


def _fetch(
    database: duckdb.DuckDBPyConnection, translation: dialect.Translation, deadline_seconds: float
) -> list[tuple[str | None, ...]]:
    with _session(database, translation) as session:
        timer = threading.Timer(deadline_seconds, session.interrupt)
        timer.start()
        try:
            return session.execute(dialect.render_query(translation)).fetchall()
        finally:
            timer.cancel()


def _rows_of(table: Table) -> str:
    names = ", ".join(f'"{column.name}"' for column in table.columns)
    return f"SELECT * FROM (VALUES {', '.join(_ROWS)}) AS t({names})"
