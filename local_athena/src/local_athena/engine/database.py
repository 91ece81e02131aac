"""A sandboxed DuckDB per worker, and running a translated statement in it.

Each worker has an instance of its own rather than a cursor, because the allowed folders are
settings of the instance. So no SQL can read what another query writes.
"""

import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import duckdb

from local_athena.backends.duckdb.dialect import (
    Scan,
    StatementKind,
    Translation,
    describe_columns,
    failure_from_duckdb,
    install,
    render_query,
)
from local_athena.backends.duckdb.storage.archive import Archive
from local_athena.backends.duckdb.storage.partitions import folder_filter
from local_athena.engine.executions import Column
from local_athena.engine.results import close_empty_result, copy_statement


class Database:
    """One sandboxed DuckDB.

    Args:
        archive: The archive that queries read.
        folder: The worker's folder, for unfinished results and for data that spills to disk.
        memory_limit: DuckDB's limit, such as `1GB`.
        threads: DuckDB's threads.

    Attributes:
        is_usable: False after an error after which DuckDB refuses every statement.
    """

    def __init__(self, archive: Archive, folder: Path, memory_limit: str, threads: int) -> None:
        self._archive = archive
        self.is_usable = True
        self.connection = duckdb.connect(
            config={
                "memory_limit": memory_limit,
                "threads": threads,
                # An interrupted COPY may wait for its asynchronous writes forever (DuckDB 2.0).
                "async_threads": 0,
                "temp_directory": str(folder / "spill"),
                "autoinstall_known_extensions": False,
                "autoload_known_extensions": False,
            }
        )
        self._lock_down([*archive.folders(), folder])

    @property
    def archive_folders(self) -> Sequence[Path]:
        """The folders of the files that queries read."""
        return self._archive.folders()

    def _lock_down(self, folders: Sequence[Path]) -> None:
        run = self.connection.execute
        install(self.connection)
        run("SET allowed_directories = $folders", {"folders": [f"{path}/" for path in folders]})
        run("SET enable_external_access = false")
        run("SET lock_configuration = true")

    @contextmanager
    def relations(self, scans: Sequence[Scan]) -> Iterator[int]:
        """Create the views of a translated statement while it runs; yield the bytes that they read.

        Runs in one transaction, so that `now()` is the same for pruning and for the rows.
        """
        size_bytes = 0
        try:
            self.connection.execute("BEGIN TRANSACTION")
            for scan in scans:
                rows = self._archive.scan(scan.table, folder_filter(self.connection, scan))
                self.connection.execute(f'CREATE TEMP VIEW "{scan.relation}" AS {rows.sql}')
                size_bytes += rows.size_bytes
            yield size_bytes
        finally:
            self._roll_back()

    def _roll_back(self) -> None:
        """Drop the views, also after an error."""
        while True:
            try:
                self.connection.execute("ROLLBACK")
            except duckdb.InterruptException:
                # Meant for the statement; the next one could not begin before this is done.
                continue
            except duckdb.Error:
                # There is no transaction, or DuckDB refuses everything after a fatal error.
                return
            else:
                return

    def copy(self, statement: str) -> int:
        """Run a COPY and return the number of rows."""
        written = self.connection.execute(statement).fetchone()
        return int(written[0]) if written else 0

    def interrupt(self) -> None:
        """Interrupt the running statement, from another thread."""
        self.connection.interrupt()

    def close(self) -> None:
        """Release memory and files."""
        self.connection.close()


_EXPLAIN_COLUMN = Column("Valid", "boolean", 0, 0, case_sensitive=False)


@dataclass(frozen=True)
class Outcome:
    """The outcome of a successful statement."""

    columns: tuple[Column, ...]
    rows: int
    scanned_bytes: int
    planning_ms: int
    engine_ms: int


class Abandoned(Exception):
    """The execution was cancelled or timed out."""


def run_statement(
    database: Database,
    translation: Translation,
    sql: str,
    result: Path,
    is_abandoned: Callable[[], bool],
) -> Outcome:
    """Run a statement and write its result.

    Raises:
        StatementFailure: Athena would report the execution as FAILED.
        Abandoned: It was given up between two steps; within a step, DuckDB is interrupted.
    """
    started = time.perf_counter()
    try:
        with database.relations(translation.scans) as scanned_bytes:
            columns = _columns(database, translation)
            if is_abandoned():
                raise Abandoned
            planned = time.perf_counter()
            rows = _write(database, translation, columns, result)
    except duckdb.Error as error:
        if isinstance(error, duckdb.FatalException | duckdb.InternalException):
            database.is_usable = False
        if is_abandoned():
            raise Abandoned from error
        raise failure_from_duckdb(error, sql, database.archive_folders) from error
    # A statement that is only validated is bound to the archive and reads none of it.
    scans = translation.statement is not StatementKind.EXPLAIN_VALIDATE
    return Outcome(
        columns,
        rows,
        scanned_bytes if scans else 0,
        _milliseconds(started, planned),
        _milliseconds(started),
    )


def _columns(database: Database, translation: Translation) -> tuple[Column, ...]:
    columns = tuple(
        Column(column.name, column.type, column.precision, column.scale, column.case_sensitive)
        for column in describe_columns(database.connection, translation)
    )
    is_explain = translation.statement is StatementKind.EXPLAIN_VALIDATE
    return (_EXPLAIN_COLUMN,) if is_explain else columns


def _write(
    database: Database, translation: Translation, columns: tuple[Column, ...], result: Path
) -> int:
    if translation.statement is StatementKind.EXPLAIN_VALIDATE:
        result.write_text("true", encoding="utf-8")
        return 1
    query = render_query(database.connection, translation)
    rows = database.copy(copy_statement(query, [column.name for column in columns], result))
    if rows == 0:
        close_empty_result(result)
    return rows


def _milliseconds(start: float, end: float | None = None) -> int:
    return round(((end or time.perf_counter()) - start) * 1000)
