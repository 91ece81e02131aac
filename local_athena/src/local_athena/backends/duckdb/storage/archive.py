"""The archive as DuckDB reads it: for each table a SELECT over the files that can match.

Files hold JSON lines, compressed if the suffix says so, or Parquet (`.parquet`).
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from types import MappingProxyType

import duckdb

from local_athena.backends.duckdb.dialect import Scan
from local_athena.backends.duckdb.dialect.types.typed_sql import (
    quote_identifier,
    quote_string,
    select_from,
)
from local_athena.backends.duckdb.storage.compression import is_compressed
from local_athena.backends.duckdb.storage.converted_files import (
    ConvertedFiles,
    select_converted,
)
from local_athena.backends.duckdb.storage.decompressing_files import PREFIX
from local_athena.backends.duckdb.storage.parquet import select_parquet
from local_athena.backends.duckdb.storage.partitions import (
    DataFile,
    FolderFilter,
    create_partition_view,
    folder_values,
    hidden_columns,
    keep_all,
    list_data_files,
)
from local_athena.backends.duckdb.storage.records import duckdb_type, select_columns
from local_athena.backends.duckdb.storage.small_gzip_files import SmallGzipFiles
from local_athena.tables import Column, JsonSerde, Table

_PARQUET = ".parquet"
_NO_LABELS: Mapping[str, str] = MappingProxyType({})
_NO_LINES = "SELECT CAST(NULL AS VARCHAR) AS filename, CAST(NULL AS VARCHAR) AS line WHERE false"
# The longest row Athena reads.
_LONGEST_LINE = 32 * 1024 * 1024
# Without a delimiter, DuckDB reads no NUL in a line.
_UNUSED_DELIMITER = "\x01\x02\x03\x04"

CopyFile = Callable[[str], str | None]


def _keep_file(_path: str) -> None:
    return None


@dataclass(frozen=True)
class ArchiveScan:
    """A relation with a table's columns, and what reading it costs."""

    sql: str
    files: int
    size_bytes: int


class Archive:
    """The tables below one folder, of whose files some may be converted."""

    def __init__(self, root: Path, converted: ConvertedFiles | None = None) -> None:
        self._root = root.resolve()
        self.converted = converted or ConvertedFiles()
        self._small_gzip = SmallGzipFiles()

    def scan(
        self,
        table: Table,
        keep: FolderFilter = keep_all,
        copy: CopyFile = _keep_file,
        hidden: Mapping[str, str] = _NO_LABELS,
    ) -> ArchiveScan:
        """Select the table as it is on disk now, from the partitions that `keep` leaves.

        `copy` may return the path of a copy of a file, to be read in its place; `hidden` has the
        labels of hidden columns to deliver, such as `$path`.
        """
        files = list_data_files(self._root / table.location, table.levels, keep)
        select_lines = partial(self._select_lines, copy=copy)
        return ArchiveScan(
            _table_sql(table, files, self._root, select_lines, hidden),
            len(files),
            sum(file.size for file in files),
        )

    def _select_lines(
        self, files: Sequence[DataFile], columns: Sequence[Column], serde: JsonSerde, copy: CopyFile
    ) -> list[str]:
        converted = self.converted.find(files, columns, serde)
        rest = [file for file in files if file.path not in converted]
        relations = []
        if rest or not converted:
            relations.append(self.select_records(rest, columns, serde, copy))
        if converted:
            relations.append(select_converted(list(converted.values()), len(columns)))
        return relations

    def select_records(
        self, files: Sequence[DataFile], columns: Sequence[Column], serde: JsonSerde, copy: CopyFile
    ) -> str:
        """Select `filename` and columns (`c0`, `c1`) of the records in files of JSON lines."""
        lines = _from_lines(files, copy, self._small_gzip) if files else _NO_LINES
        return select_columns(lines, columns, serde, _place(self._root))

    def create_partition_view(
        self, connection: duckdb.DuckDBPyConnection, scan: Scan, keep: FolderFilter
    ) -> None:
        """Create the view of a scan of `$partitions`."""
        create_partition_view(connection, self._root, scan, keep)

    def relation_sql(self, table: Table, keep: FolderFilter = keep_all) -> str:
        """Return the SELECT of `scan` alone."""
        return self.scan(table, keep).sql

    def folders(self) -> list[Path]:
        """List the folders that hold the files."""
        return [self._root]

    def allowed_directories(self) -> list[str]:
        """List what DuckDB must be allowed to read, for its setting of that name."""
        folders = [f"{self._root}/", f"{PREFIX}{self._root}/"]
        if self.converted.folder:
            folders.append(f"{self.converted.folder}/")
        return folders


def _table_sql(
    table: Table,
    files: Sequence[DataFile],
    root: Path,
    select_lines: Callable[[Sequence[DataFile], Sequence[Column], JsonSerde], list[str]],
    hidden: Mapping[str, str],
) -> str:
    place = _place(root)
    stored = [column for column in table.columns if not column.partition]
    values = {column.name: f"c{number}" for number, column in enumerate(stored)}
    values |= _partition_values(table)
    columns = [
        f"{values[column.name]} AS {quote_identifier(column.name)}" for column in table.columns
    ]
    columns += hidden_columns(table, hidden, files, place)
    parquet = [file.path for file in files if file.path.endswith(_PARQUET)]
    lines = [file for file in files if not file.path.endswith(_PARQUET)]
    relations = select_lines(lines, stored, table.serde)
    if parquet:
        relations += select_parquet(parquet, stored, root, place)
    return select_from(", ".join(columns), f"({' UNION ALL '.join(relations)}) AS record")


def _place(root: Path) -> str:
    """Write the path of a record's file below the archive."""
    return f"substr(filename, {len(str(root)) + 2})"


def _partition_values(table: Table) -> dict[str, str]:
    """Write the partition columns as expressions on the path of the file."""
    types = {column.name: duckdb_type(column.type) for column in table.partition_columns}
    texts = folder_values(table)
    return {
        level.column: texts[level.column]
        if level.is_text
        else f"CAST({texts[level.column]} AS {types[level.column]})"
        for level in table.levels
    }


def _from_lines(files: Sequence[DataFile], copy: CopyFile, small_gzip: SmallGzipFiles) -> str:
    copies = {file.path: copied for file in files if (copied := copy(file.path))}
    own = [file for file in files if file.path not in copies]
    plain = [file.path for file in own if not is_compressed(file.path)]
    small = [file.path for file in own if small_gzip.includes(file)]
    done = {*plain, *small}
    compressed = [f"{PREFIX}{file.path}" for file in own if file.path not in done]
    relations = [_read_lines("filename", plain)] if plain else []
    if small:
        relations.append(_read_lines("filename", small, compression="gzip"))
    if compressed:
        filename = f"substr(filename, {len(PREFIX) + 1}) AS filename"
        relations.append(_read_lines(filename, compressed, compression="gzip"))
    relations += [
        _read_lines(f"{quote_string(path)} AS filename", [copied], delimiter=_UNUSED_DELIMITER)
        for path, copied in copies.items()
    ]
    return " UNION ALL ".join(relations)


def _read_lines(
    filename: str, paths: Sequence[str], *, delimiter: str = "", compression: str = "none"
) -> str:
    # As CSV without delimiter and quotes, since a reader of JSON skips blank and broken lines.
    return select_from(
        f"{filename}, line",
        f"read_csv({_list(paths)}, columns = {{'line': 'VARCHAR'}}, auto_detect = false, "
        f"header = false, delim = '{delimiter}', quote = '', escape = '', comment = '', "
        # By default a buffer for each file and thread holds sixteen of the longest lines.
        f"buffer_size = {_LONGEST_LINE}, max_line_size = {_LONGEST_LINE}, filename = true, "
        f"compression = '{compression}', hive_partitioning = false)",
    )


def _list(paths: Sequence[str]) -> str:
    return f"[{', '.join(map(quote_string, paths))}]"
