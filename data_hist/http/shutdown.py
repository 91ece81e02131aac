"""The stages of a graceful shutdown: a worker gives notice first, and stops listening later."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

SHUTDOWN_KEY = "shutdown"
"""The key of the `Shutdown` in the lifespan's state, where the server finds it."""


class Shutdown:
    """The stage of this worker, set by the server and read by the application.

    Used on the event loop only.

    Args:
        notice_seconds: How long the worker keeps listening after it has given notice, so that
            load balancers notice and send their requests elsewhere.
    """

    def __init__(self, notice_seconds: float) -> None:
        self.notice_seconds = notice_seconds
        self.is_announced = False
        self._listens = True
        self._waits: set[asyncio.Timeout] = set()

    def announce(self) -> None:
        """Give notice that the worker is about to stop."""
        self.is_announced = True

    def stop_listening(self) -> None:
        """Accept no new requests, and end all long polls so that clients go on elsewhere."""
        self.announce()
        self._listens = False
        now = asyncio.get_running_loop().time()
        for wait in self._waits:
            wait.reschedule(now)

    @asynccontextmanager
    async def cutting_short(self) -> AsyncIterator[None]:
        """Cut a wait short when the worker stops listening.

        Raises:
            TimeoutError: The worker has stopped listening.
        """
        async with asyncio.timeout(None if self._listens else 0) as wait:
            self._waits.add(wait)
            try:
                yield
            finally:
                self._waits.discard(wait)
