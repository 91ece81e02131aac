"""Rows as a table of text, whose columns are as wide as the first page needs."""

import json
import math
import re
from collections.abc import Iterator, Sequence
from datetime import datetime, time
from typing import Any

from data_hist_client.documents import Column
from data_hist_client.printable import display_width, printable
from data_hist_client.values import base_type

# A table is for looking at: the other formats have the rest.
_WIDEST = 100
# A moment that Python cannot hold, as JSON has it.
_ISO = re.compile(r"([\d-]+)T([\d:.]+)(\S*)")
_NUMERIC = {"tinyint", "smallint", "integer", "bigint", "real", "float", "double", "decimal"}


class TableText:
    """Writes rows below the names and types of their columns.

    Args:
        columns: The columns.
        first: The rows that decide how wide the columns are.
        with_types: Whether the types stand below the names.
    """

    def __init__(
        self, columns: Sequence[Column], first: Sequence[Sequence[Any]], *, with_types: bool = True
    ) -> None:
        self._head = [[_clean(column.name) for column in columns]]
        if with_types:
            self._head.append([_clean(column.type) for column in columns])
        self._types = [column.type for column in columns]
        self._is_numeric = [is_numeric(column) for column in columns]
        lines = [*self._head, *map(self._cells, first)]
        self._widths = [max(map(display_width, cells)) for cells in zip(*lines, strict=True)]

    @property
    def width(self) -> int:
        """How many places of a terminal a line takes."""
        return sum(self._widths) + 3 * len(self._widths) - 1

    def head(self) -> Iterator[str]:
        """Return the lines above the rows."""
        yield from (self._line(cells) for cells in self._head)
        yield "┼".join("─" * (width + 2) for width in self._widths)

    def line(self, row: Sequence[Any]) -> str:
        """Return the line of a row."""
        return self._line(self._cells(row))

    def _cells(self, row: Sequence[Any]) -> list[str]:
        return list(map(cell_text, row, self._types))

    def _line(self, cells: Sequence[str]) -> str:
        padded = (
            _padded(cell, width, at_right=at_right)
            for cell, width, at_right in zip(cells, self._widths, self._is_numeric, strict=True)
        )
        return f" {' │ '.join(padded)}".rstrip()


def is_numeric(column: Column) -> bool:
    """Whether the values of a column are numbers."""
    return base_type(column.type) in _NUMERIC


def cell_text(value: Any, athena_type: str) -> str:
    """Return a value on one line, without what would control a terminal."""
    if value is None:
        return "NULL"
    if isinstance(value, bool):
        return str(value).lower()
    if isinstance(value, bytes):
        return value[:_WIDEST].hex(" ")[:_WIDEST]
    if isinstance(value, float) and not math.isfinite(value):
        return "NaN" if math.isnan(value) else "Infinity" if value > 0 else "-Infinity"
    if isinstance(value, datetime | time):
        value = _moment_text(value)
    elif isinstance(value, str) and athena_type.startswith("timestamp"):
        value = _ISO.sub(r"\1 \2 \3", value).rstrip()
    elif isinstance(value, dict | list):
        value = json.dumps(value, ensure_ascii=False)
    return _clean(str(value))


def _moment_text(value: datetime | time) -> str:
    """Write a moment as Athena does: with three digits of a second, or with six if it has them."""
    digits = "microseconds" if value.microsecond % 1000 else "milliseconds"
    text = value.replace(tzinfo=None).isoformat(timespec=digits).replace("T", " ")
    return text if value.tzinfo is None else f"{text} {value.isoformat()[-6:]}"


def _clean(text: str) -> str:
    # More than is shown is not looked at: a value may have megabytes.
    clean = printable(text[: _WIDEST + 1])
    return clean if len(clean) <= _WIDEST else f"{clean[: _WIDEST - 1]}…"


def _padded(text: str, width: int, *, at_right: bool) -> str:
    padding = " " * (width - display_width(text))
    return padding + text if at_right else text + padding
