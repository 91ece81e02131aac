"""Submit queries: check the SQL, start it on Athena, and wait if the caller does.

Who lost the response of a submit with a key repeats it to cancel its query.
"""

import asyncio
from collections.abc import Awaitable, Callable
from functools import partial

from data_hist.athena.executions import Query
from data_hist.auth.authentication import OPERATOR
from data_hist.catalog.tables import ApiVersion
from data_hist.observability.request_context import current_request
from data_hist.queries.budgets import Budgets
from data_hist.queries.model import Submission
from data_hist.queries.orphans import OrphanStopper
from data_hist.queries.query_starter import QueryStarter, idempotency_token
from data_hist.queries.result_state import raise_user_error, usable_tables
from data_hist.queries.status import StatusReader
from data_hist.retention.ownership import OwnedQuery, Owner, ResultLocations
from data_hist.sql_guard.guard import AdmittedQuery
from data_hist.sql_guard.pool import GuardPool


class Submitter:
    """Submits the queries of one API version.

    Args:
        version: The tables that queries may read.
        guard: Checks and rewrites the SQL.
        starter: Starts queries on Athena.
        statuses: Waits for them.
        orphans: Stops those whose id the caller does not get.
        locations: Where results are stored.
        budgets: What tenants may scan.
    """

    def __init__(
        self,
        version: ApiVersion,
        *,
        guard: GuardPool,
        starter: QueryStarter,
        statuses: StatusReader,
        orphans: OrphanStopper,
        locations: ResultLocations,
        budgets: Budgets,
    ) -> None:
        self._version = version
        self._guard = guard
        self._starter = starter
        self._statuses = statuses
        self._orphans = orphans
        self._locations = locations
        self._budgets = budgets

    async def submit(self, tenant: int, submission: Submission) -> OwnedQuery:
        """Start a query and describe it, once it has ended or `wait_seconds` have passed.

        Once Athena has started the query, no error but those of the query itself is raised.
        Without an idempotency key, it is stopped if the caller disconnects before it has the id.

        Raises:
            StatementNotAllowed, InvalidSql, QueryTooLarge: The guard or Athena rejects the SQL.
            InvalidSql, ResourcesExhausted, ScanLimitExceeded: The query failed within
                `wait_seconds`, and the caller can fix it.
            QueryExpired: The key belongs to a query past its retention.
            IdempotencyKeyReused: The key came with another request.
            TooManyQueries: Athena runs as many queries as it may.
            BudgetExhausted: The tenant has scanned as much as it may today.
        """
        loop = asyncio.get_running_loop()
        deadline = loop.time() + submission.wait_seconds
        has_key = submission.idempotency_key is not None
        admitted = await self._admit(tenant, submission)
        await self._budgets.require_left(tenant)
        start = partial(self._starter.start, has_key=has_key)
        started = await self._start(start, tenant, submission, admitted)
        query_id = started.query.query_id
        try:
            owned = await self._statuses.describe_started(started, max(deadline - loop.time(), 0))
        except asyncio.CancelledError:
            if not has_key:
                self._orphans.stop(query_id)
            raise
        if owned.query.failure is not None:
            tables = usable_tables(self._version.tables, tenant)
            raise_user_error(owned.query, tables, query_id)
        return owned

    async def cancel(self, tenant: int, submission: Submission) -> OwnedQuery:
        """Stop the query that was, or is yet to be, submitted with a key, and describe it.

        Once the guard has admitted it, the query is stopped even if this is cancelled.

        Raises:
            StatementNotAllowed, InvalidSql, QueryTooLarge: `submit` would raise the same.
            QueryExpired: The query is past its retention.
            IdempotencyKeyReused: The key came with another request.
            EngineError: Athena does not find the query; this goes on trying in the background.
        """
        admitted = await self._admit(tenant, submission)
        started = await self._start(self._starter.cancel, tenant, submission, admitted)
        return await self._statuses.describe_cancelled(tenant, started)

    async def _start(
        self,
        start: Callable[..., Awaitable[Query]],
        tenant: int,
        submission: Submission,
        admitted: AdmittedQuery,
    ) -> OwnedQuery:
        """Start what the guard admits, the same way whenever a submission is repeated."""
        owner = Owner(tenant, submission.retention_minutes)
        query = await start(
            tenant,
            submission.sql,
            admitted,
            self._locations.for_owner(owner),
            idempotency_token(tenant, submission.idempotency_key),
            # Half of its retention is left of a result that is used again.
            max_age_minutes=min(submission.max_age_minutes, submission.retention_minutes // 2),
        )
        current_request().query_id = query.query_id
        return OwnedQuery(query, owner)

    async def _admit(self, tenant: int, submission: Submission) -> AdmittedQuery:
        return await self._guard.admit(
            self._version.name,
            submission.sql,
            customer_id=None if tenant == OPERATOR else tenant,
            parameters=submission.parameters,
        )
