"""Work is either returned or cancelled when its client disconnects, whatever the timing."""

import asyncio
from typing import Any

import pytest

from data_hist.http.disconnects import ClientDisconnected, cancel_on_disconnect

WAIT_SECONDS = 120
TURNS = range(8)


class Work:
    """Work that ends when it is told to, and records whether it was cancelled."""

    def __init__(self) -> None:
        self.end = asyncio.Event()
        self.is_cancelled = False

    async def run(self) -> str:
        try:
            await self.end.wait()
        except asyncio.CancelledError:
            self.is_cancelled = True
            raise
        return "done"


async def turns(number: int) -> None:
    for _ in range(number):
        await asyncio.sleep(0)


@pytest.mark.parametrize("later", TURNS)
@pytest.mark.parametrize("ends_first", [True, False])
@pytest.mark.parametrize("leaves", [True, False])
def test_work_is_returned_or_cancelled(later: int, ends_first: bool, leaves: bool) -> None:
    async def scenario() -> tuple[str, bool]:
        work, left = Work(), asyncio.Event()

        async def receive() -> dict[str, Any]:
            await left.wait()
            return {"type": "http.disconnect"}

        request = asyncio.ensure_future(cancel_on_disconnect(receive, work.run()))
        await turns(3)
        go_away = left.set if leaves else request.cancel
        first, second = (work.end.set, go_away) if ends_first else (go_away, work.end.set)
        first()
        await turns(later)
        second()
        try:
            async with asyncio.timeout(WAIT_SECONDS):
                return await request, work.is_cancelled
        except (ClientDisconnected, asyncio.CancelledError):
            return "", work.is_cancelled

    answer, is_cancelled = asyncio.run(scenario())

    assert (answer == "done") is not is_cancelled
