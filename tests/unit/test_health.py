"""Readiness is answered in time, also when the engine is not."""

import asyncio
import threading
from collections.abc import Iterator

import pytest

from data_hist.api.health import HealthHandlers
from data_hist.errors import EngineUnavailable
from data_hist.server import Shutdown


class HangingEngine:
    """An engine whose check comes back only when the test is over."""

    def __init__(self) -> None:
        self.over = threading.Event()

    def check(self) -> None:
        self.over.wait()


@pytest.fixture
def engine() -> Iterator[HangingEngine]:
    engine = HangingEngine()
    yield engine
    engine.over.set()


def test_engine_that_hangs_is_not_ready(
    engine: HangingEngine, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("data_hist.api.health._READINESS_SECONDS", 0.05)
    handlers = HealthHandlers(engine, Shutdown(0))  # type: ignore[arg-type]  # the one it calls

    async def ask() -> None:
        try:
            with pytest.raises(EngineUnavailable):
                await handlers.get_readiness()
        finally:
            engine.over.set()

    asyncio.run(ask())
