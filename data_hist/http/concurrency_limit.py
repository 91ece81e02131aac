"""Limit the requests that a worker serves at once, and decide which one is served next.

Only active requests count: a long poll that waits for its query, and a stream whose client reads at
its own pace, hold almost nothing. All open requests together are bounded as well.
"""

import asyncio
from collections import OrderedDict
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass

from data_hist.errors import Overloaded
from data_hist.http.routes import METHODS_WITH_BODY
from data_hist.observability.request_context import RawHeaders

OVERLOAD_KEY = "overload_control"
"""The key of the `OverloadControl` in the lifespan's state, where the server finds it."""

SLOT_KEY = "slot"
"""The key of a request's `Slot` in its state, where the server leaves it for the middleware."""

RecordRefusal = Callable[[str, str, RawHeaders, Overloaded, int], str]
LongPollSeconds = Callable[[str, str, bytes, RawHeaders], int]

# Load balancers and monitors need an answer most when the worker is busy.
_UNLIMITED_PATHS = frozenset({"/healthz", "/readyz", "/metrics"})
_RETRY_SECONDS = 1

_Queue = OrderedDict[asyncio.Future[None], None]


@dataclass(frozen=True)
class ConcurrencyLimits:
    """Bounds of the queues in front of a worker's slots.

    `queued_per_slot` bounds the queue of requests that are not long polls, which wait there for
    `queue_seconds` at most. A long poll whose query has ended goes on after `resume_seconds` even
    if no slot is free. `open_requests` counts requests of any kind; each holds a socket.
    """

    queued_per_slot: int = 1
    queue_seconds: float = 1.0
    resume_seconds: float = 5.0
    open_requests: int = 16_384


DEFAULT_LIMITS = ConcurrencyLimits()


class ConcurrencyLimiter:
    """The slots of a worker and the queues in front of them; used on the event loop only.

    Two queues take turns: a short one, which refuses requests when it is full, and one for long
    polls. A long poll whose query has ended goes before both.
    """

    def __init__(self, slots: int, limits: ConcurrencyLimits = DEFAULT_LIMITS) -> None:
        self._slots = slots
        self._limits = limits
        self._max_admitted = slots * (1 + limits.queued_per_slot)
        self._active = 0
        self._open = 0
        self._arriving = 0
        self._queue: _Queue = OrderedDict()
        self._long_poll_queue: _Queue = OrderedDict()
        self._resume_queue: _Queue = OrderedDict()
        self._long_poll_is_next = False

    def admit(self, *, long_poll_seconds: int, is_complete: bool) -> "Slot":
        """Admit a request that will need a slot.

        Args:
            long_poll_seconds: How long a long poll may wait for its slot; 0 for other requests.
            is_complete: Whether it can be served at once; until then it does not count.

        Raises:
            Overloaded: Too many requests are open, active or queued.
        """
        if self._open >= self._limits.open_requests:
            raise _overloaded()
        self._require_room(long_poll_seconds)
        return Slot(self, long_poll_seconds, is_complete=is_complete)

    @asynccontextmanager
    async def parked(self) -> AsyncIterator[None]:
        """Lend a request's slot to others while the request waits for its query to end."""
        self._release()
        is_cancelled = False
        try:
            yield
        except asyncio.CancelledError:
            is_cancelled = True
            raise
        finally:
            if is_cancelled:
                self._active += 1
            else:
                await self._resume()

    def _require_room(self, long_poll_seconds: int) -> None:
        admitted = self._active + self._arriving + len(self._queue)
        if admitted >= self._max_admitted and not long_poll_seconds:
            raise _overloaded()

    async def _acquire(self, long_poll_seconds: int) -> None:
        if self._active < self._slots:
            self._active += 1
            return
        try:
            async with asyncio.timeout(long_poll_seconds or self._limits.queue_seconds):
                await self._wait_in(self._long_poll_queue if long_poll_seconds else self._queue)
        except TimeoutError:
            raise _overloaded() from None

    async def _resume(self) -> None:
        """Take a slot again; a request that was admitted goes on in any case."""
        if self._active < self._slots:
            self._active += 1
            return
        try:
            async with asyncio.timeout(self._limits.resume_seconds):
                await self._wait_in(self._resume_queue)
        except TimeoutError:
            self._active += 1
        except asyncio.CancelledError:
            self._active += 1
            raise

    async def _wait_in(self, queue: _Queue) -> None:
        turn = asyncio.get_running_loop().create_future()
        queue[turn] = None
        try:
            await turn
        except asyncio.CancelledError:
            queue.pop(turn, None)
            if not turn.cancelled():
                # The slot was handed over in the moment of the cancellation.
                self._release()
            raise

    def _release(self) -> None:
        self._active -= 1
        while self._active < self._slots and (queue := self._next_queue()):
            turn, _ = queue.popitem(last=False)
            if not turn.done():
                self._active += 1
                turn.set_result(None)

    def _next_queue(self) -> _Queue:
        if self._resume_queue:
            return self._resume_queue
        first, second = self._queue, self._long_poll_queue
        if self._long_poll_is_next:
            first, second = second, first
        self._long_poll_is_next = not self._long_poll_is_next
        return first or second


class Slot:
    """The slot of one admitted request, which it acquires once it can be served."""

    def __init__(
        self, limiter: ConcurrencyLimiter, long_poll_seconds: int, *, is_complete: bool
    ) -> None:
        self._limiter = limiter
        self._long_poll_seconds = long_poll_seconds
        # Long polls are never refused for want of room, and take none from others.
        self._is_arriving = is_complete and not long_poll_seconds
        self._is_held = False
        limiter._open += 1
        limiter._arriving += self._is_arriving

    @property
    def is_for_long_poll(self) -> bool:
        """Whether the request may wait for the slot as long as for its query."""
        return self._long_poll_seconds > 0

    async def acquire(self) -> None:
        """Wait for the slot; acquiring it again does nothing.

        Raises:
            Overloaded: No slot became free in time.
        """
        if self._is_held:
            return
        if self._is_arriving:
            self._end_arrival()
        else:
            # Others may have been admitted while the body arrived.
            self._limiter._require_room(self._long_poll_seconds)
        await self._limiter._acquire(self._long_poll_seconds)
        self._is_held = True

    def release(self) -> None:
        """Hand the slot to the next request."""
        if self._is_held:
            self._is_held = False
            self._limiter._release()

    def close(self) -> None:
        """End the request: release the slot and forget the request."""
        self._end_arrival()
        self.release()
        self._limiter._open -= 1

    def _end_arrival(self) -> None:
        self._limiter._arriving -= self._is_arriving
        self._is_arriving = False


class OverloadControl:
    """Admits requests by their heads, before anything else is done for them.

    Args:
        limiter: The limit of this worker.
        record_refusal: Logs and counts a refusal at the socket, given the method, path, headers,
            error and number of bytes sent, and returns the id of the request.
        long_poll_seconds: Tells from the method, path, query and headers how long a long poll
            waits; 0 for other requests.
    """

    def __init__(
        self,
        limiter: ConcurrencyLimiter,
        record_refusal: RecordRefusal,
        long_poll_seconds: LongPollSeconds,
    ) -> None:
        self._limiter = limiter
        self._long_poll_seconds = long_poll_seconds
        self.record_refusal = record_refusal

    def admit(self, method: str, path: str, query: bytes, headers: RawHeaders) -> Slot | None:
        """Admit a request; None if it needs no slot.

        Raises:
            Overloaded: The worker has no room for it.
        """
        # A preflight costs little, and a page could not read why it was refused.
        if path in _UNLIMITED_PATHS or method == "OPTIONS":
            return None
        return self._limiter.admit(
            long_poll_seconds=self._long_poll_seconds(method, path, query, headers),
            # A body may be long in coming.
            is_complete=method not in METHODS_WITH_BODY,
        )


def _overloaded() -> Overloaded:
    return Overloaded(
        "The service is already handling as many requests as it can; send the request again.",
        retry_after_seconds=_RETRY_SECONDS,
    )
