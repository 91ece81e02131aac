"""The bytes of a result object in blocks, read by range, several at once ahead of who takes them.

Knows nothing of rows: a block ends anywhere.
"""

import asyncio
from collections import deque
from collections.abc import AsyncGenerator
from concurrent.futures import Executor
from functools import partial

from data_hist.athena import AthenaClient, ObjectVersion
from data_hist.errors import EngineFailed
from data_hist.results.read_ahead_budget import ReadAheadBudget


class ResultObject:
    """One result object, as it stood when it was first looked at.

    Args:
        engine: Where the object is.
        location: Its URL.
        version: Every byte is of this version, or reading fails.
        threads: The threads that reading may block.
        shares: What each stream may hold of its object.
    """

    def __init__(
        self,
        engine: AthenaClient,
        location: str,
        version: ObjectVersion,
        threads: Executor,
        shares: ReadAheadBudget,
    ) -> None:
        self._engine = engine
        self._location = location
        self._threads = threads
        self._shares = shares
        self.version = version

    async def blocks(self, start: int, end: int, block_bytes: int) -> AsyncGenerator[bytes, None]:
        """Read from `start` up to, not including, `end`, in blocks of at most `block_bytes`.

        Raises:
            QueryExpired: The object is gone.
            EngineError: A range cannot be read, not even when tried again.
        """
        reading: deque[asyncio.Future[bytes]] = deque()
        with self._shares.joined() as share:
            try:
                while start < end or reading:
                    size = share.block_bytes(block_bytes)
                    # One of them is with whoever takes the blocks.
                    while start < end and len(reading) < share.blocks(size) - 1:
                        reading.append(self._begin(start, min(size, end - start)))
                        start += size
                    taken = [await reading.popleft()]
                    share.took(len(taken[0]))
                    # Not kept by a name here: only whoever takes it holds it.
                    yield taken.pop()
            finally:
                _forget(reading)

    def _begin(self, start: int, size: int) -> asyncio.Future[bytes]:
        read = partial(self._read, start, size)
        return asyncio.get_running_loop().run_in_executor(self._threads, read)

    def _read(self, start: int, size: int) -> bytes:
        found = self._engine.read_range(self._location, start, size, self.version.etag)
        if len(found.data) != size or found.object_bytes != self.version.object_bytes:
            raise EngineFailed("The result object was cut short on its way.")
        return found.data


def _forget(reading: deque[asyncio.Future[bytes]]) -> None:
    """Nobody waits for these now; their errors, if there are any, are nobody's either."""
    for block in reading:
        if not block.cancel() and not block.cancelled():
            block.exception()
