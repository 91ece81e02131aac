"""The files of a table: its folder tree, walked one partition level after the other and pruned.

A filter says which folders of a level are kept, and only those are listed. The path of a file also
tells partition columns, and hidden ones such as `$path`.
"""

import os
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Self

import duckdb

from local_athena.backends.duckdb.dialect import PartitionPredicate, Scan
from local_athena.backends.duckdb.dialect.types.typed_sql import (
    quote_identifier,
    quote_string,
    select_from,
)
from local_athena.backends.duckdb.storage.records import duckdb_type
from local_athena.errors import StatementFailure
from local_athena.tables import InjectedProjection, PartitionLevel, Table

_HIDDEN = ("_", ".")
_UNLIKELY_TEXTS = ("\x01", "\U0010fffd")
_Column = tuple[str, str]


@dataclass(frozen=True)
class Folder:
    """A folder of the tree and the values of the partition columns down to it."""

    path: str
    values: tuple[str, ...] = ()


@dataclass(frozen=True)
class DataFile:
    """A file of records; its fields are the same only as long as its content is."""

    path: str
    size: int
    modified_ns: int = 0
    changed_ns: int = 0
    inode: int = 0

    @classmethod
    def of(cls, path: str, status: os.stat_result) -> Self:
        """Describe a file by its status."""
        return cls(path, status.st_size, status.st_mtime_ns, status.st_ctime_ns, status.st_ino)


# Called once for each level, with all folders of that level.
FolderFilter = Callable[[Sequence[Folder]], Sequence[Folder]]


def keep_all(folders: Sequence[Folder]) -> Sequence[Folder]:
    """Leave no folder out."""
    return folders


def list_data_files(
    root: Path, levels: Sequence[PartitionLevel], keep: FolderFilter
) -> list[DataFile]:
    """List the files below `root` in the folders that are kept, ordered by path."""
    folders = _kept_folders(root, levels, keep)
    files = (file for folder in folders for file in _files(folder.path))
    return sorted(files, key=lambda file: file.path)


def create_partition_view(
    connection: duckdb.DuckDBPyConnection, root: Path, scan: Scan, keep: FolderFilter
) -> None:
    """Create the view of a scan of `$partitions` in the transaction of the statement.

    Raises:
        StatementFailure: The projection of a key does not tell its values.
    """
    names: list[str] = []
    for levels, folders in _group_partitions(root / scan.table.location, scan.table, keep):
        names.append(f"{scan.relation}_{len(names)}")
        types = {column.name: duckdb_type(column.type) for column in scan.table.partition_columns}
        items = ", ".join(
            f"CAST(unnest(CAST(${number} AS VARCHAR[])) AS {types[level.column]}) "
            f"AS {quote_identifier(level.column)}"
            for number, level in enumerate(levels, 1)
        )
        values = [[folder.values[depth] for folder in folders] for depth in range(len(levels))]
        connection.execute(f"CREATE TEMP TABLE {names[-1]} AS SELECT {items}", values)
    query = select_from("*", " CROSS JOIN ".join(names))
    connection.execute(f"CREATE TEMP VIEW {scan.relation} AS {query}")


def _group_partitions(
    root: Path, table: Table, keep: FolderFilter
) -> Iterator[tuple[Sequence[PartitionLevel], Sequence[Folder]]]:
    """Yield groups of levels and their values, which combine freely to partitions.

    As in Trino, a projection has all partitions that it describes, with files or not.
    """
    if not table.is_projected:
        yield table.levels, _kept_folders(root, table.levels, keep)
        return
    for depth, level in enumerate(table.levels):
        values = level.projection.values()
        if values is None:
            text = f"This endpoint cannot list the values of {level.column}; they are injected"
            raise StatementFailure("NOT_SUPPORTED", text)
        folders = [Folder(level.column, (value,)) for value in values]
        # A condition on a key further down is left to the statement.
        yield (level,), folders if depth else keep(folders)


def _kept_folders(
    root: Path, levels: Sequence[PartitionLevel], keep: FolderFilter
) -> Sequence[Folder]:
    folders: Sequence[Folder] = [Folder(str(root))]
    for level in levels:
        if isinstance(level.projection, InjectedProjection) and folders:
            _require_equality(level, folders[0], keep)
        folders = keep([child for folder in folders for child in _children(folder, level)])
    return folders


def _require_equality(level: PartitionLevel, folder: Folder, keep: FolderFilter) -> None:
    """Raise unless the conditions rule out values that nobody gives."""
    unlikely = [Folder("", (*folder.values, value)) for value in _UNLIKELY_TEXTS]
    if level.is_text and len(keep(unlikely)) == len(unlikely):
        raise StatementFailure(
            "CONSTRAINT_VIOLATION",
            f"For the injected projected partition column {level.column}, the WHERE clause must "
            "contain only static equality conditions, and at least one such condition must be "
            "present.",
        )


def list_partitions(root: Path, table: Table) -> Iterator[tuple[str, ...]]:
    """List the values of the partition keys of each folder that a table has below a root."""
    return (
        folder.values for folder in _partitions(Folder(str(root / table.location)), table.levels)
    )


def _partitions(folder: Folder, levels: Sequence[PartitionLevel]) -> Iterator[Folder]:
    if not levels:
        yield folder
        return
    for child in sorted(_children(folder, levels[0]), key=lambda each: each.path):
        yield from _partitions(child, levels[1:])


def _children(folder: Folder, level: PartitionLevel) -> Iterator[Folder]:
    fixed, slash, _ = level.prefix.rpartition("/")
    depth = level.folders - level.prefix.count("/")
    for path in _folders_below(folder.path + slash + fixed, depth):
        value = level.value(path[len(folder.path) + 1 :])
        if value is not None:
            yield Folder(path, (*folder.values, value))


def _folders_below(path: str, depth: int) -> Iterator[str]:
    folders = (entry.path for entry in _visible(path) if entry.is_dir())
    if depth == 1:
        yield from folders
        return
    for folder in folders:
        yield from _folders_below(folder, depth - 1)


def _files(folder: str) -> Iterator[DataFile]:
    for entry in _visible(folder):
        # Hive makes no split of an empty file, so its missing gzip header does not matter either.
        if entry.is_file() and (status := entry.stat()).st_size > 0:
            yield DataFile.of(entry.path, status)


def _visible(folder: str) -> Iterator[os.DirEntry[str]]:
    try:
        with os.scandir(folder) as entries:
            yield from (entry for entry in entries if not entry.name.startswith(_HIDDEN))
    except (FileNotFoundError, NotADirectoryError):
        # Nobody has written to the table yet, or retention has just removed the folder.
        return


def folder_values(table: Table) -> dict[str, str]:
    """Write the texts of the partition columns as expressions on the path of a file."""
    texts = {}
    behind = 1  # the file itself
    for level in reversed(table.levels):
        texts[level.column] = _folder_value(level, behind + level.suffix.count("/"))
        behind += level.folders
    return texts


def _folder_value(level: PartitionLevel, behind: int) -> str:
    """Write the text of a value, which ends before the last names of a path."""
    places = range(-behind - level.folders_of_value, -behind)
    text = " || '/' || ".join(f"split_part(filename, '/', {place})" for place in places)
    prefix, suffix = level.prefix.rpartition("/")[2], level.suffix.partition("/")[0]
    length = f"length({text}) - {len(prefix) + len(suffix)}"
    return f"substr({text}, {len(prefix) + 1}, {length})"


def hidden_columns(
    table: Table, labels: Mapping[str, str], files: Sequence[DataFile], place: str
) -> list[str]:
    """Write the items of a SELECT that deliver hidden columns under their labels.

    Args:
        table: The table, which has its own bucket.
        labels: The labels by the names of the columns.
        files: The files that are read.
        place: An expression for the path of the file below the archive.
    """
    modified_us = [str(file.modified_ns // 1_000_000 * 1000) for file in files]
    written = {
        "$path": lambda: f"{quote_string(f's3://{table.bucket}/')} || {place}",
        "$file_size": lambda: _of_file([str(file.size) for file in files], files),
        "$file_modified_time": lambda: f"make_timestamptz({_of_file(modified_us, files)})",
        "$partition": lambda: _partition(table),
    }
    return [f"{written[name]()} AS {quote_identifier(label)}" for name, label in labels.items()]


def _of_file(values: Sequence[str], files: Sequence[DataFile]) -> str:
    """Look up a value by the file; DuckDB makes a join of it."""
    paths = ", ".join(quote_string(file.path) for file in files)
    return (
        "(SELECT file.value FROM (SELECT "  # noqa: S608 - quoted paths and numbers
        f"unnest(CAST([{paths}] AS VARCHAR[])) AS path, "
        f"unnest(CAST([{', '.join(values)}] AS BIGINT[])) AS value) AS file "
        "WHERE file.path = filename)"
    )


def _partition(table: Table) -> str:
    values = folder_values(table)
    named = (
        f"{quote_string(f'{column.name}=')} || {values[column.name]}"
        for column in table.partition_columns
    )
    return " || '/' || ".join(named)


def folder_filter(connection: duckdb.DuckDBPyConnection, scan: Scan) -> FolderFilter:
    """Return a filter by the predicates of a scan, which DuckDB evaluates.

    Use it in the transaction that runs the statement, in which `now()` stands still.
    """
    types = {column.name: duckdb_type(column.type) for column in scan.table.partition_columns}
    columns = [(level.column, types[level.column]) for level in scan.table.levels]

    def keep(folders: Sequence[Folder]) -> Sequence[Folder]:
        depth = len(folders[0].values) if folders else 0
        predicates = [one for one in scan.predicates if one.depth == depth]
        if not predicates:
            return folders
        values = zip(*(folder.values for folder in folders), strict=True)
        query = _query(columns[:depth], predicates)
        rows = connection.execute(query, [list(column) for column in values]).fetchall()
        return [folders[number] for (number,) in rows]

    return keep


def _query(columns: Sequence[_Column], predicates: Sequence[PartitionPredicate]) -> str:
    lists = ", ".join(
        f"TRY_CAST(unnest(CAST(${number} AS VARCHAR[])) AS {kind}) AS {quote_identifier(name)}"
        for number, (name, kind) in enumerate(columns, 1)
    )
    # No partition column has a blank in its name, which Hive does not allow.
    folder = f'(SELECT unnest(range(len($1))) AS " number", {lists}) AS folder'
    kept = " AND ".join(_keeps(predicate, columns) for predicate in predicates)
    # A folder whose name is no value of the column's type is kept: the statement itself must fail.
    unread = " OR ".join(f"folder.{quote_identifier(name)} IS NULL" for name, _ in columns)
    return select_from('" number"', folder) + f" WHERE ({kept}) OR {unread} ORDER BY 1"


def _keeps(predicate: PartitionPredicate, columns: Sequence[_Column]) -> str:
    # A folder for which the condition fails is kept: the statement itself must fail.
    kept = f"TRY({predicate.sql}) IS NOT FALSE"
    if not predicate.null_extended:
        return kept
    nulls = ", ".join(f"CAST(NULL AS {kind}) AS {quote_identifier(name)}" for name, kind in columns)
    refused = select_from(f"TRY(({predicate.sql}) IS TRUE) IS FALSE", f"(SELECT {nulls}) AS folder")
    return f"({kept} OR NOT ({refused}))"
