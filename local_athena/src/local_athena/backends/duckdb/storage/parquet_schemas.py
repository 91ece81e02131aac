"""The columns of Parquet files, read from their footers; knows no tables."""

import struct
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from itertools import groupby
from pathlib import Path

import duckdb

from local_athena.errors import StatementFailure

_MAGIC = b"PAR1"
_TRAILER = struct.Struct("<i4s")
_SMALLEST = len(_MAGIC) + _TRAILER.size
_QUERY = """
SELECT file_name, name, type, num_children, converted_type, logical_type, duckdb_type
FROM parquet_schema($paths)
"""


@dataclass(frozen=True)
class ParquetColumn:
    """A column or a part of one.

    Attributes:
        physical: Parquet's type, None for a group.
        converted: The older annotation, such as `UTF8` or `LIST`.
        logical: The newer annotation, as DuckDB prints it.
        duckdb: The type as which DuckDB reads it; of no use for groups.
        children: The parts of a group.
    """

    name: str
    physical: str | None
    converted: str | None
    logical: str
    duckdb: str
    children: tuple["ParquetColumn", ...] = ()


Schema = tuple[ParquetColumn, ...]
_Row = tuple[str, str, str | None, int | None, str | None, str | None, str | None]


def read_schemas(paths: Sequence[str], root: Path) -> Mapping[str, Schema]:
    """Read the columns of each file.

    Raises:
        StatementFailure: A file is damaged; it is named by its path below `root`.
    """
    for path in paths:
        _check_trailer(Path(path), Path(path).relative_to(root))
    try:
        rows = _query(paths)
    except duckdb.Error:
        rows = [row for path in paths for row in _query_one(path, root)]
    return {
        path: _parse_group(iter(list(parts))).children
        for path, parts in groupby(rows, key=lambda row: row[0])
    }


def _check_trailer(path: Path, place: Path) -> None:
    size = path.stat().st_size
    if size < _SMALLEST:
        raise _malformed("Not a valid Parquet File", place)
    with path.open("rb") as content:
        content.seek(-_TRAILER.size, 2)
        length, magic = _TRAILER.unpack(content.read())
    if magic != _MAGIC:
        # Not what is there instead: it may be part of a record.
        raise _malformed("Expected magic number: PAR1", place)
    index = size - _TRAILER.size - length
    if not len(_MAGIC) <= index < size - _TRAILER.size:
        raise _malformed("Metadata index out of range", place)


def _malformed(text: str, place: Path) -> StatementFailure:
    return StatementFailure("HIVE_BAD_DATA", f"Malformed Parquet file. {text} - in {place}")


@cache
def _database() -> duckdb.DuckDBPyConnection:
    # To open one takes longer than to read a footer.
    return duckdb.connect(config={"threads": 1})


def _query(paths: Sequence[str]) -> list[_Row]:
    with _database().cursor() as connection:
        return connection.execute(_QUERY, {"paths": list(paths)}).fetchall()


def _query_one(path: str, root: Path) -> list[_Row]:
    try:
        return _query([path])
    except duckdb.Error as error:
        place = Path(path).relative_to(root)
        raise StatementFailure(
            "HIVE_CANNOT_OPEN_SPLIT", f"Error opening Hive split - in {place}"
        ) from error


def _parse_group(rows: Iterator[_Row]) -> ParquetColumn:
    """Parse a column and the parts that follow it."""
    _, name, physical, parts, converted, logical, duckdb_type = next(rows)
    children = tuple(_parse_group(rows) for _ in range(parts or 0))
    is_group = bool(children)
    return ParquetColumn(
        name, None if is_group else physical, converted, logical or "", duckdb_type or "", children
    )
