"""Readiness responds in time even if the engine does not."""

import pytest

from data_hist.errors import EngineUnavailable
from data_hist.http.health import HealthOperations
from data_hist.http.shutdown import Shutdown
from tests.support import turned_time
from tests.support.turned_time import TurnedLoop


class Engine:
    """A healthy engine."""

    def check(self) -> None:
        """Find nothing wrong."""


async def ask(loop: TurnedLoop) -> float:
    operations = HealthOperations(Engine(), Shutdown(0))  # type: ignore[arg-type]  # the one it calls
    assert await operations.get_readiness() == {"status": "ok"}
    return loop.time()


def test_engine_that_answers_is_ready() -> None:
    assert turned_time.run(ask, call_seconds=4) == pytest.approx(4, abs=0.1)


def test_engine_that_hangs_is_not_ready() -> None:
    with pytest.raises(EngineUnavailable):
        turned_time.run(ask, call_seconds=3600)
