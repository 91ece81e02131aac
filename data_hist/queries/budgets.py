"""Limit what a tenant scans on a day (UTC): each has a budget of bytes, or none.

What counts is what Athena has told of its queries, so a query that runs may still exceed it.
"""

import asyncio
import math
from collections.abc import Awaitable, Callable, Mapping
from concurrent.futures import Executor
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from functools import partial

from data_hist.athena.client import AthenaClient
from data_hist.auth.authentication import OPERATOR
from data_hist.errors import Budget, BudgetExhausted, EngineError, EngineUnavailable
from data_hist.queries.day_counts import DayCount, DayCounter
from data_hist.queries.single_flight import SingleFlight, SingleFlightLimits
from data_hist.queries.tenant_workgroups import TenantWorkgroups
from data_hist.retention.ownership import ResultLocations
from data_hist.settings import Settings


@dataclass(frozen=True)
class BudgetPolicy:
    """How many bytes each tenant may scan on a day; the operator has a limit only by its number.

    `workers` is how many of them count, in all instances.
    """

    limit_bytes: int | None
    limit_bytes_of_tenants: Mapping[int, int | None]
    workers: int = 1

    @classmethod
    def of_deployment(cls, settings: Settings) -> "BudgetPolicy":
        """Read it from the settings."""
        return cls(
            settings.daily_budget_bytes,
            settings.daily_budget_bytes_of_tenants,
            settings.replicas * settings.workers,
        )

    def limit_of(self, tenant: int) -> int | None:
        """Return the limit of a tenant; None if it has none."""
        others = None if tenant == OPERATOR else self.limit_bytes
        return self.limit_bytes_of_tenants.get(tenant, others)


@dataclass(frozen=True)
class BudgetLimits:
    """How often workgroups are counted, and how old a count may be if Athena does not answer.

    `seconds_of_workgroup` bounds the calls of all workers together, whose number it multiplies.
    One request waits for up to `counts` counts, and a session only so many seconds for one.
    """

    kept: timedelta = timedelta(seconds=10)
    seconds_of_workgroup: float = 0.5
    usable: timedelta = timedelta(minutes=10)
    counts: int = 3
    session_seconds: float = 2.0
    retry_after_seconds: int = 5
    shared: SingleFlightLimits = field(default=SingleFlightLimits(results=1_024))


_LIMITS = BudgetLimits()


class Budgets:
    """The budgets of all tenants in one worker.

    Args:
        engine: Lists what ran.
        workgroups: Where the queries of a tenant run.
        locations: Tell the tenant of a query.
        policy: How much each may scan.
        threads: Where calls of Athena may block.
        clock: The current time, in UTC.
        limits: Bounds of the counts.
    """

    def __init__(
        self,
        engine: AthenaClient,
        workgroups: TenantWorkgroups,
        locations: ResultLocations,
        *,
        policy: BudgetPolicy,
        threads: Executor,
        clock: Callable[[], datetime],
        limits: BudgetLimits = _LIMITS,
    ) -> None:
        self._engine = engine
        self._workgroups = workgroups
        self._locations = locations
        self._policy = policy
        self._threads = threads
        self._clock = clock
        self._limits = limits
        self._counters: dict[str | None, DayCounter] = {}
        self._last: dict[str | None, DayCount] = {}
        self._counts: SingleFlight[DayCount] = SingleFlight(
            lambda _: 1, self._kept_until, clock, limits.shared
        )

    async def require_left(self, tenant: int) -> None:
        """Check that a tenant has not used up its budget.

        Raises:
            BudgetExhausted: It has.
            EngineUnavailable: Athena has not told for a while what it has scanned.
        """
        limit = self._policy.limit_of(tenant)
        if limit is None:
            return
        for _ in range(self._limits.counts):
            count = await self._count_or_last(tenant)
            if count is None:
                break
            used = count.scanned_bytes.get(tenant, 0)
            if used >= limit:
                raise self._exhausted(Budget(limit, used, _next_midnight(self._clock())))
            if count.is_complete:
                return
        raise EngineUnavailable(
            "What your tenant has scanned today is not known at the moment; send it again.",
            retry_after_seconds=self._limits.retry_after_seconds,
        )

    async def budget_of(self, tenant: int) -> Budget | None:
        """Return the budget of a tenant, if it has one; it is used by None if that is unknown."""
        limit = self._policy.limit_of(tenant)
        if limit is None:
            return None
        try:
            async with asyncio.timeout(self._limits.session_seconds):
                count = await self._count_or_last(tenant)
        except TimeoutError:
            count = None
        is_known = count is not None and count.is_complete
        used = count.scanned_bytes.get(tenant, 0) if count is not None and is_known else None
        return Budget(limit, used, _next_midnight(self._clock()))

    async def close(self) -> None:
        """Cancel the counts that are running."""
        await self._counts.close()

    async def _count_or_last(self, tenant: int) -> DayCount | None:
        """Count the workgroup of a tenant; if Athena fails, return a count that is still usable."""
        workgroup = self._workgroups.own_of(tenant)
        try:
            count = await self._shared_count(workgroup)
            if self._is_of_today(count):
                return count
            return await self._shared_count(workgroup)
        except EngineError:
            last = self._last.get(workgroup)
        if last is None or not self._is_of_today(last):
            return None
        return last if self._clock() - last.counted_at < self._limits.usable else None

    def _shared_count(self, workgroup: str | None) -> Awaitable[DayCount]:
        """Count a workgroup together with all who ask at once; the count survives any of them."""
        counting = self._counts.get(workgroup or "", partial(self._count, workgroup))
        return asyncio.shield(counting)

    def _is_of_today(self, count: DayCount) -> bool:
        return count.counted_at.date() == self._clock().date()

    async def _count(self, workgroup: str | None) -> DayCount:
        counter = self._counters.get(workgroup)
        if counter is None:
            counter = DayCounter(self._engine, workgroup, self._locations)
            self._counters[workgroup] = counter
        count = partial(counter.count, self._clock())
        found = await asyncio.get_running_loop().run_in_executor(self._threads, count)
        self._last[workgroup] = found
        return found

    def _kept_until(self, count: DayCount) -> datetime:
        """Return until when a count is used; a part of one is gone on with at once."""
        if not count.is_complete:
            return count.counted_at
        share = self._limits.seconds_of_workgroup * self._policy.workers * len(self._counters)
        until = self._clock() + max(self._limits.kept, timedelta(seconds=share))
        return min(until, _next_midnight(count.counted_at))

    def _exhausted(self, budget: Budget) -> BudgetExhausted:
        left = budget.resets_at - self._clock()
        return BudgetExhausted(
            f"Your tenant has scanned {budget.used_bytes:,} bytes today, and may scan "
            f"{budget.limit_bytes:,} on a day (UTC). It may query again at "
            f"{budget.resets_at:%Y-%m-%dT%H:%M:%SZ}.",
            budget=budget,
            retry_after_seconds=max(math.ceil(left.total_seconds()), 1),
        )


def _next_midnight(moment: datetime) -> datetime:
    return moment.replace(hour=0, minute=0, second=0, microsecond=0) + timedelta(days=1)
