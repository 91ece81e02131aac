"""Encode rows as an Arrow IPC stream or a Parquet file."""

import io
from collections.abc import Sequence

import pyarrow as pa
from pyarrow import parquet

from data_hist.athena.model import Column
from data_hist.results.arrow_tables import ArrowRows
from data_hist.results.columns import require_own_names

_END_OF_STREAM = b"\xff\xff\xff\xff\x00\x00\x00\x00"
"""What an Arrow stream ends with: a message without a length."""


class ArrowEncoder:
    """The schema with the first rows, and a record batch for each block of rows."""

    def __init__(self, columns: Sequence[Column]) -> None:
        self._rows = ArrowRows(columns)
        self._has_schema = False

    def start(self) -> bytes:
        """Nothing: the first rows decide the schema."""
        return b""

    def rows(self, rows: bytes) -> bytes:
        """A record batch for each piece of the rows."""
        batches = self._rows.table(rows).to_batches()
        return self._schema_once() + b"".join([batch.serialize() for batch in batches])

    def finish(self) -> bytes:
        """The mark without which the stream is no whole one."""
        return self._schema_once() + _END_OF_STREAM

    def _schema_once(self) -> bytes:
        if self._has_schema:
            return b""
        self._has_schema = True
        return bytes(self._rows.schema.serialize())


class ParquetEncoder:
    """Row groups, one for each block of rows, and the footer, without which it is no file.

    Raises:
        InvalidRequest: Two columns share a name, for which no reader takes the file.
    """

    def __init__(self, columns: Sequence[Column]) -> None:
        require_own_names(columns, "ask for format arrow, csv or json.")
        self._rows = ArrowRows(columns)
        self._sink = _Sink()
        self._opened: parquet.ParquetWriter | None = None

    def start(self) -> bytes:
        """Nothing: the first rows decide the schema."""
        return b""

    def rows(self, rows: bytes) -> bytes:
        """A row group."""
        table = self._rows.table(rows)
        self._writer().write_table(table)
        return self._sink.drain()

    def finish(self) -> bytes:
        """The footer."""
        self._writer().close()
        return self._sink.drain()

    def _writer(self) -> parquet.ParquetWriter:
        if self._opened is None:
            self._opened = parquet.ParquetWriter(self._sink, self._rows.schema, compression="zstd")
        return self._opened


class _Sink(io.RawIOBase):
    """Takes what a writer writes until it is drained, and knows how much that was in all."""

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
