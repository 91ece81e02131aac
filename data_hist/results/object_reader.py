"""Read a result object in blocks, several ahead of the reader, within a memory budget.

Knows nothing of rows: a block may end anywhere.
"""

import asyncio
from collections import deque
from collections.abc import AsyncGenerator, Iterator
from concurrent.futures import Executor
from contextlib import contextmanager
from dataclasses import dataclass
from functools import partial

from data_hist.athena.client import AthenaClient
from data_hist.athena.result_objects import ObjectVersion
from data_hist.errors import EngineFailed

_KIBIBYTE = 1024
_MEBIBYTE = 1024 * 1024


@dataclass(frozen=True)
class ReadAheadLimits:
    """How much of their objects the streams of a process may hold.

    A block below `min_block_bytes` costs more to request than to read. Of `min_blocks`, one is in
    use and the others are being read.
    """

    total_bytes: int = 16 * _MEBIBYTE
    min_block_bytes: int = 256 * _KIBIBYTE
    min_blocks: int = 2


_READ_AHEAD_LIMITS = ReadAheadLimits()


class ReadAheadBudget:
    """Divides the read-ahead of a process among its streams; used on one event loop."""

    def __init__(self, limits: ReadAheadLimits = _READ_AHEAD_LIMITS) -> None:
        self.limits = limits
        self._streams = 0

    @contextmanager
    def share(self) -> Iterator["ReadAheadShare"]:
        """Count a stream while it reads, and give it a share."""
        self._streams += 1
        try:
            yield ReadAheadShare(self)
        finally:
            self._streams -= 1

    def stream_bytes(self) -> int:
        """Return the bytes that each stream may hold now."""
        return self.limits.total_bytes // max(self._streams, 1)


class ReadAheadShare:
    """The share of one stream: as many bytes as it has read so far, up to an equal part.

    The first bytes arrive early, and many streams that start together do not each start with what
    a single stream may hold.
    """

    def __init__(self, budget: ReadAheadBudget) -> None:
        self._budget = budget
        self._limits = budget.limits
        self._read_bytes = 0

    def record(self, block_bytes: int) -> None:
        """Count a block that was read."""
        self._read_bytes += block_bytes

    def block_bytes(self, wanted: int) -> int:
        """Return the size of the next block, at most `wanted` if that is not too small."""
        limits = self._limits
        return max(min(wanted, self._bytes // limits.min_blocks), limits.min_block_bytes)

    def max_blocks(self, block_bytes: int) -> int:
        """Return how many blocks of this size the stream may hold."""
        return max(self._bytes // block_bytes, self._limits.min_blocks)

    @property
    def _bytes(self) -> int:
        return min(self._read_bytes, self._budget.stream_bytes())


class ResultObject:
    """One version of a result object.

    Args:
        engine: Reads the object.
        location: Its S3 URL.
        version: Reading fails once the object is another version.
        threads: Where reads may block.
        budget: Bounds what each stream holds.
    """

    def __init__(
        self,
        engine: AthenaClient,
        location: str,
        version: ObjectVersion,
        threads: Executor,
        budget: ReadAheadBudget,
    ) -> None:
        self._engine = engine
        self._location = location
        self._threads = threads
        self._budget = budget
        self.version = version

    async def blocks(self, start: int, end: int, block_bytes: int) -> AsyncGenerator[bytes, None]:
        """Read the bytes from `start` up to `end`, exclusive, in blocks of at most `block_bytes`.

        Raises:
            QueryExpired: The object is gone.
            EngineError: A range cannot be read, even after retries.
        """
        reads: deque[asyncio.Future[bytes]] = deque()
        with self._budget.share() as share:
            try:
                while start < end or reads:
                    size = share.block_bytes(block_bytes)
                    # The reader holds one of the blocks.
                    while start < end and len(reads) < share.max_blocks(size) - 1:
                        reads.append(self._begin(start, min(size, end - start)))
                        start += size
                    block = [await reads.popleft()]
                    share.record(len(block[0]))
                    # Popped, so that only the reader holds the block.
                    yield block.pop()
            finally:
                _abandon(reads)

    def _begin(self, start: int, size: int) -> asyncio.Future[bytes]:
        read = partial(self._read, start, size)
        return asyncio.get_running_loop().run_in_executor(self._threads, read)

    def _read(self, start: int, size: int) -> bytes:
        found = self._engine.read_range(self._location, start, size, self.version.etag)
        if len(found.data) != size or found.object_bytes != self.version.object_bytes:
            raise EngineFailed("The result object was truncated in transit.")
        return found.data


def _abandon(reads: deque[asyncio.Future[bytes]]) -> None:
    """Cancel reads, and retrieve the errors of those that have ended, so that none is logged."""
    for read in reads:
        if not read.cancel() and not read.cancelled():
            read.exception()
