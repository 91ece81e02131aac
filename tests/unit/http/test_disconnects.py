"""Work is answered or learns that its caller is gone, whatever happens at the same moment."""

import asyncio
from typing import Any

import pytest

from data_hist.http.operations import ClientDisconnected, cancel_on_disconnect

WAIT_SECONDS = 120
TURNS = range(8)


class Work:
    """Work that ends when it is told to, and remembers whether it was broken off."""

    def __init__(self) -> None:
        self.end = asyncio.Event()
        self.is_broken_off = False

    async def run(self) -> str:
        try:
            await self.end.wait()
        except asyncio.CancelledError:
            self.is_broken_off = True
            raise
        return "done"


async def turns(number: int) -> None:
    for _ in range(number):
        await asyncio.sleep(0)


@pytest.mark.parametrize("later", TURNS)
@pytest.mark.parametrize("ends_first", [True, False])
@pytest.mark.parametrize("leaves", [True, False])
def test_work_is_answered_or_broken_off(later: int, ends_first: bool, leaves: bool) -> None:
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
                return await request, work.is_broken_off
        except (ClientDisconnected, asyncio.CancelledError):
            return "", work.is_broken_off

    answer, is_broken_off = asyncio.run(scenario())

    assert (answer == "done") is not is_broken_off
