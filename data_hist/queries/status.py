"""Follow a query: its state at once, or after a long poll.

A request that is parked on a query's state holds no thread and no slot that others could use.
"""

import asyncio
import logging
from dataclasses import replace

from data_hist.athena.model import Query
from data_hist.athena.polling.poller import Poller
from data_hist.errors import DataHistError, QueryNotFound
from data_hist.http.concurrency_limit import ConcurrencyLimiter
from data_hist.http.instrumentation import waiting
from data_hist.http.shutdown import Shutdown
from data_hist.queries.model import OwnedQuery
from data_hist.queries.ownership import Ownership, query_not_found
from data_hist.queries.query_metrics import QueryMetrics

_log = logging.getLogger(__name__)

_LOOK_SECONDS = 5.0
# What has just been started is QUEUED as far as anybody knows; more is worth a moment, no longer.
_FIRST_LOOK_SECONDS = 1.0


class QueryFollower:
    """Describes queries to their owners, who may wait for them to end.

    Args:
        poller: Asks the engine about them.
        ownership: Says whose they are.
        started: Told of each query that is seen.
        load: Told of callers who wait, for whom the service does nothing.
        shutdown: Ends their wait early.
    """

    def __init__(
        self,
        poller: Poller,
        ownership: Ownership,
        started: QueryMetrics,
        load: ConcurrencyLimiter,
        shutdown: Shutdown,
    ) -> None:
        self._poller = poller
        self._ownership = ownership
        self._started = started
        self._load = load
        self._shutdown = shutdown

    async def follow(self, tenant: int, query_id: str, wait_seconds: float) -> OwnedQuery:
        """Describe a tenant's query, once it has ended or `wait_seconds` have passed.

        Raises:
            QueryNotFound, QueryExpired: The tenant has no such query, or has it no longer.
        """
        loop = asyncio.get_running_loop()
        deadline = loop.time() + wait_seconds
        try:
            query = await self._look(query_id, wait_seconds)
        except QueryNotFound:
            raise query_not_found(query_id) from None
        self._started.seen(query)
        # Claimed before the wait: nobody may wait for what is another's.
        owned = self._ownership.claim(query, tenant)
        if owned.query.status.is_terminal or deadline <= loop.time():
            return owned
        query = await self._until_ended(query, deadline - loop.time())
        self._started.seen(query)
        return self._ownership.claim(query, tenant)

    async def follow_started(self, started: OwnedQuery, wait_seconds: float) -> OwnedQuery:
        """Describe a query that has just been started: as it was, where nothing more is learned.

        Raises:
            QueryExpired: A request before this one started it, and it is past its retention.
        """
        loop = asyncio.get_running_loop()
        deadline = loop.time() + wait_seconds
        query = await self._seen(started.query, _FIRST_LOOK_SECONDS)
        if not query.status.is_terminal and loop.time() < deadline:
            query = await self._until_ended(query, deadline - loop.time())
        self._started.seen(query)
        owned = replace(started, query=query)
        self._ownership.require_kept(owned)
        return owned

    async def follow_unclaimed(self, query_id: str, wait_seconds: float) -> Query:
        """Describe a query that the service has started for itself, in the same way."""
        return await self._until_ended(await self._look(query_id, wait_seconds), wait_seconds)

    async def _look(self, query_id: str, wait_seconds: float) -> Query:
        """Describe a query; a long poll that joins others who ask for the same one is parked."""
        if not wait_seconds or not self._poller.watches(query_id):
            return await self._poller.look(query_id, _LOOK_SECONDS)
        async with self._load.parked():
            return await self._poller.look(query_id, max(wait_seconds, _LOOK_SECONDS))

    async def _until_ended(self, query: Query, seconds: float) -> Query:
        """Wait, and describe the query as it is where this worker stops before it ends."""
        with waiting():
            async with self._load.parked():
                try:
                    async with self._shutdown.cutting_short():
                        return await self._poller.until_ended(query, seconds)
                except TimeoutError:
                    return await self._seen(query, _LOOK_SECONDS)

    async def _seen(self, known: Query, seconds: float) -> Query:
        """Describe a query, as it was known before where Athena does not tell."""
        try:
            return await self._poller.look(known.query_id, seconds)
        except DataHistError as error:
            _log.warning("Athena did not tell of a query: %s", type(error).__name__)
        except Exception:
            _log.exception("a query was not looked at")
        return known
