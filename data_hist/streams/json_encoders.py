"""Rows as JSON: a line for each, or one document. The values are those of a page."""

from collections.abc import Iterable, Iterator, Sequence
from typing import Any

from data_hist.documents import column_documents, require_own_names
from data_hist.model import Column
from data_hist.streams.arrow_tables import text_columns
from data_hist.values import converted_column, converters
from data_hist.wire_json import JsonText, dumps, dumps_lines


class NdjsonEncoder:
    """A line for each row."""

    def __init__(self, columns: Sequence[Column], *, objects: bool) -> None:
        self._rows = _JsonRows(columns, objects=objects)

    def start(self) -> bytes:
        """Nothing: each line stands for itself."""
        return b""

    def rows(self, rows: bytes) -> bytes:
        """The lines of some rows."""
        return dumps_lines(self._rows.documents(rows))

    def finish(self) -> bytes:
        """Nothing."""
        return b""


class JsonEncoder:
    """One document with the columns and the rows."""

    def __init__(self, query_id: str, columns: Sequence[Column], *, objects: bool) -> None:
        self._head = {"query_id": query_id, "columns": column_documents(columns)}
        self._rows = _JsonRows(columns, objects=objects)
        self._separator = b""

    def start(self) -> bytes:
        """What stands before the rows."""
        return dumps(self._head).removesuffix(b"}") + b',"rows":['

    def rows(self, rows: bytes) -> bytes:
        """Some rows, and what parts them from those before."""
        separator, self._separator = self._separator, b","
        return separator + dumps(list(self._rows.documents(rows)))[1:-1]

    def finish(self) -> bytes:
        """The end of the document."""
        return b"]}"


class _JsonRows:
    def __init__(self, columns: Sequence[Column], *, objects: bool) -> None:
        self._columns = columns
        self._names = [column.name for column in columns]
        self._converters = converters(columns)
        self._objects = objects
        if objects:
            require_own_names(self._names)

    def documents(self, rows: bytes) -> Iterable[Any]:
        """The rows as arrays or objects."""
        values = zip(*self._values(rows), strict=True)
        return (
            (dict(zip(self._names, row, strict=True)) for row in values)
            if self._objects
            else values
        )

    def _values(self, rows: bytes) -> Iterator[list[Any]]:
        texts = text_columns(rows, self._columns)
        for column, column_texts, convert in zip(
            self._columns, texts, self._converters, strict=True
        ):
            values = converted_column(column_texts, convert)
            yield list(map(_on_one_line, values)) if column.type.lower() == "json" else values


def _on_one_line(value: JsonText | None) -> JsonText | None:
    """JSON text may be broken anywhere but in its strings; a row may not."""
    if value is None:
        return None
    return JsonText(value.text.replace("\n", " ").replace("\r", " "))
