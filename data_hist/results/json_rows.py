"""Encode rows of Athena's CSV as JSON: the rows of a page, NDJSON, and one JSON document."""

from collections.abc import Callable, Sequence
from typing import Any

import pyarrow as pa
from pyarrow import compute

from data_hist.athena.executions import Column
from data_hist.json_documents import dumps, dumps_lines, object_type
from data_hist.results.converters import (
    base64_of_hex,
    convert_values,
    iso_timestamp,
    iso_zoned_timestamp,
    json_number,
    json_value,
)
from data_hist.results.csv import parse_rows, parse_texts
from data_hist.results.formats import RowStyle, column_documents, require_unique_names

_NUMBERS: dict[str, pa.DataType] = {
    "boolean": pa.bool_(),
    **dict.fromkeys(("tinyint", "smallint", "integer", "int", "bigint"), pa.int64()),
    # Single precision would show digits that Athena has not printed.
    **dict.fromkeys(("real", "float", "double"), pa.float64()),
}
_SMALL_NUMBERS = {kind: read for kind, read in _NUMBERS.items() if kind != "bigint"}
_YEAR_DIGITS = 4
_DATE_LENGTH = len("2026-11-20")


class JsonRows:
    """Converts rows to arrays of JSON values, or to objects keyed by column name.

    A bigint becomes a number, or a string if `big_integers` is `string`.
    """

    def __init__(self, columns: Sequence[Column], *, objects: bool, big_integers: str) -> None:
        kinds = [column.type.lower() for column in columns]
        numbers = _NUMBERS if big_integers == "number" else _SMALL_NUMBERS
        self._types = [numbers.get(kind, pa.string()) for kind in kinds]
        self._finish = [_FINISH.get(kind, pa.ChunkedArray.to_pylist) for kind in kinds]
        self._object: Callable[..., Any] | None = None
        if objects:
            require_unique_names(columns, "ask for row_format arrays.")
            self._object = object_type(tuple(column.name for column in columns))

    def documents(self, rows: bytes) -> list[Any]:
        """Convert whole rows, or none.

        Raises:
            EngineFailed: They are not rows of these columns.
        """
        if not rows:
            return []
        try:
            columns = parse_rows(rows, self._types).columns
        except pa.ArrowException:
            return self._build_rows(self._values_leniently(rows))
        return self._build_rows(
            [finish(column) for finish, column in zip(self._finish, columns, strict=True)]
        )

    def _build_rows(self, values: list[list[Any]]) -> list[Any]:
        return list(map(self._object, *values) if self._object else zip(*values, strict=True))

    def _values_leniently(self, rows: bytes) -> list[list[Any]]:
        """Convert value by value; a text that is not of its column's type stays a string."""
        texts = parse_texts(rows, len(self._types)).columns
        return [
            finish(column) if arrow_type == pa.string() else _numbers_or_texts(column, arrow_type)
            for arrow_type, finish, column in zip(self._types, self._finish, texts, strict=True)
        ]


def encode_rows(rows: bytes, columns: Sequence[Column], style: RowStyle) -> bytes:
    """Encode whole rows of a result object as a JSON array.

    Raises:
        InvalidRequest: Rows as objects would lose a column.
        EngineFailed: They are not rows of these columns.
    """
    as_objects = style.row_format == "objects"
    encoded = JsonRows(columns, objects=as_objects, big_integers=style.big_integers)
    return dumps(encoded.documents(rows))


class NdjsonEncoder:
    """Encodes each row as a line of JSON."""

    def __init__(
        self, columns: Sequence[Column], *, objects: bool, big_integers: str = "number"
    ) -> None:
        self._rows = JsonRows(columns, objects=objects, big_integers=big_integers)

    def start(self) -> bytes:
        """Return nothing: NDJSON has no header."""
        return b""

    def rows(self, rows: bytes) -> bytes:
        """Encode rows, one to a line."""
        return dumps_lines(self._rows.documents(rows))

    def finish(self) -> bytes:
        """Return nothing: NDJSON has no footer."""
        return b""


class JsonEncoder:
    """Encodes one document with the columns and the rows."""

    def __init__(
        self,
        query_id: str,
        columns: Sequence[Column],
        *,
        objects: bool,
        big_integers: str = "number",
    ) -> None:
        self._head = {"query_id": query_id, "columns": column_documents(columns)}
        self._rows = JsonRows(columns, objects=objects, big_integers=big_integers)
        self._separator = b""

    def start(self) -> bytes:
        """Return the document up to its first row."""
        return dumps(self._head).removesuffix(b"}") + b',"rows":['

    def rows(self, rows: bytes) -> bytes:
        """Encode rows, separated from those before."""
        separator, self._separator = self._separator, b","
        return separator + dumps(self._rows.documents(rows))[1:-1]

    def finish(self) -> bytes:
        """Return the end of the document."""
        return b"]}"


def _numbers_or_texts(texts: pa.ChunkedArray, arrow_type: pa.DataType) -> list[Any]:
    def convert(text: str) -> bool | int | float | str:
        try:
            number = pa.scalar(text).cast(arrow_type).as_py()
        except pa.ArrowException:
            return text
        return json_number(number) if isinstance(number, float) else number

    return convert_values(texts.to_pylist(), convert)


def _floats(numbers: pa.ChunkedArray) -> list[Any]:
    values: list[Any] = numbers.to_pylist()
    if compute.all(compute.is_finite(numbers)).as_py() is False:
        return convert_values(values, json_number)
    return values


def _dates(texts: pa.ChunkedArray) -> list[Any]:
    values: list[Any] = texts.to_pylist()
    if compute.max(compute.binary_length(texts)).as_py() in (None, _DATE_LENGTH):
        return values
    return convert_values(values, iso_timestamp)


def _timestamps(texts: pa.ChunkedArray) -> list[Any]:
    years = compute.min_max(compute.find_substring(texts, "-")).as_py()
    if years["min"] != _YEAR_DIGITS or years["max"] != _YEAR_DIGITS:
        return convert_values(texts.to_pylist(), iso_timestamp)
    iso = compute.binary_replace_slice(texts, _DATE_LENGTH, _DATE_LENGTH + 1, "T")
    values: list[Any] = iso.to_pylist()
    return values


def _each(convert: Callable[[str], Any]) -> Callable[[pa.ChunkedArray], list[Any]]:
    return lambda texts: convert_values(texts.to_pylist(), convert)


_FINISH: dict[str, Callable[[pa.ChunkedArray], list[Any]]] = {
    "real": _floats,
    "float": _floats,
    "double": _floats,
    "date": _dates,
    "timestamp": _timestamps,
    "timestamp with time zone": _each(iso_zoned_timestamp),
    "varbinary": _each(base64_of_hex),
    "json": _each(json_value),
}
