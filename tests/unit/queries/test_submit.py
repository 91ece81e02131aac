"""Shielded work continues when its caller is cancelled, and its error is not logged."""

import asyncio
import gc
from contextlib import suppress
from typing import Any

import pytest

from data_hist.queries.submit import await_shielded


def test_work_goes_on_and_its_error_is_told_to_nobody() -> None:
    assert asyncio.run(told_of(ValueError("SELECT secret"))) == ("failed", [])


def test_error_is_that_of_who_waits() -> None:
    async def wait() -> None:
        work: asyncio.Future[None] = asyncio.get_running_loop().create_future()
        work.set_exception(ValueError("told"))
        await await_shielded(work)

    with pytest.raises(ValueError, match="told"):
        asyncio.run(wait())


async def told_of(error: Exception) -> tuple[str, list[dict[str, Any]]]:
    """Cancel who awaits some work; return how the work ends, and what the event loop logs."""
    told: list[dict[str, Any]] = []
    loop = asyncio.get_running_loop()
    loop.set_exception_handler(lambda _loop, context: told.append(context))
    work: asyncio.Future[None] = loop.create_future()
    waiting = asyncio.create_task(await_shielded(work))
    await asyncio.sleep(0)
    waiting.cancel()
    with suppress(asyncio.CancelledError):
        await waiting
    outcome = "cancelled" if work.cancelled() else "failed"
    work.set_exception(error)
    await asyncio.sleep(0)
    del work, waiting
    gc.collect()
    return outcome, told
