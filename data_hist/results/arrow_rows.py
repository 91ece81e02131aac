"""Encode rows of Athena's CSV as an Arrow IPC stream or a Parquet file."""

import io
from collections.abc import Callable, Sequence
from typing import Any

import pyarrow as pa
from pyarrow import compute, parquet

from data_hist.athena.executions import Column
from data_hist.errors import InvalidRequest
from data_hist.results.converters import (
    convert_values,
    epoch_days,
    epoch_microseconds,
    iso_zoned_timestamp,
    zoned_epoch_microseconds,
)
from data_hist.results.csv import parse_rows, parse_texts
from data_hist.results.formats import require_unique_names

_END_OF_STREAM = b"\xff\xff\xff\xff\x00\x00\x00\x00"
"""Ends an Arrow stream: a message of length 0."""
_MICROSECONDS = pa.timestamp("us")
_UTC_MICROSECONDS = pa.timestamp("us", "UTC")
_FINER_THAN_MICROSECONDS = r":\d\d\.\d{7,}"
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


class ArrowRows:
    """Converts rows to tables; the first rows decide the schema.

    Types without an Arrow equivalent are strings, and so are timestamps finer than microseconds:
    Athena reports these like any others, and prints all values of a column with one precision.
    """

    def __init__(self, columns: Sequence[Column]) -> None:
        self._columns = columns
        self._types = list(map(_arrow_type, columns))
        self._decided = False

    @property
    def schema(self) -> pa.Schema:
        """Names and types; final once rows have been converted."""
        pairs = zip(self._columns, self._types, strict=True)
        return pa.schema([pa.field(column.name, arrow_type) for column, arrow_type in pairs])

    def table(self, rows: bytes) -> pa.Table:
        """Convert whole rows.

        Raises:
            InvalidRequest: Arrow cannot represent a value.
            EngineFailed: They are not rows of these columns.
        """
        try:
            arrays = self._arrays(rows)
        except (ValueError, pa.ArrowException):
            arrays = self._arrays_leniently(rows)
        self._decided = True
        return pa.Table.from_arrays(arrays, schema=self.schema)

    def _arrays(self, rows: bytes) -> list[pa.ChunkedArray]:
        """Let pyarrow convert while it parses, except the types that it cannot parse."""
        finish = [_CONVERTED.get(arrow_type) for arrow_type in self._types]
        read = [
            pa.string() if convert else arrow_type
            for convert, arrow_type in zip(finish, self._types, strict=True)
        ]
        return [
            convert(array) if convert else array
            for convert, array in zip(finish, parse_rows(rows, read).columns, strict=True)
        ]

    def _arrays_leniently(self, rows: bytes) -> list[pa.ChunkedArray]:
        texts = parse_texts(rows, len(self._columns)).columns
        if not self._decided:
            self._types = list(map(_observed_type, self._types, texts))
        return [self._convert_values(number, column) for number, column in enumerate(texts)]

    def _convert_values(self, number: int, texts: pa.ChunkedArray) -> pa.Array:
        arrow_type = self._types[number]
        try:
            return _CONVERTED.get(arrow_type, lambda array: array.cast(arrow_type))(texts)
        except (ValueError, pa.ArrowException):
            pass
        try:
            return _with_each(texts, arrow_type, _EACH[arrow_type])
        except (KeyError, ValueError, pa.ArrowException) as error:
            raise InvalidRequest(
                f"Column {number + 1} holds a {self._columns[number].type} that Arrow and Parquet "
                "cannot represent. Request csv, ndjson or json, which return its text, or cast "
                "the column to varchar."
            ) from error


class ArrowEncoder:
    """Encodes the schema with the first rows, and blocks of rows as record batches."""

    def __init__(self, columns: Sequence[Column]) -> None:
        self._rows = ArrowRows(columns)
        self._has_schema = False

    def start(self) -> bytes:
        """Return nothing: the first rows decide the schema."""
        return b""

    def rows(self, rows: bytes) -> bytes:
        """Encode rows as record batches."""
        batches = self._rows.table(rows).to_batches()
        return self._schema_once() + b"".join([batch.serialize() for batch in batches])

    def finish(self) -> bytes:
        """Return the marker that ends a complete stream."""
        return self._schema_once() + _END_OF_STREAM

    def _schema_once(self) -> bytes:
        if self._has_schema:
            return b""
        self._has_schema = True
        return bytes(self._rows.schema.serialize())


class ParquetEncoder:
    """Encodes each block of rows as a row group, and the footer that completes the file.

    Raises:
        InvalidRequest: Two columns share a name; readers reject such files.
    """

    def __init__(self, columns: Sequence[Column]) -> None:
        require_unique_names(columns, "ask for format arrow, csv or json.")
        self._rows = ArrowRows(columns)
        self._sink = _Sink()
        self._opened: parquet.ParquetWriter | None = None

    def start(self) -> bytes:
        """Return nothing: the first rows decide the schema."""
        return b""

    def rows(self, rows: bytes) -> bytes:
        """Encode rows as a row group."""
        table = self._rows.table(rows)
        self._writer().write_table(table)
        return self._sink.drain()

    def finish(self) -> bytes:
        """Return the footer."""
        self._writer().close()
        return self._sink.drain()

    def _writer(self) -> parquet.ParquetWriter:
        if self._opened is None:
            self._opened = parquet.ParquetWriter(self._sink, self._rows.schema, compression="zstd")
        return self._opened


class _Sink(io.RawIOBase):
    """Holds what a writer writes until it is drained; `tell` counts all of it."""

    def __init__(self) -> None:
        self._parts: list[bytes] = []
        self._position = 0

    def writable(self) -> bool:
        return True

    def tell(self) -> int:
        return self._position

    def write(self, data: pa.Buffer) -> int:
        part = bytes(data)
        self._parts.append(part)
        self._position += len(part)
        return len(part)

    def drain(self) -> bytes:
        written = b"".join(self._parts)
        self._parts.clear()
        return written


def _arrow_type(column: Column) -> pa.DataType:
    kind = column.type.lower()
    if kind == "decimal" and 0 < column.precision <= _MOST_DIGITS:
        return pa.decimal128(column.precision, column.scale)
    return _TYPES.get(kind, pa.string())


def _observed_type(arrow_type: pa.DataType, texts: pa.ChunkedArray) -> pa.DataType:
    """Return the type of a column, given its first values."""
    if not pa.types.is_timestamp(arrow_type):
        return arrow_type
    finer = compute.any(compute.match_substring_regex(texts, _FINER_THAN_MICROSECONDS)).as_py()
    return pa.string() if finer else arrow_type


def _zoned(texts: pa.ChunkedArray) -> pa.Array:
    """Convert through ISO 8601, since pyarrow does not parse the names of time zones."""
    values = convert_values(texts.to_pylist(), iso_zoned_timestamp)
    return pa.array(values, pa.string()).cast(_UTC_MICROSECONDS)


def _binary(texts: pa.ChunkedArray) -> pa.Array:
    return _with_each(texts, pa.binary(), bytes.fromhex)


def _with_each(
    texts: pa.ChunkedArray, arrow_type: pa.DataType, convert: Callable[[str], Any]
) -> pa.Array:
    return pa.array(convert_values(texts.to_pylist(), convert), arrow_type)


_CONVERTED: dict[pa.DataType, Callable[[pa.ChunkedArray], pa.Array]] = {
    _UTC_MICROSECONDS: _zoned,
    pa.binary(): _binary,
}
_EACH: dict[pa.DataType, Callable[[str], int]] = {
    pa.date32(): epoch_days,
    _MICROSECONDS: epoch_microseconds,
    _UTC_MICROSECONDS: zoned_epoch_microseconds,
}
