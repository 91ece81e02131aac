"""Rows of Athena's CSV as Arrow tables with the types of the columns."""

from collections.abc import Callable, Sequence

import pyarrow as pa

from data_hist.model import Column
from data_hist.results.csv_rows import read_rows, unfit
from data_hist.results.values import converted, zoned_timestamp

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
    table = read_rows(rows, read)
    try:
        arrays = [
            _CONVERTED[kind](array) if kind in _CONVERTED else array
            for kind, array in zip(kinds, table.columns, strict=True)
        ]
    except (ValueError, pa.ArrowException) as error:
        raise unfit() from error
    return pa.Table.from_arrays(arrays, schema=schema)


def _arrow_type(column: Column) -> pa.DataType:
    kind = column.type.lower()
    if kind == "decimal" and 0 < column.precision <= _MOST_DIGITS:
        return pa.decimal128(column.precision, column.scale)
    return _TYPES.get(kind, pa.string())


def _zoned(texts: pa.ChunkedArray) -> pa.Array:
    """Athena names zones as people do, so the offsets come from the zone database."""
    values = converted(texts.to_pylist(), zoned_timestamp)
    return pa.array(values, pa.string()).cast(_UTC_MICROSECONDS)


def _binary(texts: pa.ChunkedArray) -> pa.Array:
    return pa.array(converted(texts.to_pylist(), bytes.fromhex), pa.binary())


_CONVERTED: dict[str, Callable[[pa.ChunkedArray], pa.Array]] = {
    "timestamp with time zone": _zoned,
    "varbinary": _binary,
}
