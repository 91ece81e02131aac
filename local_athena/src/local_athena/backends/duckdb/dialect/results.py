"""The result of a translated statement: its columns as GetQueryResults tells them, its text."""

from dataclasses import dataclass

import duckdb

from local_athena.backends.duckdb.dialect.duckdb_errors import failure_from_duckdb
from local_athena.backends.duckdb.dialect.rendering import text_of
from local_athena.backends.duckdb.dialect.translation import Translation
from local_athena.backends.duckdb.dialect.trino_types import UNBOUNDED, TrinoType
from local_athena.backends.duckdb.dialect.typed_sql import selection

_NAMES = {"real": "float", "unknown": "unknown"}
_PRECISIONS = {
    "tinyint": 3,
    "smallint": 5,
    "integer": 10,
    "bigint": 19,
    "real": 17,
    "double": 17,
    "varbinary": 1073741824,
}


@dataclass(frozen=True)
class ResultColumn:
    """One column as Athena's ColumnInfo describes it."""

    name: str
    type: str
    precision: int
    scale: int
    case_sensitive: bool


def result_columns(
    connection: duckdb.DuckDBPyConnection, translation: Translation
) -> tuple[ResultColumn, ...]:
    """The columns of the result, once DuckDB has bound the query to the scan views.

    Raises:
        StatementFailure: the query does not bind.
    """
    try:
        connection.execute(f"EXPLAIN {translation.sql}").fetchall()
    except duckdb.Error as error:
        raise failure_from_duckdb(error, translation.original) from error
    return tuple(_result_column(column.name, column.type) for column in translation.columns)


def _result_column(name: str, kind: TrinoType) -> ResultColumn:
    textual = kind.name in ("varchar", "char")
    precision = _PRECISIONS.get(kind.name, kind.precision or 0)
    if textual:
        precision = UNBOUNDED if kind.length is None else kind.length
    return ResultColumn(name, _NAMES.get(kind.name, kind.name), precision, kind.scale, textual)


def rendered_query(connection: duckdb.DuckDBPyConnection, translation: Translation) -> str:
    """The query with every column as Athena's text, in the same order."""
    del connection
    items = ", ".join(
        f"{text_of(f'r.{column.label}', column.type)} AS {column.label}"
        for column in translation.columns
    )
    return selection(items, f"({translation.sql}) AS r")
