"""The start of an orphan is not repeated once Athena may have forgotten its token."""

import asyncio
import threading
from typing import Any, cast

import pytest

from data_hist.queries.orphans import OrphanLimits, OrphanStopper

PATIENT = OrphanLimits(first_pause_seconds=10.0, find_seconds=45.0)


class LateLoop(asyncio.SelectorEventLoop):
    """An event loop whose clock the test can advance."""

    later_seconds = 0.0

    def time(self) -> float:
        return super().time() + self.later_seconds


class StuckAthena:
    """Responds when the test allows it."""

    def __init__(self) -> None:
        self.stopping = threading.Semaphore(0)
        self.answers = threading.Event()
        self.started = 0

    def stop(self, _query_id: str) -> None:
        self.stopping.release()
        self.answers.wait()

    def start(self) -> str:
        self.started += 1
        return "found"


@pytest.mark.parametrize(("late_seconds", "starts"), [(0.0, 1), (46.0, 0)])
def test_start_is_not_repeated_once_it_might_start_another_query(
    late_seconds: float, starts: int
) -> None:
    athena = StuckAthena()

    async def work(loop: LateLoop) -> None:
        orphans = OrphanStopper(cast("Any", athena), PATIENT)
        for number in range(2):
            orphans.stop(f"stuck {number}")
        # Both threads are taken.
        for _ in range(2):
            await asyncio.to_thread(athena.stopping.acquire)
        orphans.stop_unconfirmed(athena.start)
        await asyncio.sleep(0)
        loop.later_seconds = late_seconds
        athena.answers.set()
        await orphans.drain(PATIENT.find_seconds)
        orphans.close()

    loop = LateLoop()
    with asyncio.Runner(loop_factory=lambda: loop) as runner:
        runner.run(work(loop))
    assert athena.started == starts
