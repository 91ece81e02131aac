"""An event loop whose clock the test turns: what waits for a moment costs none."""

import asyncio
import selectors
from collections.abc import Callable, Coroutine
from contextvars import copy_context
from datetime import UTC, datetime, timedelta
from typing import Any, TypeVar

_T = TypeVar("_T")

_TURN_SECONDS = 1e-6

START = datetime(2026, 11, 20, 5, 0, tzinfo=UTC)


class TurnedLoop(asyncio.SelectorEventLoop):
    """Goes to the next timer as soon as there is nothing else to do, however long that took.

    A call on another thread is made at once, on the loop itself, and its answer comes after
    `call_seconds()` of the loop's time. So a run is the same each time, and no thread takes part.
    """

    def __init__(self, call_seconds: Callable[[], float]) -> None:
        self._turning = _TurningSelector()
        super().__init__(self._turning)
        self._call_seconds = call_seconds
        self.calls_on_way = 0
        self.most_calls_at_once = 0

    def time(self) -> float:
        """Seconds since the loop was made."""
        return self._turning.now

    def clock(self) -> datetime:
        """The same as a moment."""
        return START + timedelta(seconds=self.time())

    def pass_by(self, seconds: float) -> None:
        """Let time pass in the middle of a call that takes so long."""
        self._turning.now += seconds

    def run_in_executor(  # type: ignore[override]  # typeshed has more overloads
        self, _executor: object, call: Callable[..., _T], *arguments: Any
    ) -> asyncio.Future[_T]:
        """Make a call that would block a thread, and give its answer later."""
        answer: asyncio.Future[_T] = self.create_future()
        self.calls_on_way += 1
        self.most_calls_at_once = max(self.most_calls_at_once, self.calls_on_way)
        try:
            deliver, outcome = answer.set_result, copy_context().run(call, *arguments)
        except Exception as error:
            deliver, outcome = answer.set_exception, error  # type: ignore[assignment]
        self.call_later(self._call_seconds(), self._answer, answer, deliver, outcome)
        return answer

    def _answer(
        self, answer: asyncio.Future[_T], deliver: Callable[[Any], None], outcome: object
    ) -> None:
        self.calls_on_way -= 1
        if not answer.done():
            deliver(outcome)


class _TurningSelector(selectors.DefaultSelector):
    """Where nothing is ready, time passes instead of being waited for."""

    def __init__(self) -> None:
        super().__init__()
        self.now = 0.0

    def select(self, timeout: float | None = None) -> list[tuple[selectors.SelectorKey, int]]:
        if timeout is None:
            return super().select(None)
        ready = super().select(0)
        # A turn takes a moment: a pause too short for the clock's precision must end as well.
        self.now += _TURN_SECONDS if ready else max(timeout, _TURN_SECONDS)
        return ready


def run(
    scenario: Callable[[TurnedLoop], Coroutine[Any, Any, _T]],
    call_seconds: float | Callable[[], float] = 0.01,
) -> _T:
    """Run a scenario to its end on such a loop, on which each call takes so long."""
    loops: list[TurnedLoop] = []

    def made() -> TurnedLoop:
        loops.append(TurnedLoop(call_seconds if callable(call_seconds) else lambda: call_seconds))
        return loops[0]

    with asyncio.Runner(loop_factory=made) as runner:
        runner.get_loop()
        return runner.run(scenario(loops[0]))


async def turn(seconds: float) -> None:
    """Let so much of the loop's time pass."""
    await asyncio.sleep(seconds)
