"""A tenant that has used up its budget is refused until the next day, and only that tenant."""

import asyncio
from collections.abc import Callable, Coroutine, Mapping
from datetime import timedelta
from typing import Any, cast

import pytest

from data_hist.athena.executions import QueryStatus
from data_hist.errors import Budget, BudgetExhausted, EngineUnavailable
from data_hist.queries.budgets import BudgetLimits, BudgetPolicy, Budgets
from data_hist.queries.single_flight import SingleFlightLimits
from data_hist.queries.tenant_workgroups import TenantWorkgroups
from data_hist.retention.ownership import ResultLocations
from tests.support.listed_queries import ListedQueries
from tests.support.turned_time import START, TurnedLoop, run, turn

MIDNIGHT = START.replace(hour=0) + timedelta(days=1)
# Errors are not kept, so that each request meets Athena as it is.
LIMITS = BudgetLimits(shared=SingleFlightLimits(errors_kept=timedelta()))


def budgets_of(
    athena: ListedQueries,
    loop: TurnedLoop,
    policy: BudgetPolicy,
    own: Mapping[int, str] | None = None,
) -> Budgets:
    engine = cast("Any", athena)
    return Budgets(
        engine,
        TenantWorkgroups(engine, own or {}, loop.clock),
        ResultLocations("bucket", "prefix"),
        policy=policy,
        threads=cast("Any", None),
        clock=loop.clock,
        limits=LIMITS,
    )


Scenario = Callable[[Budgets, ListedQueries, TurnedLoop], Coroutine[Any, Any, None]]


def on_budgets(scenario: Scenario, own: Mapping[int, str] | None = None, workers: int = 1) -> None:
    """Run a scenario in which each customer may scan 100 bytes."""

    async def started(loop: TurnedLoop) -> None:
        athena = ListedQueries()
        budgets = budgets_of(athena, loop, BudgetPolicy(100, {}, workers), own)
        await scenario(budgets, athena, loop)

    run(started)


@pytest.mark.parametrize(
    ("of_all", "of_tenants", "tenant", "limit"),
    [
        (None, {}, 11000, None),
        (5, {}, 11000, 5),
        (5, {11000: 9}, 11000, 9),
        (5, {11000: 9}, 11001, 5),
        (5, {11000: None}, 11000, None),
        (None, {11000: 9}, 11000, 9),
        (None, {11000: 9}, 11001, None),
        (5, {}, 1, None),
        (5, {1: 9}, 1, 9),
    ],
)
def test_the_limit_of_a_tenant(
    of_all: int | None, of_tenants: dict[int, int | None], tenant: int, limit: int | None
) -> None:
    assert BudgetPolicy(of_all, of_tenants).limit_of(tenant) == limit


@pytest.mark.parametrize(
    ("used", "is_refused"), [(0, False), (99, False), (100, True), (10**15, True)]
)
def test_a_tenant_is_refused_once_it_has_used_its_budget(used: int, is_refused: bool) -> None:
    async def scenario(budgets: Budgets, athena: ListedQueries, loop: TurnedLoop) -> None:
        athena.add(11000, used, QueryStatus.RUNNING, START)
        await budgets.require_left(11001)
        if not is_refused:
            await budgets.require_left(11000)
            return
        with pytest.raises(BudgetExhausted) as refusal:
            await budgets.require_left(11000)
        error = refusal.value
        assert error.budget == Budget(100, used, MIDNIGHT)
        assert error.retryable
        left = MIDNIGHT - loop.clock()
        assert error.retry_after_seconds == pytest.approx(left.total_seconds(), abs=1)
        assert "2026-11-21T00:00:00Z" in error.detail

    on_budgets(scenario)


def test_a_tenant_without_a_budget_costs_no_call() -> None:
    async def scenario(budgets: Budgets, athena: ListedQueries, _loop: TurnedLoop) -> None:
        await budgets.require_left(1)
        assert await budgets.budget_of(1) is None
        assert athena.list_calls == 0

    on_budgets(scenario)


def test_requests_of_ten_seconds_share_a_count() -> None:
    async def scenario(budgets: Budgets, athena: ListedQueries, _loop: TurnedLoop) -> None:
        athena.add(11000, 1, at=START)
        for _ in range(3):
            await asyncio.gather(*(budgets.require_left(11000) for _ in range(20)))
            await turn(3)
        assert athena.list_calls == 1
        await turn(3)
        await budgets.require_left(11000)
        assert athena.list_calls == 2

    on_budgets(scenario)


def test_more_workers_and_workgroups_count_less_often() -> None:
    """All workers together make two counts a second, however many workgroups there are."""

    async def scenario(budgets: Budgets, athena: ListedQueries, _loop: TurnedLoop) -> None:
        for _ in range(60):
            for tenant in own:
                await budgets.require_left(tenant)
            await turn(10)
        # 20 workgroups of 10 workers, for 600 seconds.
        assert athena.list_calls <= 1.2 * 600 * 2 / 10

    own = {11000 + number: f"own-{number}" for number in range(20)}
    on_budgets(scenario, own=own, workers=10)


def test_each_workgroup_is_counted_for_itself() -> None:
    async def scenario(budgets: Budgets, athena: ListedQueries, _loop: TurnedLoop) -> None:
        athena.add(11000, 100, at=START, workgroup="own")
        # From before it had a workgroup of its own.
        athena.add(11001, 100, at=START)
        with pytest.raises(BudgetExhausted):
            await budgets.require_left(11000)
        with pytest.raises(BudgetExhausted):
            await budgets.require_left(11001)
        await budgets.require_left(11002)

    on_budgets(scenario, own={11000: "own"})


def test_the_next_day_begins_at_midnight() -> None:
    async def scenario(budgets: Budgets, athena: ListedQueries, loop: TurnedLoop) -> None:
        athena.add(11000, 100, at=START)
        loop.pass_by((MIDNIGHT - START).total_seconds() - 5)
        with pytest.raises(BudgetExhausted):
            await budgets.require_left(11000)

        await turn(5)

        await budgets.require_left(11000)
        budget = await budgets.budget_of(11000)
        assert budget == Budget(100, 0, MIDNIGHT + timedelta(days=1))

    on_budgets(scenario)


def test_while_athena_fails_the_last_count_decides_for_ten_minutes() -> None:
    async def scenario(budgets: Budgets, athena: ListedQueries, _loop: TurnedLoop) -> None:
        athena.add(11000, 100, at=START)
        athena.add(11001, 99, at=START)
        await budgets.require_left(11001)
        athena.succeeding = 0

        await turn(590)
        await budgets.require_left(11001)
        with pytest.raises(BudgetExhausted):
            await budgets.require_left(11000)

        await turn(20)
        for tenant in (11000, 11001):
            with pytest.raises(EngineUnavailable) as refusal:
                await budgets.require_left(tenant)
            assert refusal.value.retry_after_seconds
            assert await budgets.budget_of(tenant) == Budget(100, None, MIDNIGHT)

        athena.succeeding = None
        await budgets.require_left(11001)

    on_budgets(scenario)


def test_the_first_count_of_a_long_day_may_take_several_requests() -> None:
    async def scenario(budgets: Budgets, athena: ListedQueries, _loop: TurnedLoop) -> None:
        for _ in range(50 * 20 * 4 + 1):
            athena.add(11000, 0, at=START)
        with pytest.raises(EngineUnavailable):
            await budgets.require_left(11000)
        assert athena.list_calls == 60

        await budgets.require_left(11000)

    on_budgets(scenario)


def test_what_is_known_of_it_is_enough_to_refuse() -> None:
    async def scenario(budgets: Budgets, athena: ListedQueries, _loop: TurnedLoop) -> None:
        for _ in range(50 * 20 * 4):
            athena.add(11000, 1, at=START)
        with pytest.raises(BudgetExhausted):
            await budgets.require_left(11000)
        assert athena.list_calls == 20

    on_budgets(scenario)


def test_a_session_does_not_wait_for_a_slow_count() -> None:
    async def scenario(loop: TurnedLoop) -> None:
        athena = ListedQueries()
        budgets = budgets_of(athena, loop, BudgetPolicy(100, {}))
        before = loop.time()

        assert await budgets.budget_of(11000) == Budget(100, None, MIDNIGHT)

        assert loop.time() - before < 2.5
        await turn(10)
        assert await budgets.budget_of(11000) == Budget(100, 0, MIDNIGHT)

    run(scenario, call_seconds=lambda: 9.0)
