"""Convert rows of Athena's CSV into Arrow tables with the columns' types."""

from collections.abc import Callable, Sequence
from typing import Any

import pyarrow as pa
from pyarrow import compute

from data_hist.athena.model import Column
from data_hist.errors import InvalidRequest
from data_hist.results.converters import converted, zoned_timestamp
from data_hist.results.csv_rows import read_rows, read_texts
from data_hist.results.moments import (
    epoch_days,
    epoch_microseconds,
    epoch_microseconds_of_zoned,
)

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
    """Makes tables of the rows of these columns, the schema of which the first rows decide.

    Types that Arrow has no equal for are strings, and timestamps finer than microseconds among
    them: Athena reports these as any others, and prints all of a column as finely.
    """

    def __init__(self, columns: Sequence[Column]) -> None:
        self._columns = columns
        self._types = list(map(_arrow_type, columns))
        self._decided = False

    @property
    def schema(self) -> pa.Schema:
        """The names and types, which are final once there were rows."""
        pairs = zip(self._columns, self._types, strict=True)
        return pa.schema([pa.field(column.name, arrow_type) for column, arrow_type in pairs])

    def table(self, rows: bytes) -> pa.Table:
        """Some whole rows.

        Raises:
            InvalidRequest: Arrow has no form for a value.
            EngineFailed: They are not rows of these columns.
        """
        try:
            arrays = self._arrays(rows)
        except (ValueError, pa.ArrowException):
            arrays = self._arrays_one_by_one(rows)
        self._decided = True
        return pa.Table.from_arrays(arrays, schema=self.schema)

    def _arrays(self, rows: bytes) -> list[pa.ChunkedArray]:
        """Convert what needs it after reading, all else on the way."""
        finish = [_CONVERTED.get(arrow_type) for arrow_type in self._types]
        read = [
            pa.string() if convert else arrow_type
            for convert, arrow_type in zip(finish, self._types, strict=True)
        ]
        return [
            convert(array) if convert else array
            for convert, array in zip(finish, read_rows(rows, read).columns, strict=True)
        ]

    def _arrays_one_by_one(self, rows: bytes) -> list[pa.ChunkedArray]:
        texts = read_texts(rows, len(self._columns)).columns
        if not self._decided:
            self._types = list(map(_type_for, self._types, texts))
        return [self._converted(number, column) for number, column in enumerate(texts)]

    def _converted(self, number: int, texts: pa.ChunkedArray) -> pa.Array:
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
                "have no form for. Ask for format csv, ndjson or json, which give its text, or "
                "cast the column to varchar."
            ) from error


def _arrow_type(column: Column) -> pa.DataType:
    kind = column.type.lower()
    if kind == "decimal" and 0 < column.precision <= _MOST_DIGITS:
        return pa.decimal128(column.precision, column.scale)
    return _TYPES.get(kind, pa.string())


def _type_for(arrow_type: pa.DataType, texts: pa.ChunkedArray) -> pa.DataType:
    """The type of a column by its first rows."""
    if not pa.types.is_timestamp(arrow_type):
        return arrow_type
    finer = compute.any(compute.match_substring_regex(texts, _FINER_THAN_MICROSECONDS)).as_py()
    return pa.string() if finer else arrow_type


def _zoned(texts: pa.ChunkedArray) -> pa.Array:
    """Athena names zones as people do, so the offsets come from the zone database."""
    values = converted(texts.to_pylist(), zoned_timestamp)
    return pa.array(values, pa.string()).cast(_UTC_MICROSECONDS)


def _binary(texts: pa.ChunkedArray) -> pa.Array:
    return _with_each(texts, pa.binary(), bytes.fromhex)


def _with_each(
    texts: pa.ChunkedArray, arrow_type: pa.DataType, convert: Callable[[str], Any]
) -> pa.Array:
    return pa.array(converted(texts.to_pylist(), convert), arrow_type)


_CONVERTED: dict[pa.DataType, Callable[[pa.ChunkedArray], pa.Array]] = {
    _UTC_MICROSECONDS: _zoned,
    pa.binary(): _binary,
}
_EACH: dict[pa.DataType, Callable[[str], int]] = {
    pa.date32(): epoch_days,
    _MICROSECONDS: epoch_microseconds,
    _UTC_MICROSECONDS: epoch_microseconds_of_zoned,
}
