"""Write SQL that turns Parquet files into the columns of a table, as Trino's Hive connector does.

Columns are found by name without regard to case. What Trino refuses to convert fails.
"""

from collections.abc import Sequence
from itertools import groupby
from pathlib import Path

from local_athena.backends.duckdb.dialect.types.trino_types import TrinoType
from local_athena.backends.duckdb.dialect.types.type_names import parse_type
from local_athena.backends.duckdb.dialect.types.typed_sql import (
    quote_identifier,
    quote_string,
    select_from,
)
from local_athena.backends.duckdb.storage.parquet_schemas import (
    ParquetColumn,
    Schema,
    read_schemas,
)
from local_athena.backends.duckdb.storage.parquet_values import Conversion, find_conversion
from local_athena.backends.duckdb.storage.records import bound_text
from local_athena.tables import Column

# No column of Hive can begin with a blank.
_PATH = " path"


def select_parquet(
    paths: Sequence[str], columns: Sequence[Column], root: Path, place: str
) -> list[str]:
    """Write a SELECT of `filename` and the columns (`c0`, `c1`) for the files of each schema.

    `place` is an expression on `filename` for the path of the file in error messages.
    """
    schemas = read_schemas(paths, root)
    order = {schema: number for number, schema in enumerate(dict.fromkeys(schemas.values()))}
    grouped = groupby(
        sorted(paths, key=lambda path: order[schemas[path]]), key=lambda path: schemas[path]
    )
    return [_select(list(files), schema, columns, place) for schema, files in grouped]


def _select(paths: Sequence[str], schema: Schema, columns: Sequence[Column], place: str) -> str:
    found: dict[str, ParquetColumn] = {}
    for column in schema:
        # Of names that differ only in case, the first counts.
        found.setdefault(column.name.lower(), column)
    where = place.replace("filename", f"file.{quote_identifier(_PATH)}")
    values = [
        f"{_value(column, found.get(column.name.lower()), where)} AS c{number}"
        for number, column in enumerate(columns)
    ]
    listed = ", ".join(map(quote_string, paths))
    return select_from(
        ", ".join([f"file.{quote_identifier(_PATH)} AS filename", *values]),
        f"read_parquet([{listed}], filename = {quote_string(_PATH)}, "
        "hive_partitioning = false) AS file",
    )


def _value(column: Column, stored: ParquetColumn | None, place: str) -> str:
    kind = parse_type(column.type)
    if stored is None:
        return f"CAST(NULL AS {kind.duckdb})"
    value = f"file.{quote_identifier(stored.name)}"
    return _convert(find_conversion(stored, kind), value, kind, place)


def _convert(conversion: Conversion, value: str, kind: TrinoType, place: str) -> str:
    sql = conversion.sql.replace("{}", value)
    for condition, error in conversion.failures:
        message = f"{quote_string(error)} || ' - in ' || {place}"
        raised = f"CAST(CAST(CAST({message} AS INTEGER) AS VARCHAR) AS {kind.duckdb})"
        sql = f"CASE WHEN {condition.replace('{}', value)} THEN {raised} ELSE {sql} END"
    return bound_text(kind, sql) if kind.name in ("varchar", "char") else sql
