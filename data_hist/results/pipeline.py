"""From the blocks of an object to the bytes of a format, one visit to a thread for each block."""

import asyncio
import zlib
from collections.abc import AsyncGenerator, Callable
from concurrent.futures import Executor
from contextlib import aclosing
from typing import Protocol

from data_hist.results.row_blocks import RowBlocks

_GZIP_WINDOW = 31
_FASTEST = 1


class Encoder(Protocol):
    """Writes rows in a format."""

    def start(self) -> bytes:
        """What stands before the rows."""

    def rows(self, rows: bytes) -> bytes:
        """Some whole rows, at least one."""

    def finish(self) -> bytes:
        """What stands after the rows."""


class Transform(Protocol):
    """Takes bytes and gives others, as soon as it can."""

    def feed(self, block: bytes) -> bytes:
        """Take some bytes."""

    def finish(self) -> bytes:
        """Give what is left."""


class RowTransform:
    """Bytes of an object to bytes of a format."""

    def __init__(self, encoder: Encoder) -> None:
        self._blocks = RowBlocks()
        self._encoder = encoder
        self._head = encoder.start()

    def feed(self, block: bytes) -> bytes:
        """Encode the rows that are whole by now."""
        rows = self._blocks.feed(block)
        head, self._head = self._head, b""
        return head + self._encoder.rows(rows) if rows else head

    def finish(self) -> bytes:
        """Make sure that all was there, and end."""
        self._blocks.finish()
        return self._encoder.finish()


class Unchanged:
    """Gives what it takes."""

    def feed(self, block: bytes) -> bytes:
        """The same bytes."""
        return block

    def finish(self) -> bytes:
        """Nothing."""
        return b""


class Gzipped:
    """What another transform gives, compressed."""

    def __init__(self, inner: Transform) -> None:
        self._inner = inner
        self._compressor = zlib.compressobj(_FASTEST, zlib.DEFLATED, _GZIP_WINDOW)

    def feed(self, block: bytes) -> bytes:
        """Compress; the compressor may keep some."""
        return self._compressor.compress(self._inner.feed(block))

    def finish(self) -> bytes:
        """Compress the rest."""
        return self._compressor.compress(self._inner.finish()) + self._compressor.flush()


async def transformed(
    blocks: AsyncGenerator[bytes, None], make: Callable[[], Transform], threads: Executor
) -> AsyncGenerator[bytes, None]:
    """What a transform makes of some blocks; it is made, used and ended on the threads."""
    loop = asyncio.get_running_loop()
    async with aclosing(blocks):
        transform = await loop.run_in_executor(threads, make)
        async for block in blocks:
            made = await loop.run_in_executor(threads, transform.feed, block)
            # A reader may take what was made slowly, and needs nothing else meanwhile.
            del block
            if made:
                yield made
        yield await loop.run_in_executor(threads, transform.finish)
