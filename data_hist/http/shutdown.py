"""How far a worker is with stopping: first it gives notice, then it listens no more."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

SHUTDOWN_KEY = "shutdown"
"""Under which the application hands its `Shutdown` to the server, in the lifespan's state."""


class Shutdown:
    """The server moves it on, and the application answers accordingly; all on the event loop.

    Args:
        notice_seconds: How long a worker goes on listening after it has said that it stops, so
            that a load balancer sees it and sends nobody here any more.
    """

    def __init__(self, notice_seconds: float) -> None:
        self.notice_seconds = notice_seconds
        self.is_announced = False
        self._listens = True
        self._waits: set[asyncio.Timeout] = set()

    def announce(self) -> None:
        """Say that the worker is about to stop."""
        self.is_announced = True

    def stop_listening(self) -> None:
        """Say that nobody new comes; whoever waits here gets an answer now, and waits elsewhere."""
        self.announce()
        self._listens = False
        now = asyncio.get_running_loop().time()
        for wait in self._waits:
            wait.reschedule(now)

    @asynccontextmanager
    async def cutting_short(self) -> AsyncIterator[None]:
        """End a wait when the worker stops listening.

        Raises:
            TimeoutError: It does.
        """
        async with asyncio.timeout(None if self._listens else 0) as wait:
            self._waits.add(wait)
            try:
                yield
            finally:
                self._waits.discard(wait)
