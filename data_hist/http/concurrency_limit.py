"""How much a worker takes on, and who comes next.

What counts is work. A request parked on the state of a query holds almost nothing, and the reader
of a stream sets its pace; of both there may be many, up to a bound on everything that is open. When
all places are taken, a request stands in one of two lines, which take turns: a short one, and one
for long polls. A request that finds the short one full is refused. A parked request whose query has
ended goes before both.
"""

import asyncio
from collections import OrderedDict
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

from data_hist.errors import Overloaded

MOST_OPEN = 16_384
"""Requests of any kind, each of which holds a socket."""

_LINE_FOR_EACH_PLACE = 1
# The line is short, so that turns come in a fraction of that, unless the engine itself is stuck.
_LINE_SECONDS = 1.0
# Whoever was let in is not kept longer by those who hold the places because the engine is stuck.
_RESUMING_SECONDS = 5.0
_RETRY_SECONDS = 1

_Line = OrderedDict[asyncio.Future[None], None]


class ConcurrencyLimiter:
    """The requests that a worker has in hand; all on the event loop.

    Args:
        most_at_work: How many may be worked on at once.
        most_open: How many there may be, at work or not.
        resuming_seconds: How long a parked request waits for a place before it goes on without.
    """

    def __init__(
        self,
        most_at_work: int,
        most_open: int = MOST_OPEN,
        resuming_seconds: float = _RESUMING_SECONDS,
    ) -> None:
        self._resuming_seconds = resuming_seconds
        self._most_at_work = most_at_work
        self._most_in_hand = most_at_work * (1 + _LINE_FOR_EACH_PLACE)
        self._most_open = most_open
        self._at_work = 0
        self._open = 0
        self._arriving = 0
        self._line: _Line = OrderedDict()
        self._patient_line: _Line = OrderedDict()
        self._resuming_line: _Line = OrderedDict()
        self._patient_are_next = False

    def place(self, *, patience_seconds: int, is_whole: bool) -> "Slot":
        """Give a request a place.

        Args:
            patience_seconds: How long it is ready to stand in line; a moment is asked of everybody.
            is_whole: Whether its work is about to begin; it does not count before.

        Raises:
            Overloaded: It is one too many.
        """
        if self._open >= self._most_open:
            raise _overloaded()
        self._require_room(patience_seconds)
        return Slot(self, patience_seconds, is_whole=is_whole)

    @asynccontextmanager
    async def asleep(self) -> AsyncIterator[None]:
        """Give a request's place at work to others while it is parked on the state of a query."""
        self._end_work()
        is_cancelled = False
        try:
            yield
        except asyncio.CancelledError:
            is_cancelled = True
            raise
        finally:
            if is_cancelled:
                self._at_work += 1
            else:
                await self._resume()

    def _require_room(self, patience_seconds: int) -> None:
        in_hand = self._at_work + self._arriving + len(self._line)
        if in_hand >= self._most_in_hand and not patience_seconds:
            raise _overloaded()

    async def _begin_work(self, patience_seconds: int) -> None:
        if self._at_work < self._most_at_work:
            self._at_work += 1
            return
        try:
            async with asyncio.timeout(patience_seconds or _LINE_SECONDS):
                await self._turn(self._patient_line if patience_seconds else self._line)
        except TimeoutError:
            raise _overloaded() from None

    async def _resume(self) -> None:
        """Take a place again; in any case the request goes on, which was let in."""
        if self._at_work < self._most_at_work:
            self._at_work += 1
            return
        try:
            async with asyncio.timeout(self._resuming_seconds):
                await self._turn(self._resuming_line)
        except TimeoutError:
            self._at_work += 1
        except asyncio.CancelledError:
            self._at_work += 1
            raise

    async def _turn(self, line: _Line) -> None:
        turn = asyncio.get_running_loop().create_future()
        line[turn] = None
        try:
            await turn
        except asyncio.CancelledError:
            line.pop(turn, None)
            if not turn.cancelled():
                # It came when nobody waited for it any more.
                self._end_work()
            raise

    def _end_work(self) -> None:
        self._at_work -= 1
        while self._at_work < self._most_at_work and (line := self._next_line()):
            turn, _ = line.popitem(last=False)
            if not turn.done():
                self._at_work += 1
                turn.set_result(None)

    def _next_line(self) -> _Line:
        if self._resuming_line:
            return self._resuming_line
        first, second = self._line, self._patient_line
        if self._patient_are_next:
            first, second = second, first
        self._patient_are_next = not self._patient_are_next
        return first or second


class Slot:
    """What one request holds of the limit, from its arrival to the end of its answer."""

    def __init__(self, load: ConcurrencyLimiter, patience_seconds: int, *, is_whole: bool) -> None:
        self._load = load
        self._patience_seconds = patience_seconds
        # The patient are never too many, and must not make others so.
        self._is_arriving = is_whole and not patience_seconds
        self._is_at_work = False
        load._open += 1
        load._arriving += self._is_arriving

    @property
    def is_patient(self) -> bool:
        """Whether it stands in line for as long as it would wait for a query."""
        return self._patience_seconds > 0

    async def begin_work(self) -> None:
        """Take a place at work, once.

        Raises:
            Overloaded: None becomes free in time.
        """
        if self._is_at_work:
            return
        if self._is_arriving:
            self._end_arrival()
        else:
            # Others may have begun while its body came.
            self._load._require_room(self._patience_seconds)
        await self._load._begin_work(self._patience_seconds)
        self._is_at_work = True

    def end_work(self) -> None:
        """Give the place at work to whoever is next in line."""
        if self._is_at_work:
            self._is_at_work = False
            self._load._end_work()

    def close(self) -> None:
        """Leave."""
        self._end_arrival()
        self.end_work()
        self._load._open -= 1

    def _end_arrival(self) -> None:
        self._load._arriving -= self._is_arriving
        self._is_arriving = False


def _overloaded() -> Overloaded:
    return Overloaded(
        "The service has as much to do as it can.", retry_after_seconds=_RETRY_SECONDS
    )
