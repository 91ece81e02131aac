"""Start queries on Athena: the caller gets the id, or the query is stopped."""

import asyncio
import copy
import hashlib
import uuid
from collections.abc import Callable
from concurrent.futures import Executor
from datetime import datetime
from typing import TypeVar

from data_hist.athena.client import AthenaClient
from data_hist.athena.executions import Query, QueryStatus
from data_hist.errors import DataHistError, EngineError, InvalidSql, RequestError
from data_hist.queries.orphans import OrphanStopper
from data_hist.queries.sql_trailer import append_trailer, translate_line_and_column
from data_hist.queries.tenant_workgroups import TenantWorkgroups
from data_hist.sql_guard.guard import AdmittedQuery

_T = TypeVar("_T")


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
        sql = _with_trailer(admitted, caller_sql)
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
        sql = _with_trailer(admitted, caller_sql)
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


def _with_trailer(admitted: AdmittedQuery, caller_sql: str) -> str:
    return append_trailer(
        admitted.sql,
        caller_sql,
        admitted.edits,
        admitted.time_bounds,
        is_unbounded=admitted.is_unbounded,
    )


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
