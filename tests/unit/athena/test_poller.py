"""The poller asks Athena seldom, answers with what is true now, and holds no thread."""

import asyncio
from collections.abc import Awaitable, Callable, Sequence
from datetime import timedelta

import pytest

from data_hist.athena.executions import Descriptions, Query, QueryStatus
from data_hist.athena.polling.poller import Poller
from data_hist.errors import (
    DataHistError,
    EngineFailed,
    EngineUnavailable,
    QueryNotFound,
    Throttled,
)
from tests.support import turned_time
from tests.support.turned_time import START, TurnedLoop, turn

PATIENCE = 30.0


class FakeAthena:
    """Describes ids as the test says: by default they are running, and the calls are counted."""

    def __init__(self) -> None:
        self.calls: list[list[str]] = []
        self.ended: set[str] = set()
        self.unknown: set[str] = set()
        self.untold: set[str] = set()
        self.failures: list[DataHistError | None] = []

    def describe(self, query_ids: Sequence[str]) -> Descriptions:
        self.calls.append(list(query_ids))
        failure = self.failures.pop(0) if self.failures else None
        told = {
            each: described(each, ended=each in self.ended)
            for each in query_ids
            if each not in self.unknown | self.untold
        }
        if failure:
            raise failure
        return Descriptions(told, frozenset(self.unknown & set(query_ids)))


def described(query_id: str, *, ended: bool) -> Query:
    status = QueryStatus.FINISHED if ended else QueryStatus.RUNNING
    return Query(query_id, status, "", "s3://…", START, START if ended else None)


@pytest.fixture
def athena() -> FakeAthena:
    return FakeAthena()


def run(
    athena: FakeAthena,
    use: Callable[[Poller], Awaitable[object]],
    *,
    calls_per_second: float = 1000,
    age_seconds: float = 0,
    call_seconds: float = 0.01,
) -> TurnedLoop:
    clock = START + timedelta(seconds=age_seconds)

    async def whole(loop: TurnedLoop) -> TurnedLoop:
        poller = Poller(athena.describe, calls_per_second, lambda: clock)
        await use(poller)
        poller.close()
        return loop

    return turned_time.run(whole, call_seconds)


async def called(athena: FakeAthena, times: int) -> None:
    """Wait until Athena has been called so often."""
    async with asyncio.timeout(PATIENCE):
        while len(athena.calls) < times:
            await turn(0.001)


def ids(number: int) -> list[str]:
    return [f"query-{n}" for n in range(number)]


def test_who_asks_together_is_answered_by_calls_of_fifty(athena: FakeAthena) -> None:
    async def use(poller: Poller) -> None:
        await asyncio.gather(*(poller.describe(each, PATIENCE) for each in ids(120) * 3))

    run(athena, use)

    assert [len(call) for call in athena.calls] == [50, 50, 20]
    assert sorted(each for call in athena.calls for each in call) == sorted(ids(120))


def test_an_answer_is_never_older_than_its_question(athena: FakeAthena) -> None:
    async def use(poller: Poller) -> None:
        first = asyncio.create_task(poller.describe("a", PATIENCE))
        await called(athena, 1)
        athena.ended.add("a")
        second = asyncio.create_task(poller.describe("a", PATIENCE))

        assert (await first).status is QueryStatus.RUNNING
        assert (await second).status is QueryStatus.FINISHED

    run(athena, use, call_seconds=1)

    assert athena.calls == [["a"], ["a"]]


def test_an_end_is_asked_for_once(athena: FakeAthena) -> None:
    async def use(poller: Poller) -> None:
        athena.ended.add("a")
        assert await poller.describe("a", PATIENCE) == await poller.describe("a", PATIENCE)

    run(athena, use)

    assert athena.calls == [["a"]]


def test_waiters_get_the_end_and_share_the_calls(athena: FakeAthena) -> None:
    async def use(poller: Poller) -> None:
        running = [described(each, ended=False) for each in ids(40)]
        waiting = [asyncio.create_task(poller.wait_for_end(q, PATIENCE)) for q in running * 25]
        await called(athena, 3)
        athena.ended |= set(ids(40))

        ends = await asyncio.gather(*waiting)

        assert {query.status for query in ends} == {QueryStatus.FINISHED}

    run(athena, use)

    assert len(athena.calls) < 10


def test_a_waiter_whose_time_is_up_gets_the_state_that_was_seen_last(athena: FakeAthena) -> None:
    async def use(poller: Poller) -> None:
        query = await poller.wait_for_end(described("a", ended=False), 0.3)

        assert query.status is QueryStatus.RUNNING

    run(athena, use)

    assert athena.calls


@pytest.mark.parametrize(("age_seconds", "most"), [(0, 10), (4, 2), (3600, 1), (-3600, 10)])
def test_old_queries_are_looked_at_less_often(
    athena: FakeAthena, age_seconds: float, most: int
) -> None:
    async def use(poller: Poller) -> None:
        await poller.wait_for_end(described("a", ended=False), 1.0)

    run(athena, use, age_seconds=age_seconds)

    assert 1 <= len(athena.calls) <= most


def test_who_has_gone_away_is_forgotten(athena: FakeAthena) -> None:
    async def use(poller: Poller) -> None:
        gone = asyncio.create_task(poller.wait_for_end(described("a", ended=False), PATIENCE))
        await called(athena, 2)
        gone.cancel()
        await asyncio.wait({gone})
        before = len(athena.calls)
        await poller.wait_for_end(described("b", ended=False), 0.5)

        # One call may have been on its way.
        assert not any("a" in call for call in athena.calls[before + 1 :])

    run(athena, use)


def test_an_unknown_id_is_nobody_elses_trouble(athena: FakeAthena) -> None:
    async def use(poller: Poller) -> None:
        athena.unknown.add("b")
        found, lost = await asyncio.gather(
            poller.describe("a", PATIENCE), poller.describe("b", PATIENCE), return_exceptions=True
        )

        assert isinstance(found, Query)
        assert isinstance(lost, QueryNotFound)

    run(athena, use)

    assert athena.calls == [["a", "b"]]


def test_an_id_that_nothing_is_told_of_is_asked_for_again(athena: FakeAthena) -> None:
    async def use(poller: Poller) -> None:
        athena.untold.add("b")
        found, lost = await asyncio.gather(
            poller.describe("a", PATIENCE), poller.describe("b", PATIENCE), return_exceptions=True
        )

        assert isinstance(found, Query)
        assert isinstance(lost, EngineFailed)

    run(athena, use)

    assert athena.calls == [["a", "b"], ["b"], ["b"]]


@pytest.mark.parametrize("error", [Throttled, EngineUnavailable, EngineFailed])
def test_a_failed_call_passes_unseen(athena: FakeAthena, error: type[DataHistError]) -> None:
    async def use(poller: Poller) -> None:
        athena.failures = [error("…")]
        assert await poller.describe("a", PATIENCE)

    run(athena, use)

    assert len(athena.calls) == 2


def test_who_knows_a_state_waits_through_any_trouble(athena: FakeAthena) -> None:
    async def use(poller: Poller) -> None:
        athena.failures = [Throttled("…"), EngineUnavailable("…"), EngineFailed("…")] * 5
        athena.ended.add("a")
        query = await poller.wait_for_end(described("a", ended=False), PATIENCE)

        assert query.status is QueryStatus.FINISHED

    run(athena, use)

    assert len(athena.calls) == 16


def test_half_the_calls_throttled_are_no_storm(athena: FakeAthena) -> None:
    """One after the other: together they would share calls, and cost far less than one each."""
    looks = 400
    refused = 0

    async def use(poller: Poller) -> None:
        nonlocal refused
        athena.failures = [Throttled("…", retry_after_seconds=1), None] * looks
        for _ in range(looks):
            try:
                await poller.describe("a", PATIENCE)
            except Throttled as error:
                assert error.retry_after_seconds
                refused += 1

    run(athena, use, calls_per_second=100_000)

    assert len(athena.calls) <= 1.2 * looks
    assert refused < looks / 2


def test_calls_stay_within_the_rate(athena: FakeAthena) -> None:
    rate = 20.0
    seconds = 1.5

    async def use(poller: Poller) -> None:
        running = [described(each, ended=False) for each in ids(2500)]
        await asyncio.gather(*(poller.wait_for_end(query, seconds) for query in running))

    run(athena, use, calls_per_second=rate)

    assert len(athena.calls) <= 2 * rate + rate * seconds
    assert max(map(len, athena.calls)) == 50


def test_two_thousand_who_wait_hold_eight_threads_at_the_most(athena: FakeAthena) -> None:
    async def use(poller: Poller) -> None:
        running = [described(each, ended=False) for each in ids(2000)]
        waiting = [asyncio.create_task(poller.wait_for_end(each, PATIENCE)) for each in running]
        await called(athena, 8)
        athena.ended |= set(ids(2000))
        await asyncio.gather(*waiting)

    loop = run(athena, use, call_seconds=1)

    assert loop.most_calls_at_once == 8


def test_a_call_that_hangs_is_not_waited_for(athena: FakeAthena) -> None:
    async def use(poller: Poller) -> None:
        with pytest.raises(EngineUnavailable) as raised:
            await poller.describe("a", 20)

        assert raised.value.retry_after_seconds

    run(athena, use, call_seconds=3600)


def test_who_has_no_turn_is_told_to_come_again(athena: FakeAthena) -> None:
    async def use(poller: Poller) -> None:
        await poller.describe("a", PATIENCE)
        with pytest.raises(Throttled) as raised:
            await poller.describe("b", 0.1)

        assert raised.value.retry_after_seconds

    run(athena, use, calls_per_second=0.01)

    assert athena.calls == [["a"]]
