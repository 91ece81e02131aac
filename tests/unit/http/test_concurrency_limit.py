"""How many requests are worked on at once, and who is served next."""

import asyncio
from collections.abc import Awaitable, Callable

import pytest

from data_hist.errors import Overloaded
from data_hist.http.concurrency_limit import ConcurrencyLimiter, Slot

WAIT_SECONDS = 120
PATIENCE_SECONDS = 30


def placed(load: ConcurrencyLimiter, patience_seconds: int = 0, *, is_whole: bool = True) -> Slot:
    return load.place(patience_seconds=patience_seconds, is_whole=is_whole)


def run(scenario: Callable[[], Awaitable[None]]) -> None:
    async def bounded() -> None:
        async with asyncio.timeout(WAIT_SECONDS):
            await scenario()

    asyncio.run(bounded())


async def until_in_line() -> None:
    """Let everybody who has just begun come as far as it can."""
    for _ in range(5):
        await asyncio.sleep(0)


@pytest.fixture
def endless_line(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("data_hist.http.concurrency_limit._LINE_SECONDS", WAIT_SECONDS)


def test_those_who_come_at_once_are_served_or_refused_before_any_work(endless_line: None) -> None:
    async def scenario() -> None:
        load = ConcurrencyLimiter(2)
        places = [placed(load) for _ in range(4)]

        with pytest.raises(Overloaded):
            placed(load)

        works = [asyncio.ensure_future(place.begin_work()) for place in places]
        await until_in_line()
        assert [work.done() for work in works] == [True, True, False, False]

    run(scenario)


def test_places_go_to_whoever_came_first(endless_line: None) -> None:
    async def scenario() -> None:
        load = ConcurrencyLimiter(1)
        places = [placed(load), placed(load)]
        works = [asyncio.ensure_future(place.begin_work()) for place in places]
        patient = placed(load, PATIENCE_SECONDS)
        works.append(asyncio.ensure_future(patient.begin_work()))
        order = []
        for place, work in zip([*places, patient], works, strict=True):
            await work
            order.append(place)
            place.close()
        assert order == [*places, patient]

    run(scenario)


def test_who_is_in_a_hurry_is_served_before_who_is_patient(endless_line: None) -> None:
    async def scenario() -> None:
        load = ConcurrencyLimiter(1)
        first, patient, hurried = placed(load), placed(load, PATIENCE_SECONDS), placed(load)
        await first.begin_work()
        patient_work = asyncio.ensure_future(patient.begin_work())
        await until_in_line()
        hurried_work = asyncio.ensure_future(hurried.begin_work())
        await until_in_line()

        first.close()

        await hurried_work
        assert not patient_work.done()
        hurried.close()
        await patient_work

    run(scenario)


def test_the_two_lines_take_turns(endless_line: None) -> None:
    async def scenario() -> None:
        load = ConcurrencyLimiter(2)
        holders = [placed(load), placed(load)]
        for holder in holders:
            await holder.begin_work()
        patient = [placed(load, PATIENCE_SECONDS) for _ in range(2)]
        hurried = [placed(load) for _ in range(2)]
        works = {place: asyncio.ensure_future(place.begin_work()) for place in patient + hurried}
        await until_in_line()

        for holder in holders:
            holder.close()
        await until_in_line()

        assert [works[place].done() for place in (*hurried, *patient)] == [True, False] * 2
        for place in (*hurried, *patient):
            await works[place]
            place.close()

    run(scenario)


def test_the_patient_are_never_too_many_to_stand_in_line() -> None:
    async def scenario() -> None:
        load = ConcurrencyLimiter(1)
        works = []
        for _ in range(500):
            place = placed(load, PATIENCE_SECONDS)
            works.append((place, asyncio.ensure_future(place.begin_work())))
        for place, work in works:
            await work
            place.close()

    run(scenario)


def test_whose_turn_does_not_come_is_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("data_hist.http.concurrency_limit._LINE_SECONDS", 0.01)

    async def scenario() -> None:
        load = ConcurrencyLimiter(1)
        first, second = placed(load), placed(load)
        await first.begin_work()

        with pytest.raises(Overloaded):
            await second.begin_work()

        second.close()
        first.close()
        await placed(load).begin_work()

    run(scenario)


def test_whoever_leaves_the_line_leaves_nothing_behind(endless_line: None) -> None:
    async def scenario() -> None:
        load = ConcurrencyLimiter(1)
        first = placed(load)
        await first.begin_work()
        for turn_comes in (False, True):
            leaving = placed(load)
            work = asyncio.ensure_future(leaving.begin_work())
            await until_in_line()
            if turn_comes:
                first.end_work()
            work.cancel()
            await asyncio.gather(work, return_exceptions=True)
            leaving.close()
        first.close()

        await placed(load).begin_work()
        with pytest.raises(TimeoutError):
            async with asyncio.timeout(0):
                await placed(load).begin_work()

    run(scenario)


class Parking:
    """A long poll: at work, parked until it is `woken`, at work again until it is told to `end`."""

    def __init__(self, load: ConcurrencyLimiter) -> None:
        self._load = load
        self.woken, self.end = asyncio.Event(), asyncio.Event()
        self.is_parked = self.is_back = False
        self.task = asyncio.ensure_future(self._run())

    async def _run(self) -> None:
        place = placed(self._load, PATIENCE_SECONDS)
        try:
            await place.begin_work()
            async with self._load.asleep():
                self.is_parked = True
                await self.woken.wait()
            self.is_back = True
            await self.end.wait()
        finally:
            place.close()


def test_parked_request_makes_room_and_comes_back_before_others(endless_line: None) -> None:
    async def scenario() -> None:
        load = ConcurrencyLimiter(1)
        parking, other = Parking(load), placed(load)
        await until_in_line()
        assert parking.is_parked
        await other.begin_work()
        hurried = placed(load)
        hurried_work = asyncio.ensure_future(hurried.begin_work())
        await until_in_line()

        parking.woken.set()
        await until_in_line()
        assert not parking.is_back
        other.close()
        await until_in_line()

        assert (parking.is_back, hurried_work.done()) == (True, False)
        parking.end.set()
        await hurried_work
        await parking.task

    run(scenario)


def test_parked_requests_that_wake_together_are_not_at_work_together() -> None:
    async def scenario() -> None:
        load = ConcurrencyLimiter(2)
        parkings = [Parking(load) for _ in range(200)]
        while not all(parking.is_parked for parking in parkings):
            await asyncio.sleep(0)
        for parking in parkings:
            parking.woken.set()

        for _ in range(100):
            await until_in_line()
            back = [parking for parking in parkings if parking.is_back]
            assert len(back) == 2
            for parking in back:
                parking.end.set()
                parking.is_back = False
        await asyncio.gather(*(parking.task for parking in parkings))

    run(scenario)


def test_parked_request_is_answered_although_the_places_are_not_given_back() -> None:
    async def scenario() -> None:
        load = ConcurrencyLimiter(1, resuming_seconds=0.01)
        parking, stuck = Parking(load), placed(load)
        await until_in_line()
        await stuck.begin_work()
        parking.woken.set()
        parking.end.set()

        await parking.task

        stuck.close()
        await placed(load).begin_work()

    run(scenario)


@pytest.mark.parametrize("is_woken", [False, True])
def test_parked_request_that_is_cancelled_leaves_nothing_behind(
    endless_line: None, is_woken: bool
) -> None:
    async def scenario() -> None:
        load = ConcurrencyLimiter(1)
        parking, other = Parking(load), placed(load)
        await until_in_line()
        await other.begin_work()
        if is_woken:
            parking.woken.set()
            await until_in_line()
        parking.task.cancel()
        await asyncio.gather(parking.task, return_exceptions=True)
        waiting = asyncio.ensure_future(placed(load).begin_work())
        await until_in_line()
        assert not waiting.done()

        other.close()

        await waiting

    run(scenario)


def test_a_body_that_does_not_come_takes_no_place() -> None:
    async def scenario() -> None:
        load = ConcurrencyLimiter(1)
        slow = [placed(load, is_whole=False) for _ in range(100)]

        await placed(load).begin_work()

        for place in slow:
            place.close()

    run(scenario)


def test_there_is_an_end_to_patience_as_well() -> None:
    load = ConcurrencyLimiter(1, most_open=3)
    places = [placed(load, PATIENCE_SECONDS, is_whole=False) for _ in range(3)]

    with pytest.raises(Overloaded):
        placed(load, PATIENCE_SECONDS)

    places[0].close()
    placed(load, PATIENCE_SECONDS)
