"""Read the columns and first rows of Parquet files."""

import re
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any, Final, NamedTuple

import pyarrow
import pyarrow.parquet
import pyarrow.types as kinds

# Otherwise, whole columns of a row group are read.
_BUFFER_BYTES: Final = 1024 * 1024
_FIELD: Final = re.compile("[a-z_][a-z0-9_]*")
_TYPES: Final = {
    "bool": "boolean",
    "int8": "tinyint",
    "int16": "smallint",
    "int32": "integer",
    "int64": "bigint",
    "uint8": "smallint",
    "uint16": "integer",
    "uint32": "bigint",
    "float": "real",
    "double": "double",
    "string": "varchar",
    "large_string": "varchar",
    "binary": "varbinary",
    "large_binary": "varbinary",
    "date32[day]": "date",
}


class ParquetRows(NamedTuple):
    """What was read of a file.

    Attributes:
        types: Athena's type of each column; None if it has none.
        records: The first rows.
        fault: What is wrong with the file, and what to do; empty if nothing is.
    """

    types: Mapping[str, str | None]
    records: list[dict[str, Any]]
    fault: str = ""


def is_parquet(path: Path) -> bool:
    """Whether a file begins as Parquet does."""
    try:
        with path.open("rb") as file:
            return file.read(4) == b"PAR1"
    except OSError:
        return False


def read_parquet(path: Path, most: int) -> ParquetRows:
    """Read up to so many rows."""
    try:
        with pyarrow.parquet.ParquetFile(path, buffer_size=_BUFFER_BYTES, pre_buffer=False) as file:
            types = {field.name: athena_type(field.type) for field in file.schema_arrow}
            batches = file.iter_batches(batch_size=most) if most else iter(())
            batch = next(batches, None)
            return ParquetRows(types, [] if batch is None else _records(batch))
    except (OSError, pyarrow.ArrowException) as error:
        return ParquetRows({}, [], f"is damaged or cannot be read ({str(error).splitlines()[0]})")


def _records(batch: Any) -> list[dict[str, Any]]:
    columns = {
        name: _values(column) for name, column in zip(batch.schema.names, batch, strict=True)
    }
    return [dict(zip(columns, row, strict=True)) for row in zip(*columns.values(), strict=True)]


def _values(column: Any) -> list[Any]:
    if kinds.is_timestamp(column.type):
        # Python knows no nanoseconds.
        return list(column.cast(pyarrow.timestamp("ms"), safe=False).to_pylist())
    try:
        return list(column.to_pylist())
    except (ValueError, OverflowError):
        return [None] * len(column)


def athena_type(of: Any) -> str | None:
    """Name the type that Athena reads a type of Arrow as."""
    if kinds.is_nested(of):
        return _nested_type(of)
    if kinds.is_timestamp(of):
        return "timestamp"
    if kinds.is_decimal(of):
        return f"decimal({of.precision},{of.scale})" if of.precision <= 38 else None
    return athena_type(of.value_type) if kinds.is_dictionary(of) else _TYPES.get(str(of))


def _nested_type(of: Any) -> str | None:
    if kinds.is_list(of) or kinds.is_large_list(of):
        return _nested("array({})", athena_type(of.value_type))
    if kinds.is_map(of):
        return _nested("map({}, {})", athena_type(of.key_type), athena_type(of.item_type))
    if kinds.is_struct(of):
        return _nested("row({})", ", ".join(_fields(of)) if all(_fields(of)) else None)
    return None


def _fields(of: Any) -> Iterator[str]:
    for field in of:
        inner, name = athena_type(field.type), field.name.lower()
        yield f"{name} {inner}" if inner and _FIELD.fullmatch(name) else ""


def _nested(text: str, *inner: str | None) -> str | None:
    return text.format(*inner) if all(inner) else None
