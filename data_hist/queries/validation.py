"""Validate queries: let the guard and Athena check them, and estimate what they would read."""

import asyncio
from dataclasses import dataclass

from data_hist.athena.executions import Query, QueryStatus
from data_hist.auth.authentication import OPERATOR
from data_hist.catalog.tables import ApiVersion
from data_hist.errors import EngineUnavailable
from data_hist.queries.estimates import Estimator
from data_hist.queries.model import Submission, ValidatedQuery
from data_hist.queries.orphans import OrphanStopper
from data_hist.queries.query_starter import QueryStarter, idempotency_token
from data_hist.queries.result_state import raise_user_error, usable_tables
from data_hist.queries.status import StatusReader
from data_hist.retention.ownership import OwnedQuery, Owner, ResultLocations
from data_hist.sql_guard.guard import AdmittedQuery
from data_hist.sql_guard.pool import GuardPool
from data_hist.sql_guard.rewrite import Edit

_EXPLAIN = "EXPLAIN (TYPE VALIDATE)\n"


@dataclass(frozen=True)
class ValidationLimits:
    """How long a validation may take, and when to repeat one that took longer."""

    validation_seconds: float = 20.0
    retry_after_seconds: int = 1


_LIMITS = ValidationLimits()


class Validator:
    """Validates the queries of one API version.

    Args:
        version: The tables that queries may read.
        guard: Checks and rewrites the SQL.
        starter: Starts the check on Athena.
        statuses: Waits for it.
        orphans: Stops it if it takes too long.
        locations: Where results are stored.
        estimator: Estimates what the queries would read.
        limits: Bounds of a validation.
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
        estimator: Estimator,
        limits: ValidationLimits = _LIMITS,
    ) -> None:
        self._version = version
        self._guard = guard
        self._starter = starter
        self._statuses = statuses
        self._orphans = orphans
        self._locations = locations
        self._estimator = estimator
        self._limits = limits

    async def validate(self, tenant: int, submission: Submission) -> ValidatedQuery:
        """Let the guard and Athena check a query without running it.

        Raises:
            StatementNotAllowed, InvalidSql, QueryTooLarge: `submit` would raise the same.
            EngineUnavailable: Athena does not finish the check in time.
        """
        owner = Owner(tenant, submission.retention_minutes)
        admitted = await self._guard.admit(
            self._version.name,
            submission.sql,
            customer_id=None if tenant == OPERATOR else tenant,
            parameters=submission.parameters,
            with_reads=True,
        )
        estimating = asyncio.create_task(self._estimator.estimate(admitted.reads or ()))
        try:
            query = await self._explain(submission, admitted, owner)
            return ValidatedQuery(OwnedQuery(query, owner), await estimating)
        finally:
            estimating.cancel()

    async def _explain(
        self, submission: Submission, admitted: AdmittedQuery, owner: Owner
    ) -> Query:
        """Let Athena check a query, and return the EXPLAIN statement that it has finished."""
        explained = AdmittedQuery(
            _EXPLAIN + admitted.sql,
            (Edit(0, 0, len(_EXPLAIN)), *admitted.edits),
            admitted.time_bounds,
            is_unbounded=admitted.is_unbounded,
        )
        started = await self._starter.start(
            owner.tenant,
            submission.sql,
            explained,
            self._locations.for_validation(owner),
            idempotency_token(owner.tenant, None),
            has_key=False,
        )
        query = started
        try:
            query = await self._statuses.describe_internal(
                started.query_id, self._limits.validation_seconds
            )
        finally:
            if not query.status.is_terminal:
                self._orphans.stop(started.query_id)
        if query.failure is not None:
            raise_user_error(query, usable_tables(self._version.tables, owner.tenant))
        if query.status is not QueryStatus.FINISHED:
            raise EngineUnavailable(
                "The engine did not check the query in time.",
                retry_after_seconds=self._limits.retry_after_seconds,
            )
        return query
