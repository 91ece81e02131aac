"""Rows of Athena's CSV as the JSON values of the contract, for pages and for streams alike."""

from collections.abc import Callable, Sequence
from typing import Any

import pyarrow as pa
from pyarrow import compute

from data_hist.errors import InvalidRequest
from data_hist.model import Column
from data_hist.results.csv_rows import read_rows, unfit
from data_hist.results.values import (
    base64_of_binary,
    converted,
    floating,
    json_value,
    zoned_timestamp,
)
from data_hist.wire_json import object_type

_NUMBERS: dict[str, pa.DataType] = {
    "boolean": pa.bool_(),
    **dict.fromkeys(("tinyint", "smallint", "integer", "int", "bigint"), pa.int64()),
    # Single precision would show digits that Athena has not printed.
    **dict.fromkeys(("real", "float", "double"), pa.float64()),
}


class JsonRows:
    """Makes rows of these columns: arrays of values, or objects by the columns' names."""

    def __init__(self, columns: Sequence[Column], *, objects: bool) -> None:
        kinds = [column.type.lower() for column in columns]
        self._types = [_NUMBERS.get(kind, pa.string()) for kind in kinds]
        self._finish = [_FINISH.get(kind, pa.ChunkedArray.to_pylist) for kind in kinds]
        self._object: Callable[..., Any] | None = None
        if objects:
            names = tuple(column.name for column in columns)
            _require_own_names(names)
            self._object = object_type(names)

    def documents(self, rows: bytes) -> list[Any]:
        """Whole rows in order, or none.

        Raises:
            EngineFailed: They are not rows of these columns.
        """
        if not rows:
            return []
        table = read_rows(rows, self._types)
        try:
            values = [
                finish(column) for finish, column in zip(self._finish, table.columns, strict=True)
            ]
        except ValueError as error:
            raise unfit() from error
        return list(map(self._object, *values) if self._object else zip(*values, strict=True))


def _require_own_names(names: Sequence[str]) -> None:
    if len(set(names)) != len(names):
        raise InvalidRequest(
            "Two columns share a name, so that rows as objects would lose one: name them apart "
            "with AS, or ask for row_format arrays."
        )


def _floats(numbers: pa.ChunkedArray) -> list[Any]:
    values: list[Any] = numbers.to_pylist()
    if compute.all(compute.is_finite(numbers)).as_py() is False:
        return converted(values, floating)
    return values


def _timestamps(texts: pa.ChunkedArray) -> list[Any]:
    values: list[Any] = compute.replace_substring(texts, " ", "T", max_replacements=1).to_pylist()
    return values


def _each(convert: Callable[[str], Any]) -> Callable[[pa.ChunkedArray], list[Any]]:
    return lambda texts: converted(texts.to_pylist(), convert)


_FINISH: dict[str, Callable[[pa.ChunkedArray], list[Any]]] = {
    "real": _floats,
    "float": _floats,
    "double": _floats,
    "timestamp": _timestamps,
    "timestamp with time zone": _each(zoned_timestamp),
    "varbinary": _each(base64_of_binary),
    "json": _each(json_value),
}
