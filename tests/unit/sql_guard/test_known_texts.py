"""A cached text has the outcome of a new one, for every customer and all parameters."""

import asyncio
from collections.abc import Iterator, Sequence
from typing import Any, TypeAlias

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from data_hist.catalog.resolve import load_catalog
from data_hist.errors import RequestError
from data_hist.sql_guard.guard import AdmittedQuery, Guard
from data_hist.sql_guard.literals import Parameter
from data_hist.sql_guard.pool import GuardPool
from data_hist.sql_guard.time_policy import TimePolicy
from tests.support.shared_files import shared_cases

from .case_files import own_cases, sql_of

VERSIONS = load_catalog().versions
_SHARED = ("cases/sql_allowed.jsonl", "cases/sql_denied.jsonl", "cases/sql_scope.jsonl")
_CASES = own_cases("accepted.jsonl") + own_cases("refused.jsonl")
_CASES += [case for name in _SHARED for case in shared_cases(name)]
# Longer ones are judged in processes, which remember nothing.
TEXTS = [text for text in map(sql_of, _CASES) if len(text) <= 2_000]
BOUNDED_TEXTS = [
    "SELECT service FROM events WHERE arrivaltimestamp > 1763600000000",
    "SELECT service FROM events WHERE from_unixtime(arrivaltimestamp / 1000) > current_timestamp",
    "SELECT service FROM events WHERE arrivaltimestamp >= ? AND dt = ?",
    "SELECT service FROM events e WHERE from_unixtime(arrivaltimestamp / 1000) > ? LIMIT ?;",
    "SELECT data_hist.events.data FROM events, metrics WHERE events.arrivaltimestamp < ?",
]
CUSTOMERS = (None, 1, 11000, 11001)
VALUES: Sequence[Sequence[Parameter] | None] = (
    None,
    [],
    [1],
    [True],
    [1.0],
    ["1"],
    [1763600000000],
    [{"type": "timestamp", "value": "2026-11-20 05:00:00"}],
    [{"type": "geometry", "value": "x"}],
    [1763600000000, "2026-11-20"],
    ["2026-11-20", 1763600000000],
    [{"type": "timestamp", "value": "2026-11-20 05:00:00"}, 5],
    [{"type": "timestamp", "value": "2026-11-21 05:00:00"}, True],
    ["', secret --", "x"],
)
POLICIES = [TimePolicy(), TimePolicy(7), TimePolicy(None, "warn"), TimePolicy(7, "refuse")]
# All policies meet the texts that bound the time, and each of the others meets one of them.
UNDER_POLICIES = [
    *((POLICIES[number % len(POLICIES)], text) for number, text in enumerate(TEXTS)),
    *((policy, text) for text in BOUNDED_TEXTS for policy in POLICIES),
]
Outcome: TypeAlias = AdmittedQuery | tuple[type, str, dict[str, Any]]


@pytest.fixture(scope="module")
def guards(request: pytest.FixtureRequest) -> Iterator[tuple[GuardPool, Guard]]:
    """A pool that remembers, and a guard that does not."""
    pool = GuardPool(VERSIONS, request.param)
    yield pool, Guard(VERSIONS["v0"], request.param)
    pool.close()


def _freshly(
    guard: Guard, sql: str, customer_id: int | None, values: Sequence[Parameter] | None
) -> Outcome:
    try:
        return guard.admit(sql, customer_id=customer_id, parameters=values)
    except RequestError as refusal:
        return type(refusal), str(refusal), refusal.__dict__


async def _remembering(
    pool: GuardPool, sql: str, customer_id: int | None, values: Sequence[Parameter] | None
) -> Outcome:
    try:
        return await pool.admit("v0", sql, customer_id=customer_id, parameters=values)
    except RequestError as refusal:
        return type(refusal), str(refusal), refusal.__dict__


@pytest.mark.parametrize(("guards", "sql"), UNDER_POLICIES, indirect=["guards"])
def test_every_outcome_is_that_of_a_guard_that_remembers_nothing(
    guards: tuple[GuardPool, Guard], sql: str
) -> None:
    pool, fresh = guards
    asked = [
        (customer_id, values)
        for values in (VALUES if "?" in sql else VALUES[:3])
        for customer_id in CUSTOMERS
    ]

    async def outcomes() -> list[Outcome]:
        return [await _remembering(pool, sql, *each) for each in asked]

    assert asyncio.run(outcomes()) == [_freshly(fresh, sql, *each) for each in asked]


@settings(deadline=None, max_examples=60)
@given(
    asked=st.lists(
        st.tuples(
            st.sampled_from(BOUNDED_TEXTS), st.sampled_from(CUSTOMERS), st.sampled_from(VALUES)
        ),
        max_size=30,
    )
)
def test_the_order_in_which_customers_come_does_not_matter(
    asked: list[tuple[str, int | None, Sequence[Parameter] | None]],
) -> None:
    async def outcomes(pool: GuardPool) -> list[Outcome]:
        return list(await asyncio.gather(*(_remembering(pool, *each) for each in asked)))

    pool = GuardPool(VERSIONS)
    try:
        found = asyncio.run(outcomes(pool))
    finally:
        pool.close()
    fresh = Guard(VERSIONS["v0"])
    assert found == [_freshly(fresh, *each) for each in asked]
