"""The use cases: submit, validate, status, next page, result, cancel and list, for one API version.

Every blocking call runs on a thread.
"""

import asyncio
from collections.abc import Callable
from datetime import UTC, datetime
from functools import partial
from typing import TypeVar

from data_hist.athena import AthenaClient, idempotency_token
from data_hist.athena.model import Query, QueryStatus
from data_hist.athena.polling.poller import Poller
from data_hist.auth.authentication import OPERATOR
from data_hist.catalog import ApiVersion
from data_hist.errors import EngineUnavailable
from data_hist.http.concurrency_limit import ConcurrencyLimiter
from data_hist.http.shutdown import Shutdown
from data_hist.observability.request_context import current_request
from data_hist.queries.listing import list_queries
from data_hist.queries.model import (
    CheckedQuery,
    OwnedQuery,
    PageRequest,
    QueryFilter,
    QueryList,
    QueryWarning,
    Submission,
)
from data_hist.queries.ownership import Ownership
from data_hist.queries.process_resources import ProcessResources
from data_hist.queries.query_metrics import QueryMetrics
from data_hist.queries.result_pages import naming_query
from data_hist.queries.result_state import raise_callers_fault, require_rows
from data_hist.queries.starting import QueryStarter
from data_hist.queries.status import QueryFollower
from data_hist.results.model import Page, PageShape
from data_hist.results.object_reader import ResultObject
from data_hist.results.paging_tokens import parse_result_token
from data_hist.results.pipeline import FinishedResult
from data_hist.retention.result_locations import Owner, ResultLocations
from data_hist.sql_guard import AdmittedQuery, Edit
from data_hist.sql_guard.partition_count import partition_count

_T = TypeVar("_T")

_VALIDATION = "EXPLAIN (TYPE VALIDATE)\n"
_VALIDATION_SECONDS = 20.0
_RETRY_SECONDS = 1


def utc_now() -> datetime:
    """The current time."""
    return datetime.now(UTC)


class QueryService:
    """The use cases of one version of the API.

    Args:
        engine: Athena, or what stands in for it.
        poller: Follows its queries.
        version: The tables this version serves.
        locations: Where results go.
        clock: The current time, in UTC.
        resources: The threads and the guard, which all versions share.
        load: Told of callers who wait, for whom the service does nothing.
        shutdown: Ends their wait early.
    """

    def __init__(
        self,
        engine: AthenaClient,
        poller: Poller,
        version: ApiVersion,
        locations: ResultLocations,
        clock: Callable[[], datetime] = utc_now,
        *,
        resources: ProcessResources,
        load: ConcurrencyLimiter,
        shutdown: Shutdown,
    ) -> None:
        self._clock = clock
        self._engine = engine
        self._version = version
        self._locations = locations
        self._guard = resources.guard
        self._tables = version.tables
        self._ownership = Ownership(locations, clock)
        self._orphans = resources.orphans
        self._started = QueryMetrics()
        self._follower = QueryFollower(poller, self._ownership, self._started, load, shutdown)
        self._resources = resources
        self._pages = resources.pages
        self._starter = QueryStarter(engine, version.catalog, self._orphans, resources.calls, clock)

    async def submit(self, tenant: int, submission: Submission) -> OwnedQuery:
        """Start a query and describe it, once it has ended or `wait_seconds` have passed.

        Once Athena has started it, only what is true of the query itself is an error. Without an
        idempotency key, it is stopped when the caller goes away before it has the id.

        Raises:
            StatementNotAllowed, InvalidSql, QueryTooLarge: The guard or Athena refuses the SQL.
            InvalidSql, ResourcesExhausted, ScanLimitExceeded: It failed within `wait_seconds`
                through the caller's fault.
            QueryExpired: The key is that of a query past its retention.
            IdempotencyKeyReused: The key came with another request.
            TooManyQueries: The engine runs as many queries as it may.
        """
        deadline = _now() + submission.wait_seconds
        owner = Owner(tenant, submission.retention_minutes)
        admitted = await self._admit(tenant, submission)
        key = submission.idempotency_key
        query = await self._starter.start(
            submission.sql,
            admitted,
            self._locations.for_owner(owner),
            idempotency_token(tenant, key),
            keyed=key is not None,
        )
        self._started.add(query.query_id)
        current_request().query_id = query.query_id
        started = OwnedQuery(query, owner)
        try:
            owned = await self._follower.follow_started(started, max(deadline - _now(), 0))
        except asyncio.CancelledError:
            if key is None:
                self._orphans.add(query.query_id)
            raise
        raise_callers_fault(owned.query.failure, query.query_id, self._tables)
        return owned

    async def validate(self, tenant: int, submission: Submission) -> CheckedQuery:
        """Have the guard and the engine check a query that is not run.

        Raises:
            StatementNotAllowed, InvalidSql, QueryTooLarge: As `submit` would.
            EngineUnavailable: The engine does not come to a verdict.
        """
        owner = Owner(tenant, submission.retention_minutes)
        admitted = await self._admit(tenant, submission, with_reads=True)
        explained = AdmittedQuery(
            _VALIDATION + admitted.sql,
            (Edit(0, 0, len(_VALIDATION)), *admitted.edits),
            admitted.ranges,
        )
        started = await self._starter.start(
            submission.sql,
            explained,
            self._locations.for_validation(owner),
            idempotency_token(tenant, None),
            keyed=False,
        )
        query = started
        try:
            query = await self._follower.follow_unclaimed(started.query_id, _VALIDATION_SECONDS)
        finally:
            if not query.status.is_terminal:
                self._orphans.add(started.query_id)
        raise_callers_fault(query.failure, None, self._tables)
        if query.status is not QueryStatus.FINISHED:
            raise EngineUnavailable(
                "The engine did not check the query in time.", retry_after_seconds=_RETRY_SECONDS
            )
        now_ms = int(self._clock().timestamp() * 1000)
        return CheckedQuery(OwnedQuery(query, owner), partition_count(admitted.reads or (), now_ms))

    async def status(self, tenant: int, query_id: str, wait_seconds: float) -> OwnedQuery:
        """Describe a query, once it has ended or `wait_seconds` have passed.

        Raises:
            QueryNotFound, QueryExpired: The tenant has no such query, or has it no longer.
            InvalidSql, ResourcesExhausted, ScanLimitExceeded: It failed through the caller's
                fault.
        """
        owned = await self._follower.follow(tenant, query_id, wait_seconds)
        raise_callers_fault(owned.query.failure, query_id, self._tables)
        return owned

    async def next_page(self, tenant: int, request: PageRequest) -> Page:
        """Read a page of a finished query.

        Raises:
            QueryNotFound, QueryExpired: The tenant has no such query, or has it no longer.
            QueryNotFinished, QueryNotSuccessful: It has no rows, yet or ever.
            InvalidPagingToken: The token is damaged or of another query.
            InvalidRequest: The rows do not fit a page, or objects would lose a column.
        """
        token = request.paging_token
        position = parse_result_token(request.query_id, token) if token else None
        query = await self._query_with_rows(tenant, request.query_id, request.wait_seconds)
        return await self._pages.read(query, position, request.shape)

    async def first_page(self, query: Query, shape: PageShape) -> Page | QueryWarning | None:
        """Read the first page of a query, if it has finished; a warning tells why it was not."""
        if query.status is not QueryStatus.FINISHED:
            return None
        return await self._pages.first(query, shape)

    async def result(self, tenant: int, query_id: str) -> FinishedResult:
        """Find the whole result of a finished query.

        Raises:
            QueryNotFound, QueryExpired: The tenant has no such query, or has it no longer.
            QueryNotFinished, QueryNotSuccessful: It has no rows, yet or ever.
            ResultUnreadable: Its object cannot be read.
        """
        query = await self._query_with_rows(tenant, query_id, 0)
        location = query.output_location
        with naming_query(query_id):
            columns = await self._pages.columns(query_id)
            version = await self._on_thread(partial(self._engine.object_version, location))
        resources = self._resources
        source = ResultObject(
            self._engine, location, version, resources.stream_reads, resources.stream_shares
        )
        return FinishedResult(query_id, columns, source, resources.row_work)

    async def cancel(self, tenant: int, query_id: str) -> OwnedQuery:
        """Stop a query and describe the state it really reached.

        Raises:
            QueryNotFound, QueryExpired: The tenant has no such query, or has it no longer.
        """
        owned = await self._follower.follow(tenant, query_id, 0)
        if owned.query.status.is_terminal:
            return owned
        await self._on_thread(partial(self._engine.stop, query_id))
        return await self._follower.follow(tenant, query_id, _RETRY_SECONDS)

    async def queries(
        self, tenant: int, wanted: QueryFilter, limit: int, paging_token: str | None
    ) -> QueryList:
        """List a tenant's queries, newest first.

        Raises:
            InvalidPagingToken: The token is damaged or of another list.
        """
        return await self._on_thread(
            partial(
                list_queries,
                self._engine,
                self._ownership,
                tenant=tenant,
                wanted=wanted,
                limit=limit,
                paging_token=paging_token,
            )
        )

    async def _admit(
        self, tenant: int, submission: Submission, *, with_reads: bool = False
    ) -> AdmittedQuery:
        return await self._guard.admit(
            self._version.name,
            submission.sql,
            customer_id=None if tenant == OPERATOR else tenant,
            parameters=submission.parameters,
            with_reads=with_reads,
        )

    async def _query_with_rows(self, tenant: int, query_id: str, wait_seconds: float) -> Query:
        owned = await self._follower.follow(tenant, query_id, wait_seconds)
        require_rows(owned.query, self._tables)
        return owned.query

    async def _on_thread(self, call: Callable[[], _T]) -> _T:
        return await asyncio.get_running_loop().run_in_executor(self._resources.calls, call)


def _now() -> float:
    return asyncio.get_running_loop().time()
