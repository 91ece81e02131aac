"""Rows of Athena's CSV as Arrow tables: all text, or with the types of the columns.

With the encoders beside it the only user of pyarrow, which is loaded with the first result that
needs it: it takes long to import.
"""

from collections.abc import Callable, Sequence
from typing import Any

import pyarrow as pa
from pyarrow import csv

from data_hist.errors import EngineFailed
from data_hist.model import Column
from data_hist.values import converted_column, converters

_MICROSECONDS = pa.timestamp("us")
_UTC_MICROSECONDS = pa.timestamp("us", "UTC")
_MOST_DIGITS = 38
_TYPES: dict[str, pa.DataType] = {
    "boolean": pa.bool_(),
    "tinyint": pa.int8(),
    "smallint": pa.int16(),
    "integer": pa.int32(),
    "int": pa.int32(),
    "bigint": pa.int64(),
    "real": pa.float32(),
    "float": pa.float32(),
    "double": pa.float64(),
    "date": pa.date32(),
    "timestamp": _MICROSECONDS,
    "timestamp with time zone": _UTC_MICROSECONDS,
    "varbinary": pa.binary(),
}


def arrow_schema(columns: Sequence[Column]) -> pa.Schema:
    """The schema of a result; types that Arrow has no equal for are strings."""
    return pa.schema([pa.field(column.name, _arrow_type(column)) for column in columns])


def typed_rows(rows: bytes, columns: Sequence[Column], schema: pa.Schema) -> pa.Table:
    """Rows with the types of the schema.

    Raises:
        EngineFailed: They are not rows of these columns and types.
    """
    kinds = [column.type.lower() for column in columns]
    read = [
        pa.string() if kind in _CONVERTED else field.type
        for kind, field in zip(kinds, schema, strict=True)
    ]
    table = _read(rows, read)
    try:
        arrays = [
            _CONVERTED[kind](column, array) if kind in _CONVERTED else array
            for kind, column, array in zip(kinds, columns, table.columns, strict=True)
        ]
    except (ValueError, pa.ArrowException) as error:
        raise _unfit() from error
    return pa.Table.from_arrays(arrays, schema=schema)


def text_columns(rows: bytes, columns: Sequence[Column]) -> list[list[str | None]]:
    """Rows as columns of text.

    Raises:
        EngineFailed: They are not rows of these columns.
    """
    table = _read(rows, [pa.string()] * len(columns))
    return [column.to_pylist() for column in table.columns]


def _arrow_type(column: Column) -> pa.DataType:
    kind = column.type.lower()
    if kind == "decimal" and 0 < column.precision <= _MOST_DIGITS:
        return pa.decimal128(column.precision, column.scale)
    return _TYPES.get(kind, pa.string())


def _read(rows: bytes, types: Sequence[pa.DataType]) -> pa.Table:
    # Numbers for names, since two columns of a result may share theirs.
    names = [str(number) for number in range(len(types))]
    try:
        return csv.read_csv(
            pa.BufferReader(rows),
            read_options=csv.ReadOptions(
                use_threads=False, column_names=names, block_size=len(rows) + 1
            ),
            parse_options=csv.ParseOptions(newlines_in_values=True, ignore_empty_lines=False),
            convert_options=csv.ConvertOptions(
                column_types=dict(zip(names, types, strict=True)),
                null_values=[""],
                strings_can_be_null=True,
                quoted_strings_can_be_null=False,
                true_values=["true"],
                false_values=["false"],
            ),
        )
    except pa.ArrowException as error:
        raise _unfit() from error


def _zoned(column: Column, texts: pa.ChunkedArray) -> pa.Array:
    """Athena names zones as people do, so the offsets come from the zone database."""
    [convert] = converters([column])
    return pa.array(converted_column(texts.to_pylist(), convert), pa.string()).cast(
        _UTC_MICROSECONDS
    )


def _binary(_column: Column, texts: pa.ChunkedArray) -> pa.Array:
    return pa.array(converted_column(texts.to_pylist(), bytes.fromhex), pa.binary())


_CONVERTED: dict[str, Callable[[Column, pa.ChunkedArray], Any]] = {
    "timestamp with time zone": _zoned,
    "varbinary": _binary,
}


def _unfit() -> EngineFailed:
    return EngineFailed("The result holds a value that does not fit its type.")
