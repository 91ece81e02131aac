"""Queries whose id no caller holds: they are found and stopped, so that nobody pays for them.

A caller has gone away before the answer, or Athena did not confirm the start.
"""

import asyncio
import logging
from collections.abc import Callable, Coroutine
from contextlib import suppress
from dataclasses import dataclass
from functools import partial
from typing import Any, TypeVar

from data_hist.athena import AthenaClient
from data_hist.errors import DataHistError, EngineError, EngineUnavailable, QueryNotFound
from data_hist.observability.executors import ContextThreadPoolExecutor

_log = logging.getLogger(__name__)

_T = TypeVar("_T")

# Few, since an engine in trouble makes many orphans: their calls must not crowd out the callers'.
_THREADS = 2
_HURRIED_PAUSE_SECONDS = 0.2


@dataclass(frozen=True)
class Persistence:
    """How often and how long an orphan's calls are repeated.

    Athena is known to remember a ClientRequestToken for a minute. A start repeated later than that
    would find nothing, and start another query.
    """

    first_pause_seconds: float = 0.5
    longest_pause_seconds: float = 2.0
    finding_seconds: float = 45.0
    stopping_seconds: float = 600.0


_PERSISTENCE = Persistence()


class Orphans:
    """Stops orphaned queries in the background; all on the event loop but the calls.

    Args:
        engine: Stops them.
        persistence: How long it goes on where Athena fails.
    """

    def __init__(self, engine: AthenaClient, persistence: Persistence = _PERSISTENCE) -> None:
        self._engine = engine
        self._persistence = persistence
        self._threads = ContextThreadPoolExecutor(_THREADS, "orphans")
        self._tasks: set[asyncio.Task[None]] = set()
        self._hurried = asyncio.Event()

    def add(self, query_id: str) -> None:
        """Stop a query."""
        self._keep(self._stopped(query_id))

    def add_unconfirmed(self, start: Callable[[], str]) -> None:
        """Find a query by starting it again with the same token, and stop it."""
        self._keep(self._found_and_stopped(start))

    def add_starting(self, starting: asyncio.Future[str], start: Callable[[], str]) -> None:
        """Stop the query that a start under way leads to."""
        self._keep(self._awaited_and_stopped(starting, start))

    async def settle(self, seconds: float) -> None:
        """Try once more to stop what is left, in so many seconds."""
        self._hurried.set()
        if self._tasks:
            await asyncio.wait(self._tasks, timeout=seconds)

    def close(self) -> None:
        """Give up what is under way, and let go of the threads."""
        if self._tasks:
            _log.error("%d queries may run on whose id no caller holds", len(self._tasks))
        for task in self._tasks:
            task.cancel()
        self._threads.shutdown(wait=False, cancel_futures=True)

    def _keep(self, work: Coroutine[Any, Any, None]) -> None:
        task = asyncio.get_running_loop().create_task(work)
        self._tasks.add(task)
        task.add_done_callback(self._done)

    def _done(self, task: asyncio.Task[None]) -> None:
        self._tasks.discard(task)
        if not task.cancelled() and (error := task.exception()):
            _log.error("a query may run on whose id no caller holds", exc_info=error)

    async def _awaited_and_stopped(
        self, starting: asyncio.Future[str], start: Callable[[], str]
    ) -> None:
        try:
            query_id = await starting
        except Exception as error:
            if not (isinstance(error, EngineError) and not error.unconfirmed):
                await self._found_and_stopped(start)
        else:
            await self._stopped(query_id)

    async def _found_and_stopped(self, start: Callable[[], str]) -> None:
        loop = asyncio.get_running_loop()
        deadline = loop.time() + self._persistence.finding_seconds

        def start_in_time() -> str:
            # Its turn may come late, after the calls of many other orphans.
            if loop.time() > deadline:
                raise EngineUnavailable("It is too late to repeat the start of a query.")
            return start()

        try:
            query_id = await self._repeated(start_in_time, self._persistence.finding_seconds)
        except Exception as error:
            if _is_refusal(error):
                return
            raise
        await self._stopped(query_id)

    async def _stopped(self, query_id: str) -> None:
        stop = partial(self._engine.stop, query_id)
        await self._repeated(stop, self._persistence.stopping_seconds)
        _log.warning("stopped query %s, whose id no caller holds", query_id)

    async def _repeated(self, call: Callable[[], _T], seconds: float) -> _T:
        """Make a call until Athena answers it, however often that is.

        Raises:
            DataHistError: Athena refuses it, or has failed for too long.
        """
        loop = asyncio.get_running_loop()
        deadline = loop.time() + seconds
        pause = self._persistence.first_pause_seconds
        while True:
            try:
                return await loop.run_in_executor(self._threads, call)
            except Exception as error:
                if _is_refusal(error) or loop.time() + pause > deadline:
                    raise
            await self._pause(pause)
            pause = min(2 * pause, self._persistence.longest_pause_seconds)

    async def _pause(self, seconds: float) -> None:
        if self._hurried.is_set():
            await asyncio.sleep(_HURRIED_PAUSE_SECONDS)
            return
        with suppress(TimeoutError):
            async with asyncio.timeout(seconds):
                await self._hurried.wait()


def _is_refusal(error: Exception) -> bool:
    """Whether Athena will never do it. It may not know yet what it started a moment ago."""
    return isinstance(error, DataHistError) and not isinstance(error, EngineError | QueryNotFound)
