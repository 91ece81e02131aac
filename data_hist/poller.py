"""Waiting for queries to end, without holding a thread."""

import asyncio
from collections.abc import Awaitable, Callable

from data_hist import metrics
from data_hist.model import Query

_FIRST_PAUSE_SECONDS = 0.1
_LONGEST_PAUSE_SECONDS = 1.0
_GROWTH = 1.4


class Poller:
    """Looks at a query again and again, ever less often, until it has ended or time is up."""

    def __init__(self, describe: Callable[[str], Awaitable[Query]]) -> None:
        self._describe = describe

    async def wait(self, query_id: str, wait_seconds: float) -> Query:
        """Describe a query once it has ended, or as it is after `wait_seconds`."""
        loop = asyncio.get_running_loop()
        deadline = loop.time() + wait_seconds
        pause = _FIRST_PAUSE_SECONDS
        query = await self._look_at(query_id)
        while not query.status.is_terminal and (left := deadline - loop.time()) > 0:
            await asyncio.sleep(min(pause, left))
            pause = min(pause * _GROWTH, _LONGEST_PAUSE_SECONDS)
            query = await self._look_at(query_id)
        return query

    async def _look_at(self, query_id: str) -> Query:
        metrics.poller_asked(1)
        return await self._describe(query_id)
