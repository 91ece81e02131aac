"""The bytes of a result object in blocks, read by range, one block ahead of whoever takes them.

Knows nothing of rows: a block ends anywhere.
"""

import asyncio
import time
from collections.abc import AsyncGenerator
from concurrent.futures import Executor
from functools import partial

from data_hist.athena import AthenaClient, ObjectVersion
from data_hist.errors import EngineError, EngineFailed

_ATTEMPTS = 3
_PAUSE_SECONDS = 0.1


class ResultObject:
    """One result object, as it stood when it was first looked at.

    Args:
        engine: Where the object is.
        location: Its URL.
        version: Every byte is of this version, or reading fails.
        calls: The threads that reading may block.
    """

    def __init__(
        self, engine: AthenaClient, location: str, version: ObjectVersion, calls: Executor
    ) -> None:
        self._engine = engine
        self._location = location
        self._calls = calls
        self.version = version

    async def blocks(self, start: int, end: int, block_bytes: int) -> AsyncGenerator[bytes, None]:
        """Read from `start` up to, not including, `end`.

        Raises:
            QueryExpired: The object is gone.
            EngineError: A range cannot be read, not even when tried again.
        """
        ahead = self._begin(start, end, block_bytes)
        try:
            while ahead is not None:
                block = await ahead
                start += len(block)
                ahead = self._begin(start, end, block_bytes)
                yield block
        finally:
            # Nobody waits for it now; its error, if there is one, is nobody's either.
            if ahead is not None and not ahead.cancel() and not ahead.cancelled():
                ahead.exception()

    def _begin(self, start: int, end: int, block_bytes: int) -> asyncio.Future[bytes] | None:
        if start >= end:
            return None
        read = partial(self._read, start, min(block_bytes, end - start))
        return asyncio.get_running_loop().run_in_executor(self._calls, read)

    def _read(self, start: int, size: int) -> bytes:
        for attempt in range(1, _ATTEMPTS):
            try:
                return self._read_once(start, size)
            except EngineError:
                time.sleep(_PAUSE_SECONDS * attempt)
        return self._read_once(start, size)

    def _read_once(self, start: int, size: int) -> bytes:
        data = self._engine.read_range(self._location, start, size, self.version.etag).data
        if len(data) != size:
            raise EngineFailed("The result object was cut short on its way.")
        return data
