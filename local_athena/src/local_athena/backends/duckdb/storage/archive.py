"""The archive as DuckDB reads it: for each table a SELECT over the files that can match.

Files hold JSON lines, gzipped if the name ends in `.gz`, or Parquet (`.parquet`).
"""

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from local_athena.backends.duckdb.dialect.typed_sql import quote_string
from local_athena.backends.duckdb.storage.partitions import (
    DataFile,
    FolderFilter,
    keep_all,
    list_data_files,
)
from local_athena.backends.duckdb.storage.records import (
    column_value,
    duckdb_type,
    field_texts,
    is_record,
)
from local_athena.tables import PartitionLevel, Table

_PARQUET = ".parquet"
# The longest row Athena reads.
_LONGEST_LINE = 32 * 1024 * 1024


@dataclass(frozen=True)
class ArchiveScan:
    """A relation with a table's columns, and what reading it costs."""

    sql: str
    files: int
    size_bytes: int


class Archive:
    """The tables below one folder."""

    def __init__(self, root: Path) -> None:
        self._root = root.resolve()

    def scan(self, table: Table, keep: FolderFilter = keep_all) -> ArchiveScan:
        """Select the table as it is on disk now, from the partitions that `keep` leaves."""
        files = list_data_files(self._root / table.location, table.levels, keep)
        return ArchiveScan(
            _table_sql(table, files, self._place()),
            len(files),
            sum(file.size for file in files),
        )

    def relation_sql(self, table: Table, keep: FolderFilter = keep_all) -> str:
        """Return the SELECT of `scan` alone."""
        return self.scan(table, keep).sql

    def folders(self) -> list[Path]:
        """List the folders that DuckDB must be allowed to read."""
        return [self._root]

    def _place(self) -> str:
        """Write an expression for the path of a record's file below the archive."""
        return f"substr(filename, {len(str(self._root)) + 2})"


def _table_sql(table: Table, files: Sequence[DataFile], place: str) -> str:
    stored = [column for column in table.columns if not column.partition]
    keys = [table.serde.keys.get(column.name, column.name) for column in stored]
    values = _folder_values(table) | {
        column.name: column_value(column, key, f"field[{number + 1}]", number, place)
        for number, (column, key) in enumerate(zip(stored, keys, strict=True))
    }
    columns = ", ".join(f'{values[column.name]} AS "{column.name}"' for column in table.columns)
    return (
        # The pieces are column names of the catalog and quoted paths.
        f"SELECT {columns} FROM (SELECT filename, json, {field_texts(keys, place)} AS field "  # noqa: S608
        f"FROM ({_records_sql(files)}) AS line WHERE {is_record(place)}) AS record"
    )


def _folder_values(table: Table) -> dict[str, str]:
    """Write the partition columns as expressions on the path of the file."""
    types = {column.name: duckdb_type(column.type) for column in table.partition_columns}
    return {
        level.column: _folder_value(level, place, types[level.column])
        for place, level in enumerate(table.levels, -len(table.levels) - 1)
    }


def _folder_value(level: PartitionLevel, place: int, duckdb_type: str) -> str:
    name = f"split_part(filename, '/', {place})"
    around = len(level.prefix) + len(level.suffix)
    value = f"substr({name}, {len(level.prefix) + 1}, length({name}) - {around})"
    return value if level.is_text else f"CAST({value} AS {duckdb_type})"


def _records_sql(files: Sequence[DataFile]) -> str:
    """Select a JSON text for each record, and the path of its file."""
    parquet = [file.path for file in files if file.path.endswith(_PARQUET)]
    lines = [file.path for file in files if not file.path.endswith(_PARQUET)]
    relations = [
        "SELECT CAST(NULL AS VARCHAR) AS filename, CAST(NULL AS VARCHAR) AS json WHERE false"
    ]
    if lines:
        relations.append(_from_lines(lines))
    if parquet:
        relations.append(_from_parquet(parquet))
    return " UNION ALL ".join(relations)


def _from_lines(paths: Sequence[str]) -> str:
    # Read as objects, not columns: DuckDB would match names exactly and round numbers.
    return (
        "SELECT filename, CAST(json AS VARCHAR) AS json "  # noqa: S608
        f"FROM read_json_objects({_list(paths)}, "
        f"format = 'newline_delimited', filename = true, maximum_object_size = {_LONGEST_LINE})"
    )


def _from_parquet(paths: Sequence[str]) -> str:
    # As JSON, so that both formats follow the same rules whatever the types in the file.
    return (
        "SELECT row.filename, CAST(to_json(row) AS VARCHAR) AS json "  # noqa: S608
        f"FROM read_parquet({_list(paths)}, filename = true, union_by_name = true, "
        "hive_partitioning = false, binary_as_string = true) AS row"
    )


def _list(paths: Sequence[str]) -> str:
    return f"[{', '.join(map(quote_string, paths))}]"
