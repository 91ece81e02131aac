"""Find and stop orphans: queries whose id no caller holds, so that no one pays for them.

The caller disconnected before the response, or Athena did not confirm the start.
"""

import asyncio
import logging
from collections.abc import Callable, Coroutine
from contextlib import suppress
from dataclasses import dataclass
from functools import partial
from typing import Any, TypeVar

from data_hist.athena.client import AthenaClient
from data_hist.errors import DataHistError, EngineError, EngineUnavailable, QueryNotFound
from data_hist.observability.request_context import ContextThreadPoolExecutor

_log = logging.getLogger(__name__)

_T = TypeVar("_T")


@dataclass(frozen=True)
class OrphanLimits:
    """How often and how long the calls for an orphan are repeated.

    Athena is known to remember a ClientRequestToken for a minute. Repeated later than that, a start
    would not find the query but start another. Threads are few, because an engine in trouble makes
    many orphans, whose calls must not crowd out those of the callers.
    """

    threads: int = 2
    first_pause_seconds: float = 0.5
    max_pause_seconds: float = 2.0
    find_seconds: float = 45.0
    stop_seconds: float = 600.0
    draining_pause_seconds: float = 0.2


_LIMITS = OrphanLimits()


class OrphanStopper:
    """Stops orphans in the background; all on the event loop except the calls of Athena.

    Args:
        engine: Stops them.
        limits: How long calls that fail are repeated.
    """

    def __init__(self, engine: AthenaClient, limits: OrphanLimits = _LIMITS) -> None:
        self._engine = engine
        self._limits = limits
        self._threads = ContextThreadPoolExecutor(limits.threads, "orphans")
        self._tasks: set[asyncio.Task[None]] = set()
        self._draining = asyncio.Event()

    def stop(self, query_id: str) -> None:
        """Stop a query."""
        self._run(self._stop(query_id))

    def stop_unconfirmed(self, start: Callable[[], str]) -> None:
        """Find a query by starting it again with the same token, and stop it."""
        self._run(self._find_and_stop(start))

    def stop_starting(self, starting: asyncio.Future[str], start: Callable[[], str]) -> None:
        """Stop the query that a pending start returns; find it if the start is unconfirmed."""
        self._run(self._await_and_stop(starting, start))

    async def drain(self, seconds: float) -> None:
        """Retry at once what is left, for so many seconds."""
        self._draining.set()
        if self._tasks:
            await asyncio.wait(self._tasks, timeout=seconds)

    def close(self) -> None:
        """Abandon what is left, and release the threads."""
        if self._tasks:
            _log.error("%d queries may run on whose id no caller holds", len(self._tasks))
        for task in self._tasks:
            task.cancel()
        self._threads.shutdown(wait=False, cancel_futures=True)

    def _run(self, work: Coroutine[Any, Any, None]) -> None:
        task = asyncio.get_running_loop().create_task(work)
        self._tasks.add(task)
        task.add_done_callback(self._finish)

    def _finish(self, task: asyncio.Task[None]) -> None:
        self._tasks.discard(task)
        if not task.cancelled() and (error := task.exception()):
            _log.error("a query may run on whose id no caller holds", exc_info=error)

    async def _await_and_stop(
        self, starting: asyncio.Future[str], start: Callable[[], str]
    ) -> None:
        try:
            query_id = await starting
        except Exception as error:
            if not (isinstance(error, EngineError) and not error.unconfirmed):
                await self._find_and_stop(start)
        else:
            await self._stop(query_id)

    async def _find_and_stop(self, start: Callable[[], str]) -> None:
        loop = asyncio.get_running_loop()
        deadline = loop.time() + self._limits.find_seconds

        def start_in_time() -> str:
            # The call may begin late, after the calls for many other orphans.
            if loop.time() > deadline:
                raise EngineUnavailable("It is too late to repeat the start of a query.")
            return start()

        try:
            query_id = await self._retry(start_in_time, self._limits.find_seconds)
        except Exception as error:
            if _is_refusal(error):
                return
            raise
        await self._stop(query_id)

    async def _stop(self, query_id: str) -> None:
        stop = partial(self._engine.stop, query_id)
        await self._retry(stop, self._limits.stop_seconds)
        _log.warning("stopped query %s, whose id no caller holds", query_id)

    async def _retry(self, call: Callable[[], _T], seconds: float) -> _T:
        """Repeat a call until it succeeds.

        Raises:
            DataHistError: Athena refuses the call, or it has failed for `seconds`.
        """
        loop = asyncio.get_running_loop()
        deadline = loop.time() + seconds
        pause = self._limits.first_pause_seconds
        while True:
            try:
                return await loop.run_in_executor(self._threads, call)
            except Exception as error:
                if _is_refusal(error) or loop.time() + pause > deadline:
                    raise
            await self._pause(pause)
            pause = min(2 * pause, self._limits.max_pause_seconds)

    async def _pause(self, seconds: float) -> None:
        if self._draining.is_set():
            await asyncio.sleep(self._limits.draining_pause_seconds)
            return
        with suppress(TimeoutError):
            async with asyncio.timeout(seconds):
                await self._draining.wait()


def _is_refusal(error: Exception) -> bool:
    """Whether Athena will never do it; a query just started may still be unknown to it."""
    return isinstance(error, DataHistError) and not isinstance(error, EngineError | QueryNotFound)
