"""How many requests are served at once, and which one is next."""

import asyncio
from collections.abc import Awaitable, Callable

import pytest

from data_hist.errors import Overloaded
from data_hist.http.concurrency_limit import ConcurrencyLimiter, ConcurrencyLimits, Slot

WAIT_SECONDS = 120
LONG_POLL_SECONDS = 30
ENDLESS_QUEUE = ConcurrencyLimits(queue_seconds=WAIT_SECONDS)


def admitted(
    limiter: ConcurrencyLimiter, long_poll_seconds: int = 0, *, is_complete: bool = True
) -> Slot:
    return limiter.admit(long_poll_seconds=long_poll_seconds, is_complete=is_complete)


def run(scenario: Callable[[], Awaitable[None]]) -> None:
    async def bounded() -> None:
        async with asyncio.timeout(WAIT_SECONDS):
            await scenario()

    asyncio.run(bounded())


async def until_queued() -> None:
    """Let every task that has begun run until it waits."""
    for _ in range(5):
        await asyncio.sleep(0)


def test_simultaneous_requests_are_admitted_or_refused_before_any_work() -> None:
    async def scenario() -> None:
        limiter = ConcurrencyLimiter(2, ENDLESS_QUEUE)
        slots = [admitted(limiter) for _ in range(4)]

        with pytest.raises(Overloaded):
            admitted(limiter)

        works = [asyncio.ensure_future(slot.acquire()) for slot in slots]
        await until_queued()
        assert [work.done() for work in works] == [True, True, False, False]

    run(scenario)


def test_slots_go_to_requests_in_order_of_arrival() -> None:
    async def scenario() -> None:
        limiter = ConcurrencyLimiter(1, ENDLESS_QUEUE)
        slots = [admitted(limiter), admitted(limiter)]
        works = [asyncio.ensure_future(slot.acquire()) for slot in slots]
        polling = admitted(limiter, LONG_POLL_SECONDS)
        works.append(asyncio.ensure_future(polling.acquire()))
        order = []
        for slot, work in zip([*slots, polling], works, strict=True):
            await work
            order.append(slot)
            slot.close()
        assert order == [*slots, polling]

    run(scenario)


def test_other_requests_go_before_a_long_poll() -> None:
    async def scenario() -> None:
        limiter = ConcurrencyLimiter(1, ENDLESS_QUEUE)
        first, quick = admitted(limiter), admitted(limiter)
        polling = admitted(limiter, LONG_POLL_SECONDS)
        await first.acquire()
        polling_work = asyncio.ensure_future(polling.acquire())
        await until_queued()
        quick_work = asyncio.ensure_future(quick.acquire())
        await until_queued()

        first.close()

        await quick_work
        assert not polling_work.done()
        quick.close()
        await polling_work

    run(scenario)


def test_the_two_queues_take_turns() -> None:
    async def scenario() -> None:
        limiter = ConcurrencyLimiter(2, ENDLESS_QUEUE)
        holders = [admitted(limiter), admitted(limiter)]
        for holder in holders:
            await holder.acquire()
        polling = [admitted(limiter, LONG_POLL_SECONDS) for _ in range(2)]
        quick = [admitted(limiter) for _ in range(2)]
        works = {slot: asyncio.ensure_future(slot.acquire()) for slot in polling + quick}
        await until_queued()

        for holder in holders:
            holder.close()
        await until_queued()

        assert [works[slot].done() for slot in (*quick, *polling)] == [True, False] * 2
        for slot in (*quick, *polling):
            await works[slot]
            slot.close()

    run(scenario)


def test_queue_of_long_polls_is_never_full() -> None:
    async def scenario() -> None:
        limiter = ConcurrencyLimiter(1)
        works = []
        for _ in range(500):
            slot = admitted(limiter, LONG_POLL_SECONDS)
            works.append((slot, asyncio.ensure_future(slot.acquire())))
        for slot, work in works:
            await work
            slot.close()

    run(scenario)


def test_request_that_gets_no_slot_in_time_is_refused() -> None:
    async def scenario() -> None:
        limiter = ConcurrencyLimiter(1, ConcurrencyLimits(queue_seconds=0.01))
        first, second = admitted(limiter), admitted(limiter)
        await first.acquire()

        with pytest.raises(Overloaded):
            await second.acquire()

        second.close()
        first.close()
        await admitted(limiter).acquire()

    run(scenario)


def test_request_that_leaves_its_queue_leaves_nothing_behind() -> None:
    async def scenario() -> None:
        limiter = ConcurrencyLimiter(1, ENDLESS_QUEUE)
        first = admitted(limiter)
        await first.acquire()
        for turn_comes in (False, True):
            leaving = admitted(limiter)
            work = asyncio.ensure_future(leaving.acquire())
            await until_queued()
            if turn_comes:
                first.release()
            work.cancel()
            await asyncio.gather(work, return_exceptions=True)
            leaving.close()
        first.close()

        await admitted(limiter).acquire()
        with pytest.raises(TimeoutError):
            async with asyncio.timeout(0):
                await admitted(limiter).acquire()

    run(scenario)


class Parking:
    """A long poll: active, parked until it is `woken`, then active until told to `end`."""

    def __init__(self, limiter: ConcurrencyLimiter) -> None:
        self._limiter = limiter
        self.woken, self.end = asyncio.Event(), asyncio.Event()
        self.is_parked = self.is_back = False
        self.task = asyncio.ensure_future(self._run())

    async def _run(self) -> None:
        slot = admitted(self._limiter, LONG_POLL_SECONDS)
        try:
            await slot.acquire()
            async with self._limiter.parked():
                self.is_parked = True
                await self.woken.wait()
            self.is_back = True
            await self.end.wait()
        finally:
            slot.close()


def test_parked_request_makes_room_and_comes_back_before_others() -> None:
    async def scenario() -> None:
        limiter = ConcurrencyLimiter(1, ENDLESS_QUEUE)
        parking, other = Parking(limiter), admitted(limiter)
        await until_queued()
        assert parking.is_parked
        await other.acquire()
        quick = admitted(limiter)
        quick_work = asyncio.ensure_future(quick.acquire())
        await until_queued()

        parking.woken.set()
        await until_queued()
        assert not parking.is_back
        other.close()
        await until_queued()

        assert (parking.is_back, quick_work.done()) == (True, False)
        parking.end.set()
        await quick_work
        await parking.task

    run(scenario)


def test_parked_requests_that_wake_together_are_not_at_work_together() -> None:
    async def scenario() -> None:
        limiter = ConcurrencyLimiter(2)
        parkings = [Parking(limiter) for _ in range(200)]
        while not all(parking.is_parked for parking in parkings):
            await asyncio.sleep(0)
        for parking in parkings:
            parking.woken.set()

        for _ in range(100):
            await until_queued()
            back = [parking for parking in parkings if parking.is_back]
            assert len(back) == 2
            for parking in back:
                parking.end.set()
                parking.is_back = False
        await asyncio.gather(*(parking.task for parking in parkings))

    run(scenario)


def test_parked_request_is_answered_although_no_slot_is_released() -> None:
    async def scenario() -> None:
        limiter = ConcurrencyLimiter(1, ConcurrencyLimits(resume_seconds=0.01))
        parking, stuck = Parking(limiter), admitted(limiter)
        await until_queued()
        await stuck.acquire()
        parking.woken.set()
        parking.end.set()

        await parking.task

        stuck.close()
        await admitted(limiter).acquire()

    run(scenario)


@pytest.mark.parametrize("is_woken", [False, True])
def test_parked_request_that_is_cancelled_leaves_nothing_behind(is_woken: bool) -> None:
    async def scenario() -> None:
        limiter = ConcurrencyLimiter(1, ENDLESS_QUEUE)
        parking, other = Parking(limiter), admitted(limiter)
        await until_queued()
        await other.acquire()
        if is_woken:
            parking.woken.set()
            await until_queued()
        parking.task.cancel()
        await asyncio.gather(parking.task, return_exceptions=True)
        waiting = asyncio.ensure_future(admitted(limiter).acquire())
        await until_queued()
        assert not waiting.done()

        other.close()

        await waiting

    run(scenario)


def test_request_whose_body_does_not_arrive_takes_no_slot() -> None:
    async def scenario() -> None:
        limiter = ConcurrencyLimiter(1)
        slow = [admitted(limiter, is_complete=False) for _ in range(100)]

        await admitted(limiter).acquire()

        for slot in slow:
            slot.close()

    run(scenario)


def test_open_requests_are_limited() -> None:
    limiter = ConcurrencyLimiter(1, ConcurrencyLimits(open_requests=3))
    slots = [admitted(limiter, LONG_POLL_SECONDS, is_complete=False) for _ in range(3)]

    with pytest.raises(Overloaded):
        admitted(limiter, LONG_POLL_SECONDS)

    slots[0].close()
    admitted(limiter, LONG_POLL_SECONDS)
