"""Runs Athena SQL as the engine does, over views of two rows instead of an archive."""

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


class Endpoint:
    """A database with the dialect installed."""

    def __init__(self) -> None:
        # A statement without end is to fail, instead of taking the memory of the machine.
        self._database = duckdb.connect(config={"memory_limit": "1GB"})
        dialect.install(self._database)

    def close(self) -> None:
        self._database.close()

    @contextmanager
    def translated(
        self, sql: str, default_database: str = "data_hist"
    ) -> Iterator[tuple[duckdb.DuckDBPyConnection, dialect.Translation]]:
        """A session in which the scans of a statement exist."""
        translation = dialect.translate(sql, CATALOG, default_database)
        session = self._database.cursor()
        try:
            for scan in translation.scans:
                session.execute(f"CREATE TEMP VIEW {scan.relation} AS {_rows_of(scan.table)}")
            yield session, translation
        finally:
            session.close()

    def run(self, sql: str, default_database: str = "data_hist") -> Result:
        with self.translated(sql, default_database) as (session, translation):
            columns = dialect.describe_columns(translation)
            query = dialect.render_query(translation)
            try:
                rows = session.execute(query).fetchall()
            except duckdb.Error as error:
                raise dialect.failure_from_duckdb(error, sql) from error
        return Result(columns, [list(row) for row in rows])

    def outcome(self, sql: str) -> list[list[str | None]] | str:
        """The rows, or the name of the error."""
        try:
            return self.run(sql).rows
        except StatementFailure as failure:
            return f"ERR:{failure.name}"


def _rows_of(table: Table) -> str:
    names = ", ".join(f'"{column.name}"' for column in table.columns)
    return f"SELECT * FROM (VALUES {', '.join(_ROWS)}) AS t({names})"
