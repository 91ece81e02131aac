"""Work of the same key runs once, and its result is found until it is too old."""

import asyncio
from collections.abc import Callable, Coroutine
from datetime import datetime, timedelta
from typing import Any

import pytest

from data_hist.errors import EngineUnavailable
from data_hist.queries.single_flight import SingleFlight, SingleFlightLimits
from tests.support.turned_time import TurnedLoop, run, turn

LIMITS = SingleFlightLimits(errors_kept=timedelta(seconds=10), results=2)


class Work:
    """Work that takes a second, and counts how often it ran."""

    def __init__(self, loop: TurnedLoop, *errors: Exception) -> None:
        self.runs = 0
        self._loop = loop
        self._errors = list(errors)

    async def __call__(self) -> datetime:
        self.runs += 1
        await turn(1)
        if self._errors:
            raise self._errors.pop(0)
        return self._loop.clock()


def flights(loop: TurnedLoop) -> SingleFlight[datetime]:
    return SingleFlight(
        lambda _result: 1, lambda result: result + timedelta(hours=1), loop.clock, LIMITS
    )


def on_loop(scenario: Callable[[TurnedLoop], Coroutine[Any, Any, None]]) -> None:
    run(scenario)


def test_requests_at_once_share_one_run() -> None:
    async def scenario(loop: TurnedLoop) -> None:
        shared, work = flights(loop), Work(loop)

        results = await asyncio.gather(*(shared.get("a", work) for _ in range(20)))

        assert len(set(results)) == 1
        assert work.runs == 1

    on_loop(scenario)


def test_keys_do_not_share() -> None:
    async def scenario(loop: TurnedLoop) -> None:
        shared, work = flights(loop), Work(loop)

        await asyncio.gather(shared.get("a", work), shared.get("b", work))

        assert work.runs == 2

    on_loop(scenario)


@pytest.mark.parametrize(("minutes", "runs"), [(0, 1), (59, 1), (61, 2)])
def test_a_result_is_found_until_it_is_too_old(minutes: int, runs: int) -> None:
    async def scenario(loop: TurnedLoop) -> None:
        shared, work = flights(loop), Work(loop)

        await shared.get("a", work)
        await turn(minutes * 60)
        await shared.get("a", work)

        assert work.runs == runs

    on_loop(scenario)


def test_the_least_used_result_makes_room() -> None:
    async def scenario(loop: TurnedLoop) -> None:
        shared, work = flights(loop), Work(loop)

        for key in ("a", "b", "a", "c", "a", "b"):
            await shared.get(key, work)

        assert work.runs == 4

    on_loop(scenario)


def test_whoever_comes_back_soon_learns_of_an_error() -> None:
    async def scenario(loop: TurnedLoop) -> None:
        shared, work = flights(loop), Work(loop, EngineUnavailable("No."))

        for _ in range(2):
            with pytest.raises(EngineUnavailable):
                await shared.get("a", work)
        assert work.runs == 1
        await turn(11)
        await shared.get("a", work)

        assert work.runs == 2

    on_loop(scenario)


def test_a_bug_is_not_kept(caplog: pytest.LogCaptureFixture) -> None:
    async def scenario(loop: TurnedLoop) -> None:
        shared, work = flights(loop), Work(loop, ValueError("SELECT secret"))

        with pytest.raises(ValueError, match="secret"):
            await shared.get("a", work)
        await shared.get("a", work)

        assert work.runs == 2

    on_loop(scenario)
    assert [record.getMessage() for record in caplog.records] == ["shared work failed: ValueError"]


def test_work_goes_on_without_those_who_waited() -> None:
    async def scenario(loop: TurnedLoop) -> None:
        shared, work = flights(loop), Work(loop)
        waiting = asyncio.create_task(asyncio.wait({shared.get("a", work)}))
        await turn(0.5)
        waiting.cancel()
        await turn(1)

        assert shared.get("a", work).done()
        assert work.runs == 1

    on_loop(scenario)


def test_work_ends_with_its_worker() -> None:
    async def scenario(loop: TurnedLoop) -> None:
        shared, work = flights(loop), Work(loop)
        running = shared.get("a", work)
        await turn(0.5)

        await shared.close()

        assert running.cancelled()

    on_loop(scenario)
