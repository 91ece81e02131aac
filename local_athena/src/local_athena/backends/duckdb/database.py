"""A sandboxed DuckDB per worker, which runs translated statements and writes their results.

Each worker has an instance of its own rather than a cursor, because the allowed folders are
settings of the instance. So no SQL can read what another query writes.
"""

import threading
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import duckdb

from local_athena.backends.duckdb.dialect import (
    Explain,
    Scan,
    Translation,
    describe_columns,
    failure_from_duckdb,
    install,
    may_be_early,
    render_query,
    validate,
    write_plan,
)
from local_athena.backends.duckdb.dialect.types.trino_types import UNBOUNDED
from local_athena.backends.duckdb.dialect.types.typed_sql import quote_identifier, quote_string
from local_athena.backends.duckdb.storage.archive import Archive
from local_athena.backends.duckdb.storage.converted_files import ConversionTask
from local_athena.backends.duckdb.storage.decompressing_files import install_decompression
from local_athena.backends.duckdb.storage.odd_files import OddFiles
from local_athena.backends.duckdb.storage.partitions import folder_filter
from local_athena.backends.duckdb.storage.record_functions import install_record_functions
from local_athena.engine.backend import Abandoned, IsAbandoned, Outcome
from local_athena.engine.column_info import describe_column
from local_athena.engine.executions import Column


@dataclass(frozen=True)
class ScanOutcome(Outcome):
    """An outcome, and which files are worth converting after it."""

    conversion: ConversionTask = field(default_factory=ConversionTask)


class Database:
    """One sandboxed DuckDB.

    Args:
        archive: The archive that queries read.
        folder: The worker's folder, for unfinished results and for data that spills to disk.
        memory_limit: DuckDB's limit, such as `1GB`.
        threads: DuckDB's threads.
    """

    def __init__(self, archive: Archive, folder: Path, memory_limit: str, threads: int) -> None:
        self._archive = archive
        self._folder = folder
        self._odd_files = OddFiles(folder / "lines")
        self._config: dict[str, Any] = {
            "memory_limit": memory_limit,
            "threads": threads,
            # An interrupted COPY may wait for its asynchronous writes forever (DuckDB 2.0).
            "async_threads": 0,
            "temp_directory": str(folder / "spill"),
            "autoinstall_known_extensions": False,
            "autoload_known_extensions": False,
        }
        # An interrupt must not reach a connection that is being replaced.
        self._connection_lock = threading.Lock()
        self._computes_early = True
        self.connection = self._connect()

    def _connect(self) -> duckdb.DuckDBPyConnection:
        connection = duckdb.connect(config=self._config)
        install(connection, computes_early=self._computes_early)
        install_record_functions(connection)
        install_decompression(connection)
        folders = [*self._archive.allowed_directories(), f"{self._folder}/"]
        connection.execute("SET allowed_directories = $folders", {"folders": folders})
        connection.execute("SET enable_external_access = false")
        connection.execute("SET lock_configuration = true")
        return connection

    def run(self, plan: Translation, result: Path, is_abandoned: IsAbandoned) -> Outcome:
        """Run a statement and write its result.

        Raises:
            StatementFailure: Athena would report the execution as FAILED.
            Abandoned: It was given up between two steps; within a step, DuckDB is interrupted.
        """
        try:
            while True:
                try:
                    return self._run_once(plan, result, is_abandoned)
                except duckdb.Error as error:
                    if is_abandoned() or not self._learn(error, plan):
                        raise
        except duckdb.Error as error:
            if isinstance(error, duckdb.FatalException | duckdb.InternalException):
                # After one, DuckDB refuses every statement.
                self._reconnect()
            if is_abandoned():
                raise Abandoned from error
            raise failure_from_duckdb(error, plan.original, self._archive.folders()) from error
        finally:
            self._odd_files.clear()
            if not self._computes_early:
                self._compute_early(True)

    def _learn(self, error: duckdb.Error, plan: Translation) -> bool:
        """Whether the statement may succeed if it runs again."""
        if isinstance(error, duckdb.InvalidInputException) and self._odd_files.learn(error):
            return True
        if self._archive.converted.discard(error):
            return True
        if self._computes_early and may_be_early(error, plan.sql):
            self._compute_early(False)
            return True
        return False

    def _compute_early(self, computes: bool) -> None:
        self._computes_early = computes
        self._reconnect()

    def _run_once(self, plan: Translation, result: Path, is_abandoned: IsAbandoned) -> Outcome:
        started = time.perf_counter()
        self._archive.converted.clear()
        with self.relations(plan.scans) as scanned_bytes:
            if is_abandoned():
                raise Abandoned
            planned = time.perf_counter()
            if plan.explain:
                columns: tuple[Column, ...] = (self._write_explained(plan, plan.explain, result),)
                rows = 1
            else:
                columns = describe_columns(plan)
                rows = self._write(plan, columns, result)
        return ScanOutcome(
            columns,
            rows,
            # A statement that is only planned is bound to the archive and reads none of it.
            scanned_bytes if plan.reads else 0,
            _milliseconds(started, planned),
            _milliseconds(started),
            conversion=self._archive.converted.task if plan.reads else ConversionTask(),
        )

    @contextmanager
    def relations(self, scans: Sequence[Scan]) -> Iterator[int]:
        """Create the views of a translated statement while it runs; yield the bytes that they read.

        Runs in one transaction, so that `now()` is the same for pruning and for the rows.
        """
        size_bytes = 0
        try:
            self.connection.execute("BEGIN TRANSACTION")
            for scan in scans:
                keep = folder_filter(self.connection, scan)
                if scan.of_partitions:
                    self._archive.create_partition_view(self.connection, scan, keep)
                    continue
                hidden = {name: scan.hidden_label(name) for name in scan.hidden}
                rows = self._archive.scan(scan.table, keep, self._odd_files.copy, hidden)
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

    def _write(self, translation: Translation, columns: Sequence[Column], result: Path) -> int:
        query = render_query(translation)
        copy = copy_statement(query, [column.name for column in columns], result)
        written = self.connection.execute(copy).fetchone()
        rows = int(written[0]) if written else 0
        if rows == 0:
            close_empty_result(result)
        return rows

    def _write_explained(self, plan: Translation, explain: Explain, result: Path) -> Column:
        """Write the answer to EXPLAIN below the name of its column, as Athena does."""
        if explain.validates:
            validate(self.connection, plan.sql)
            column, text = describe_column("Valid", "boolean"), "true"
        else:
            text = write_plan(self.connection, explain, plan.sql, plan.scans)
            for folder in self._archive.folders():
                text = text.replace(f"{folder}/", "")
            # As in Trino, the type of a plan tells its length unless the query was run.
            length = UNBOUNDED if explain.analyze else len(text)
            column = describe_column("Query Plan", "varchar", length)
        result.write_text(f"{column.name}\n{text}\n", encoding="utf-8")
        return column

    def _reconnect(self) -> None:
        with self._connection_lock:
            self.connection.close()
            self.connection = self._connect()

    def interrupt(self) -> None:
        """Interrupt the running statement, from another thread."""
        with self._connection_lock:
            self.connection.interrupt()

    def close(self) -> None:
        """Release memory and files."""
        self.connection.close()


def copy_statement(query: str, names: Sequence[str], path: Path) -> str:
    """Write the COPY statement that writes the rows of a query to a result file.

    DuckDB's own header would rename the second of two columns with one name. PREFIX writes ours;
    line ends become separators then, so SUFFIX writes the last one.
    """
    # A field of the file is quoted like a name in SQL.
    header = ",".join(map(quote_identifier, names)) + "\n"
    target, prefix = quote_string(str(path)), quote_string(header)
    return (
        f"COPY ({query}) TO {target} (FORMAT csv, HEADER false, "
        f"PREFIX {prefix}, SUFFIX '\n', FORCE_QUOTE *, NULLSTR '')"
    )


def close_empty_result(path: Path) -> None:
    """Remove the line end that `copy_statement` writes even if there are no rows."""
    with path.open("r+b") as file:
        file.truncate(path.stat().st_size - 1)


def _milliseconds(start: float, end: float | None = None) -> int:
    return round(((end or time.perf_counter()) - start) * 1000)
