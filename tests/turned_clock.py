"""An event loop whose clock is turned: hours pass at once, and every run is the same.

What would run on a thread runs on the loop, at a moment of its own, so that nothing depends on how
fast the machine is.
"""

import asyncio
import random
import selectors
from collections.abc import Callable, Coroutine
from contextvars import copy_context
from typing import Any, TypeVar

_T = TypeVar("_T")

_LONGEST_CALL_SECONDS = 0.05


class TurnedClock:
    """The time in seconds; only `pass_by` moves it."""

    def __init__(self) -> None:
        self.seconds = 0.0

    def __call__(self) -> float:
        return self.seconds

    def pass_by(self, seconds: float) -> None:
        self.seconds += seconds


class _Selector(selectors.DefaultSelector):
    """Lets time pass where a real one would wait."""

    def __init__(self, clock: TurnedClock) -> None:
        super().__init__()
        self._clock = clock

    def select(self, timeout: float | None = None) -> list[tuple[selectors.SelectorKey, int]]:
        ready = super().select(0)
        if not ready:
            assert timeout is not None, "everybody waits, and nothing is going to happen"
            self._clock.pass_by(max(timeout, 0.0))
        return ready


class TurnedLoop(asyncio.SelectorEventLoop):
    """An event loop on a turned clock, on which blocking calls take a random moment."""

    def __init__(self, clock: TurnedClock, generator: random.Random) -> None:
        self._turned_clock = clock
        self._generator = generator
        super().__init__(_Selector(clock))

    def time(self) -> float:
        return self._turned_clock()

    def run_in_executor(  # type: ignore[override]
        self, _executor: Any, call: Callable[..., _T], *arguments: Any
    ) -> asyncio.Future[_T]:
        future: asyncio.Future[_T] = self.create_future()

        def run() -> None:
            try:
                result = context.run(call, *arguments)
            except Exception as error:
                if not future.done():
                    future.set_exception(error)
            else:
                if not future.done():
                    future.set_result(result)

        context = copy_context()
        self.call_later(self._generator.uniform(0, _LONGEST_CALL_SECONDS), run)
        return future


def run_turned(
    work: Callable[[TurnedClock], Coroutine[Any, Any, _T]], generator: random.Random
) -> _T:
    """Run a coroutine on such a loop, to its end."""
    clock = TurnedClock()
    with asyncio.Runner(loop_factory=lambda: TurnedLoop(clock, generator)) as runner:
        return runner.run(work(clock))
