"""Stream a whole result in a format: read its object block by block, encode and compress rows.

The encoders, and pyarrow with them, are imported on a thread, so that no start waits for them.
"""

import asyncio
import zlib
from collections.abc import AsyncGenerator, Callable, Sequence
from concurrent.futures import Executor
from contextlib import aclosing
from dataclasses import dataclass
from functools import partial
from typing import Protocol

from data_hist.athena.executions import Column
from data_hist.results.csv import RowSplitter
from data_hist.results.formats import ResultFormat, RowStyle
from data_hist.results.object_reader import ResultObject

_GZIP_WINDOW = 31
_FASTEST = 1


class Encoder(Protocol):
    """Encodes rows in a format."""

    def start(self) -> bytes:
        """Return what precedes the rows."""

    def rows(self, rows: bytes) -> bytes:
        """Encode whole rows, at least one."""

    def finish(self) -> bytes:
        """Return what follows the rows."""


class Transform(Protocol):
    """Turns bytes into other bytes, as early as it can."""

    def feed(self, block: bytes) -> bytes:
        """Take the next bytes."""

    def finish(self) -> bytes:
        """Return what is left."""


class EncodeRows:
    """Encodes the rows of a result object."""

    def __init__(self, encoder: Encoder) -> None:
        self._splitter = RowSplitter()
        self._encoder = encoder
        self._head = encoder.start()

    def feed(self, block: bytes) -> bytes:
        """Encode the rows that are complete."""
        rows = self._splitter.feed(block)
        head, self._head = self._head, b""
        return head + self._encoder.rows(rows) if rows else head

    def finish(self) -> bytes:
        """Check that the object was complete, and end the document."""
        self._splitter.finish()
        return self._encoder.finish()


class PassThrough:
    """Returns what it takes."""

    def feed(self, block: bytes) -> bytes:
        """Return the same bytes."""
        return block

    def finish(self) -> bytes:
        """Return nothing."""
        return b""


class Gzip:
    """Compresses the output of another transform."""

    def __init__(self, inner: Transform) -> None:
        self._inner = inner
        self._compressor = zlib.compressobj(_FASTEST, zlib.DEFLATED, _GZIP_WINDOW)

    def feed(self, block: bytes) -> bytes:
        """Compress; the compressor may hold some bytes back."""
        return self._compressor.compress(self._inner.feed(block))

    def finish(self) -> bytes:
        """Compress the rest."""
        return self._compressor.compress(self._inner.finish()) + self._compressor.flush()


@dataclass(frozen=True)
class FinishedResult:
    """The whole result of a finished query; its rows are encoded on `row_threads`."""

    query_id: str
    columns: Sequence[Column]
    object: ResultObject
    row_threads: Executor

    def encoded(
        self, fmt: ResultFormat, style: RowStyle, *, gzip: bool
    ) -> AsyncGenerator[bytes, None]:
        """Stream the result in a format.

        Raises:
            InvalidRequest: Rows as objects, or Parquet, would lose a column, or the format cannot
                represent a value.
            EngineError, QueryExpired: The object cannot be read.
        """
        blocks = self.object.blocks(0, self.object.version.object_bytes, fmt.block_bytes)
        make = partial(make_transform, fmt, self.query_id, self.columns, style=style, gzip=gzip)
        return _apply(make, blocks, self.row_threads)


def make_transform(
    fmt: ResultFormat,
    query_id: str,
    columns: Sequence[Column],
    *,
    style: RowStyle,
    gzip: bool,
) -> Transform:
    """Make the transform from a result object to a format.

    Raises:
        InvalidRequest: Rows as objects, or Parquet, would lose a column.
    """
    transform: Transform = (
        PassThrough()
        if fmt.name == "csv"
        else EncodeRows(_make_encoder(fmt.name, query_id, columns, style))
    )
    return Gzip(transform) if gzip else transform


def load_encoders() -> None:
    """Import the encoders, for which the first stream would wait."""
    from data_hist.results import arrow_rows, json_rows  # noqa: F401 - imported for later


def _make_encoder(name: str, query_id: str, columns: Sequence[Column], style: RowStyle) -> Encoder:
    from data_hist.results.arrow_rows import ArrowEncoder, ParquetEncoder
    from data_hist.results.json_rows import JsonEncoder, NdjsonEncoder

    if name == "ndjson":
        as_objects = style.row_format != "arrays"
        return NdjsonEncoder(columns, objects=as_objects, big_integers=style.big_integers)
    if name == "json":
        as_objects = style.row_format == "objects"
        return JsonEncoder(query_id, columns, objects=as_objects, big_integers=style.big_integers)
    return ArrowEncoder(columns) if name == "arrow" else ParquetEncoder(columns)


async def _apply(
    make: Callable[[], Transform], blocks: AsyncGenerator[bytes, None], threads: Executor
) -> AsyncGenerator[bytes, None]:
    """Apply a transform to blocks; it is made, fed and finished on the threads."""
    loop = asyncio.get_running_loop()
    async with aclosing(blocks):
        transform = await loop.run_in_executor(threads, make)
        async for block in blocks:
            made = await loop.run_in_executor(threads, transform.feed, block)
            # Free the block now: the client may take a long time to read what was made of it.
            del block
            if made:
                yield made
        yield await loop.run_in_executor(threads, transform.finish)
