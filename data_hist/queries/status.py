"""Describe and cancel queries, at once or by long polling, and count those that have ended.

A long poll holds no thread, and no slot of the concurrency limit.
"""

import asyncio
import logging
import time
from collections import OrderedDict
from collections.abc import Callable, Iterator, Mapping, Sequence
from concurrent.futures import Executor
from contextlib import AbstractAsyncContextManager, contextmanager, suppress
from dataclasses import dataclass, replace
from functools import partial
from threading import Lock
from typing import Any

from data_hist.athena.client import AthenaClient
from data_hist.athena.executions import Descriptions, Query
from data_hist.athena.polling.poller import Poller
from data_hist.auth.authentication import OPERATOR
from data_hist.catalog.tables import Table
from data_hist.errors import DataHistError, QueryNotFound
from data_hist.observability import metrics
from data_hist.observability.request_context import current_request
from data_hist.queries.result_state import raise_user_error, usable_tables, with_suggestions
from data_hist.queries.sql_trailer import with_caller_position
from data_hist.retention.ownership import OwnedQuery, TenantIsolation, query_not_found

_log = logging.getLogger(__name__)

AsyncContextFactory = Callable[[], AbstractAsyncContextManager[None]]


@dataclass(frozen=True)
class StatusLimits:
    """How long descriptions may take, besides the time for which a caller wants to wait.

    A query that has just been started is QUEUED, and waiting long for more is not worthwhile.
    """

    describe_seconds: float = 5.0
    describe_started_seconds: float = 1.0
    describe_cancelled_seconds: float = 1.0


_LIMITS = StatusLimits()


class QueryMetrics:
    """Counts each query once, in the worker that started it, when that first sees it ended.

    A query that no one asks that worker about is not counted; CloudWatch's ProcessedBytes has all.

    Args:
        capacity: How many of the queries that were started last are remembered.
    """

    def __init__(self, capacity: int = 10_000) -> None:
        self._capacity = capacity
        # The class of the tenant; None once the query is counted.
        self._due: OrderedDict[str, str | None] = OrderedDict()
        self._lock = Lock()

    def add(self, query_id: str, tenant: int) -> None:
        """Remember a query that was started; the repeat of a request starts none."""
        with self._lock:
            self._due.setdefault(query_id, "operator" if tenant == OPERATOR else "customer")
            if len(self._due) > self._capacity:
                self._due.popitem(last=False)

    def observe(self, query: Query) -> None:
        """Count a query if it was started here and has ended."""
        if not query.status.is_terminal or not self._due.get(query.query_id):
            return
        with self._lock:
            # Another thread may have counted it meanwhile, or it was evicted.
            tenant_class = self._due.get(query.query_id)
            if tenant_class:
                self._due[query.query_id] = None
        if tenant_class:
            metrics.query_ended(query.status, tenant_class, query.statistics.scanned_bytes)


class StatusReader:
    """Describes the queries of one API version to their owners, and cancels them.

    Args:
        engine: Stops queries.
        calls: Where calls of Athena may block.
        poller: Describes queries.
        isolation: Finds their owners.
        query_metrics: Counts those that have ended.
        tables: The tables that queries may read.
        release_slot: Gives the request's slot of the concurrency limit to others.
        until_shutdown: Raises TimeoutError in its body when the worker stops listening.
        limits: How long descriptions may take.
    """

    def __init__(
        self,
        engine: AthenaClient,
        *,
        calls: Executor,
        poller: Poller,
        isolation: TenantIsolation,
        query_metrics: QueryMetrics,
        tables: Mapping[str, Table],
        release_slot: AsyncContextFactory,
        until_shutdown: AsyncContextFactory,
        limits: StatusLimits = _LIMITS,
    ) -> None:
        self._engine = engine
        self._calls = calls
        self._poller = poller
        self._isolation = isolation
        self._metrics = query_metrics
        self._tables = tables
        self._release_slot = release_slot
        self._until_shutdown = until_shutdown
        self._limits = limits

    async def status(self, tenant: int, query_id: str, wait_seconds: float) -> OwnedQuery:
        """Describe a query, once it has ended or `wait_seconds` have passed.

        Raises:
            QueryNotFound, QueryExpired: The tenant has no such query, or no longer has it.
            InvalidSql, ResourcesExhausted, ScanLimitExceeded: The query failed, and the caller
                can fix it.
        """
        owned = await self.describe(tenant, query_id, wait_seconds)
        if owned.query.failure is not None:
            raise_user_error(owned.query, usable_tables(self._tables, tenant), query_id)
        return owned

    async def cancel(self, tenant: int, query_id: str) -> OwnedQuery:
        """Stop a query and describe the state that it has reached.

        Raises:
            QueryNotFound, QueryExpired: The tenant has no such query, or no longer has it.
        """
        owned = await self.describe(tenant, query_id, 0)
        if owned.query.status.is_terminal:
            return self._with_suggestions(tenant, owned)
        stop = partial(self._engine.stop, query_id)
        await asyncio.get_running_loop().run_in_executor(self._calls, stop)
        return await self.describe(tenant, query_id, self._limits.describe_cancelled_seconds)

    async def describe(self, tenant: int, query_id: str, wait_seconds: float) -> OwnedQuery:
        """Describe a query, once it has ended or `wait_seconds` have passed, even if it failed.

        Raises:
            QueryNotFound, QueryExpired: The tenant has no such query, or no longer has it.
        """
        loop = asyncio.get_running_loop()
        deadline = loop.time() + wait_seconds
        try:
            query = await self._describe(query_id, wait_seconds)
        except QueryNotFound:
            raise query_not_found(query_id) from None
        self._metrics.observe(query)
        # Checked before the wait, so that no one waits for another tenant's query.
        owned = self._isolation.require_owned(query, tenant)
        if owned.query.status.is_terminal or deadline <= loop.time():
            return owned
        query = await self._wait_until_ended(query, deadline - loop.time())
        self._metrics.observe(query)
        return self._isolation.require_owned(query, tenant)

    async def describe_started(self, started: OwnedQuery, wait_seconds: float) -> OwnedQuery:
        """Describe a query that was just started; if Athena does not respond, as it was.

        Raises:
            QueryExpired: An earlier request started it, and it is past its retention.
        """
        self._metrics.add(started.query.query_id, started.owner.tenant)
        loop = asyncio.get_running_loop()
        deadline = loop.time() + wait_seconds
        query = await self._describe_or(started.query, self._limits.describe_started_seconds)
        if not query.status.is_terminal and loop.time() < deadline:
            query = await self._wait_until_ended(query, deadline - loop.time())
        self._metrics.observe(query)
        owned = replace(started, query=query)
        self._isolation.require_unexpired(owned)
        return owned

    async def describe_cancelled(self, tenant: int, started: OwnedQuery) -> OwnedQuery:
        """Describe a query that was just started and is being stopped, unless it has ended.

        Raises:
            QueryExpired: An earlier request started it, and it is past its retention.
        """
        owned = await self.describe_started(started, self._limits.describe_cancelled_seconds)
        return self._with_suggestions(tenant, owned)

    async def describe_internal(self, query_id: str, wait_seconds: float) -> Query:
        """Describe a query of the service itself, once it has ended or the time has passed."""
        query = await self._describe(query_id, wait_seconds)
        return await self._wait_until_ended(query, wait_seconds)

    async def wait_for(self, work: asyncio.Future[Any], seconds: float) -> None:
        """Let a request wait for work that goes on without it, until this worker stops."""
        if work.done() or seconds <= 0:
            return
        with _record_wait(), suppress(TimeoutError):
            async with self._release_slot(), self._until_shutdown():
                await asyncio.wait({work}, timeout=seconds)

    def _with_suggestions(self, tenant: int, owned: OwnedQuery) -> OwnedQuery:
        tables = usable_tables(self._tables, tenant)
        return replace(owned, query=with_suggestions(owned.query, tables))

    async def _describe(self, query_id: str, wait_seconds: float) -> Query:
        """Describe a query; a long poll that shares a call with others holds no slot meanwhile."""
        seconds = self._limits.describe_seconds
        if not wait_seconds or not self._poller.is_polling(query_id):
            return await self._poller.describe(query_id, seconds)
        async with self._release_slot():
            return await self._poller.describe(query_id, max(wait_seconds, seconds))

    async def _wait_until_ended(self, query: Query, seconds: float) -> Query:
        """Wait for a query to end; if this worker stops first, describe it as it is."""
        with _record_wait():
            async with self._release_slot():
                try:
                    async with self._until_shutdown():
                        return await self._poller.wait_for_end(query, seconds)
                except TimeoutError:
                    return await self._describe_or(query, self._limits.describe_seconds)

    async def _describe_or(self, known: Query, seconds: float) -> Query:
        """Describe a query; if Athena does not respond, return it as it was known."""
        try:
            return await self._poller.describe(known.query_id, seconds)
        except DataHistError as error:
            _log.warning("a query could not be described: %s", type(error).__name__)
        except Exception:
            _log.exception("describing a query failed")
        return known


def describe_for_callers(engine: AthenaClient, query_ids: Sequence[str]) -> Descriptions:
    """Describe up to 50 queries, with their failures in terms of the caller's SQL."""
    described = engine.describe_many(query_ids)
    found = {query_id: with_caller_position(query) for query_id, query in described.found.items()}
    return Descriptions(found, described.unknown)


@contextmanager
def _record_wait() -> Iterator[None]:
    """Record the time in which a request only waits for its query to end."""
    started = time.perf_counter()
    try:
        with metrics.one_waiter():
            yield
    finally:
        current_request().waited_seconds += time.perf_counter() - started
