"""Convert rows of Athena's CSV into the API's JSON values, for pages and streams."""

from collections.abc import Callable, Sequence
from typing import Any

import pyarrow as pa
from pyarrow import compute

from data_hist.athena.model import Column
from data_hist.results.columns import require_own_names
from data_hist.results.converters import (
    base64_of_binary,
    converted,
    floating,
    iso_moment,
    json_value,
    zoned_timestamp,
)
from data_hist.results.csv_rows import read_rows, read_texts
from data_hist.strict_json import object_type

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
    """Makes rows of these columns: arrays of values, or objects by the columns' names.

    Values of bigint are numbers, or strings where `big_integers` is `string`.
    """

    def __init__(self, columns: Sequence[Column], *, objects: bool, big_integers: str) -> None:
        kinds = [column.type.lower() for column in columns]
        numbers = _NUMBERS if big_integers == "number" else _SMALL_NUMBERS
        self._types = [numbers.get(kind, pa.string()) for kind in kinds]
        self._finish = [_FINISH.get(kind, pa.ChunkedArray.to_pylist) for kind in kinds]
        self._object: Callable[..., Any] | None = None
        if objects:
            require_own_names(columns, "ask for row_format arrays.")
            self._object = object_type(tuple(column.name for column in columns))

    def documents(self, rows: bytes) -> list[Any]:
        """Whole rows in order, or none.

        Raises:
            EngineFailed: They are not rows of these columns.
        """
        if not rows:
            return []
        try:
            columns = read_rows(rows, self._types).columns
        except pa.ArrowException:
            return self._zipped(self._values_one_by_one(rows))
        return self._zipped(
            [finish(column) for finish, column in zip(self._finish, columns, strict=True)]
        )

    def _zipped(self, values: list[list[Any]]) -> list[Any]:
        return list(map(self._object, *values) if self._object else zip(*values, strict=True))

    def _values_one_by_one(self, rows: bytes) -> list[list[Any]]:
        """Leave a text as it is where it is none of its column's type."""
        texts = read_texts(rows, len(self._types)).columns
        return [
            finish(column) if arrow_type == pa.string() else _numbers_or_texts(column, arrow_type)
            for arrow_type, finish, column in zip(self._types, self._finish, texts, strict=True)
        ]


def _numbers_or_texts(texts: pa.ChunkedArray, arrow_type: pa.DataType) -> list[Any]:
    def convert(text: str) -> bool | int | float | str:
        try:
            number = pa.scalar(text).cast(arrow_type).as_py()
        except pa.ArrowException:
            return text
        return floating(number) if isinstance(number, float) else number

    return converted(texts.to_pylist(), convert)


def _floats(numbers: pa.ChunkedArray) -> list[Any]:
    values: list[Any] = numbers.to_pylist()
    if compute.all(compute.is_finite(numbers)).as_py() is False:
        return converted(values, floating)
    return values


def _dates(texts: pa.ChunkedArray) -> list[Any]:
    values: list[Any] = texts.to_pylist()
    if compute.max(compute.binary_length(texts)).as_py() in (None, _DATE_LENGTH):
        return values
    return converted(values, iso_moment)


def _timestamps(texts: pa.ChunkedArray) -> list[Any]:
    years = compute.min_max(compute.find_substring(texts, "-")).as_py()
    if years["min"] != _YEAR_DIGITS or years["max"] != _YEAR_DIGITS:
        return converted(texts.to_pylist(), iso_moment)
    iso = compute.binary_replace_slice(texts, _DATE_LENGTH, _DATE_LENGTH + 1, "T")
    values: list[Any] = iso.to_pylist()
    return values


def _each(convert: Callable[[str], Any]) -> Callable[[pa.ChunkedArray], list[Any]]:
    return lambda texts: converted(texts.to_pylist(), convert)


_FINISH: dict[str, Callable[[pa.ChunkedArray], list[Any]]] = {
    "real": _floats,
    "float": _floats,
    "double": _floats,
    "date": _dates,
    "timestamp": _timestamps,
    "timestamp with time zone": _each(zoned_timestamp),
    "varbinary": _each(base64_of_binary),
    "json": _each(json_value),
}
