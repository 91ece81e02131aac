"""Rows as an Arrow IPC stream and as a Parquet file."""

import io
from collections.abc import Sequence

import pyarrow as pa
from pyarrow import parquet

from data_hist.model import Column
from data_hist.results.arrow_tables import arrow_schema, typed_rows

_END_OF_STREAM = b"\xff\xff\xff\xff\x00\x00\x00\x00"
"""What an Arrow stream ends with: a message without a length."""


class ArrowEncoder:
    """Record batches, one for each block of rows."""

    def __init__(self, columns: Sequence[Column]) -> None:
        self._columns = columns
        self._schema = arrow_schema(columns)

    def start(self) -> bytes:
        """The schema."""
        return bytes(self._schema.serialize())

    def rows(self, rows: bytes) -> bytes:
        """A record batch for each piece of the rows."""
        table = typed_rows(rows, self._columns, self._schema)
        return b"".join([batch.serialize() for batch in table.to_batches()])

    def finish(self) -> bytes:
        """The mark without which the stream is no whole one."""
        return _END_OF_STREAM


class ParquetEncoder:
    """Row groups, one for each block of rows, and the footer, without which it is no file."""

    def __init__(self, columns: Sequence[Column]) -> None:
        self._columns = columns
        self._schema = arrow_schema(columns)
        self._sink = _Sink()
        self._writer = parquet.ParquetWriter(self._sink, self._schema, compression="zstd")

    def start(self) -> bytes:
        """What a Parquet file begins with."""
        return self._sink.drain()

    def rows(self, rows: bytes) -> bytes:
        """A row group."""
        self._writer.write_table(typed_rows(rows, self._columns, self._schema))
        return self._sink.drain()

    def finish(self) -> bytes:
        """The footer."""
        self._writer.close()
        return self._sink.drain()


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
