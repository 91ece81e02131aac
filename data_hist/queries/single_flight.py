"""Share work between requests: one does it, the others wait for it, and later ones find it done."""

import asyncio
import logging
import sys
from collections.abc import Callable, Coroutine
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, Generic, TypeVar

from data_hist.errors import DataHistError
from data_hist.lru_cache import LruCache

_log = logging.getLogger(__name__)

_T = TypeVar("_T")


@dataclass(frozen=True)
class SingleFlightLimits:
    """How many results are kept, and how long errors are.

    An error is kept as well, so that whoever comes back for a result learns of it, and does not
    only start the work again.
    """

    errors_kept: timedelta = timedelta(seconds=10)
    results: int = 256
    result_bytes: int = 16 * 1024 * 1024


_LIMITS = SingleFlightLimits()


@dataclass(frozen=True)
class _Kept(Generic[_T]):
    done: asyncio.Future[_T]
    until: datetime
    bytes: int


class SingleFlight(Generic[_T]):
    """Runs work once for each key at a time, and keeps the results; on the event loop only.

    Work goes on when the requests that wait for it are cancelled.

    Args:
        size_of: Returns the bytes that a result takes.
        kept_until: Returns until when a result may be used.
        clock: The current time, in UTC.
        limits: What is kept.
    """

    def __init__(
        self,
        size_of: Callable[[_T], int],
        kept_until: Callable[[_T], datetime],
        clock: Callable[[], datetime],
        limits: SingleFlightLimits = _LIMITS,
    ) -> None:
        self._size_of = size_of
        self._kept_until = kept_until
        self._clock = clock
        self._limits = limits
        self._running: dict[str, asyncio.Task[_T]] = {}
        self._kept: LruCache[_Kept[_T]] = LruCache(
            limits.results, limits.result_bytes, lambda kept: kept.bytes
        )

    def get(self, key: str, work: Callable[[], Coroutine[Any, Any, _T]]) -> asyncio.Future[_T]:
        """Return the result of a key, from work that is done, running, or begins now."""
        kept = self._kept.get(key)
        if kept is not None and self._clock() < kept.until:
            return kept.done
        if key not in self._running:
            task = asyncio.get_running_loop().create_task(work())
            self._running[key] = task
            task.add_done_callback(lambda done: self._keep(key, done))
        return self._running[key]

    async def close(self) -> None:
        """Cancel the work that is running."""
        running = list(self._running.values())
        for task in running:
            task.cancel()
        await asyncio.gather(*running, return_exceptions=True)

    def _keep(self, key: str, done: asyncio.Future[_T]) -> None:
        del self._running[key]
        if done.cancelled():
            return
        error = done.exception()
        if error is None:
            result = done.result()
            kept = _Kept(done, self._kept_until(result), self._size_of(result))
        elif isinstance(error, DataHistError):
            until = self._clock() + self._limits.errors_kept
            kept = _Kept(done, until, sys.getsizeof(error.detail))
        else:
            # Those who wait for it respond that the service has a fault.
            _log.error("shared work failed: %s", type(error).__name__)
            return
        self._kept.put(key, kept)
