"""Submit queries: check the SQL, start it on Athena, and wait if the caller does.

Who lost the response of a submit with a key repeats it to cancel its query.
"""

import asyncio
import copy
import hashlib
import uuid
from collections.abc import Awaitable, Callable
from concurrent.futures import Executor
from datetime import datetime
from functools import partial
from typing import TypeVar

from data_hist.athena.client import AthenaClient
from data_hist.athena.executions import Query, QueryStatus
from data_hist.auth.authentication import OPERATOR
from data_hist.catalog.tables import ApiVersion
from data_hist.errors import DataHistError, EngineError, InvalidSql, RequestError
from data_hist.observability.request_context import current_request
from data_hist.queries.model import Submission
from data_hist.queries.orphans import OrphanStopper
from data_hist.queries.result_state import raise_user_error, usable_tables
from data_hist.queries.sql_trailer import append_trailer, translate_line_and_column
from data_hist.queries.status import StatusReader
from data_hist.queries.tenant_workgroups import TenantWorkgroups
from data_hist.retention.ownership import OwnedQuery, Owner, ResultLocations
from data_hist.sql_guard.guard import AdmittedQuery
from data_hist.sql_guard.pool import GuardPool

_T = TypeVar("_T")


class Submitter:
    """Submits the queries of one API version.

    Args:
        version: The tables that queries may read.
        guard: Checks and rewrites the SQL.
        starter: Starts queries on Athena.
        statuses: Waits for them.
        orphans: Stops those whose id the caller does not get.
        locations: Where results are stored.
    """

    def __init__(
        self,
        version: ApiVersion,
        *,
        guard: GuardPool,
        starter: "QueryStarter",
        statuses: StatusReader,
        orphans: OrphanStopper,
        locations: ResultLocations,
    ) -> None:
        self._version = version
        self._guard = guard
        self._starter = starter
        self._statuses = statuses
        self._orphans = orphans
        self._locations = locations

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
        """
        loop = asyncio.get_running_loop()
        deadline = loop.time() + submission.wait_seconds
        has_key = submission.idempotency_key is not None
        start = partial(self._starter.start, has_key=has_key)
        started = await self._start(start, tenant, submission)
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
        started = await self._start(self._starter.cancel, tenant, submission)
        return await self._statuses.describe_cancelled(tenant, started)

    async def _start(
        self, start: Callable[..., Awaitable[Query]], tenant: int, submission: Submission
    ) -> OwnedQuery:
        """Start what the guard admits, the same way whenever a submission is repeated."""
        owner = Owner(tenant, submission.retention_minutes)
        query = await start(
            tenant,
            submission.sql,
            await self._admit(tenant, submission),
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


class QueryStarter:
    """Starts queries in one Athena catalog: the caller gets the id, or the query is stopped.

    Args:
        engine: Starts them.
        workgroups: Where the queries of a tenant run.
        catalog: The Athena catalog that they read.
        orphans: Stops the queries whose id the caller does not get.
        calls: Where calls of Athena may block.
        clock: The current time, in UTC.
    """

    def __init__(
        self,
        engine: AthenaClient,
        workgroups: TenantWorkgroups,
        *,
        catalog: str,
        orphans: OrphanStopper,
        calls: Executor,
        clock: Callable[[], datetime],
    ) -> None:
        self._engine = engine
        self._workgroups = workgroups
        self._catalog = catalog
        self._orphans = orphans
        self._calls = calls
        self._clock = clock

    async def start(
        self,
        tenant: int,
        caller_sql: str,
        admitted: AdmittedQuery,
        location: str,
        token: str,
        *,
        has_key: bool,
        max_age_minutes: int = 0,
    ) -> Query:
        """Start a query and describe it as QUEUED.

        Args:
            tenant: For whom it is started.
            caller_sql: The SQL as the caller wrote it.
            admitted: The SQL to run.
            location: The S3 folder of the result.
            token: Athena's ClientRequestToken.
            has_key: Whether the caller can find the query by repeating the request.
            max_age_minutes: How old a result at that location may be to be used again.

        Raises:
            InvalidSql: Athena rejects the SQL.
            IdempotencyKeyReused: The token came with other SQL or another location.
            TooManyQueries: Athena runs as many queries as it may.
            EngineError: If it is `unconfirmed`, Athena may have started the query.
        """
        sql = append_trailer(admitted.sql, caller_sql, admitted.edits, admitted.time_bounds)
        call = self._start_call(tenant, sql, location, token, max_age_minutes)
        query_id = await self._call(call, sql, has_key=has_key)
        return Query(query_id, QueryStatus.QUEUED, sql, location, self._clock())

    async def cancel(
        self,
        tenant: int,
        caller_sql: str,
        admitted: AdmittedQuery,
        location: str,
        token: str,
        *,
        max_age_minutes: int = 0,
    ) -> Query:
        """Find a query by starting it again, and stop it in the background.

        Takes the arguments of its start, and raises the same. Unless Athena refuses them, it goes
        on after an error, or if it is cancelled.
        """
        sql = append_trailer(admitted.sql, caller_sql, admitted.edits, admitted.time_bounds)
        call = self._start_call(tenant, sql, location, token, max_age_minutes)
        try:
            query_id = await self._call(call, sql, has_key=True)
        except BaseException as error:
            if not isinstance(error, RequestError):
                self._orphans.stop_unconfirmed(call)
            raise
        self._orphans.stop(query_id)
        return Query(query_id, QueryStatus.QUEUED, sql, location, self._clock())

    def _start_call(
        self, tenant: int, sql: str, location: str, token: str, max_age_minutes: int
    ) -> Callable[[], str]:
        def start() -> str:
            return self._engine.start(
                sql,
                catalog=self._catalog,
                output_location=location,
                idempotency_token=token,
                max_age_minutes=max_age_minutes,
                workgroup=self._workgroups.require_suitable(tenant),
            )

        return start

    async def _call(self, start: Callable[[], str], sql: str, *, has_key: bool) -> str:
        starting = asyncio.get_running_loop().run_in_executor(self._calls, start)
        try:
            # The call continues when the request is cancelled.
            return await await_shielded(starting)
        except InvalidSql as error:
            line, column = translate_line_and_column(sql, error.line, error.column)
            raise InvalidSql(error.detail, code=error.code, line=line, column=column) from error
        except asyncio.CancelledError:
            if not has_key:
                self._orphans.stop_starting(starting, start)
            raise
        except EngineError as error:
            if not error.unconfirmed:
                raise
            if not has_key:
                self._orphans.stop_unconfirmed(start)
            raise _with_advice(error, has_key=has_key) from error
        except Exception as error:
            if not (has_key or isinstance(error, DataHistError)):
                self._orphans.stop_unconfirmed(start)
            raise


async def await_shielded(work: asyncio.Future[_T]) -> _T:
    """Await work that continues when this is cancelled.

    Its error is retrieved then, because asyncio would log it, and it may quote the caller's SQL.
    """
    work.add_done_callback(_retrieve_error)
    return await asyncio.shield(work)


def idempotency_token(tenant: int, key: str | None) -> str:
    """Derive Athena's token from a tenant and its key, or generate one if there is no key.

    botocore would generate a token for each attempt, and Athena start a query for each.
    """
    if key is None:
        return uuid.uuid4().hex
    return hashlib.sha256(f"{tenant}\n{key}".encode()).hexdigest()


def _retrieve_error(work: asyncio.Future[_T]) -> None:
    if not work.cancelled():
        work.exception()


def _with_advice(error: EngineError, *, has_key: bool) -> EngineError:
    """Copy an error, with what the caller can do about a query that may have been started."""
    advice = (
        "The query may have been started: repeat the request with the same Idempotency-Key."
        if has_key
        else "If the query was started all the same, this service stops it; submit it again."
    )
    advised = copy.copy(error)
    advised.detail = f"{error.detail} {advice}"
    advised.code = "START_UNCONFIRMED"
    advised.retryable = True
    return advised
