"""Encode rows as NDJSON, or as one JSON document."""

from collections.abc import Sequence

from data_hist.athena.model import Column
from data_hist.results.columns import column_documents
from data_hist.results.json_rows import JsonRows
from data_hist.strict_json import dumps, dumps_lines


class NdjsonEncoder:
    """A line for each row."""

    def __init__(
        self, columns: Sequence[Column], *, objects: bool, big_integers: str = "number"
    ) -> None:
        self._rows = JsonRows(columns, objects=objects, big_integers=big_integers)

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
        """What stands before the rows."""
        return dumps(self._head).removesuffix(b"}") + b',"rows":['

    def rows(self, rows: bytes) -> bytes:
        """Some rows, and what parts them from those before."""
        separator, self._separator = self._separator, b","
        return separator + dumps(self._rows.documents(rows))[1:-1]

    def finish(self) -> bytes:
        """The end of the document."""
        return b"]}"
