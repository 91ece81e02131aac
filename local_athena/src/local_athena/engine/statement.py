"""Run a translated statement in a worker's database, and write its result to a file.

Rows go from DuckDB to the file without passing through Python.
"""

import time
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import duckdb

from local_athena.backends.duckdb.dialect import (
    StatementKind,
    Translation,
    describe_columns,
    failure_from_duckdb,
    render_query,
)
from local_athena.engine.database import Database
from local_athena.engine.executions import Column
from local_athena.engine.result_files import close_empty_result, copy_statement

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
