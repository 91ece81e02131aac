"""The schedule of the poller: which queries to describe next, and when. It makes no calls.

All times are those of the event loop, in seconds.
"""

import asyncio
import heapq
from itertools import count

from data_hist.athena.executions import Query

BATCH = 50
"""The most ids that BatchGetQueryExecution accepts."""

# A call that is due anyway takes queries along that are due this soon.
_EARLY_SECONDS = 0.4
_GATHERING_SECONDS = 0.02


class PolledQuery:
    """A query and the requests that wait for news of it.

    `watchers` want the state as of a later call, `served` get the state that the pending call
    returns, and `waiters` want the final state.
    """

    def __init__(self, query_id: str) -> None:
        self.query_id = query_id
        self.last_seen: Query | None = None
        self.watchers: set[asyncio.Future[Query]] = set()
        self.served: set[asyncio.Future[Query]] = set()
        self.waiters: set[asyncio.Future[Query]] = set()
        self.is_pending = False
        self.due: float | None = None
        self.failures = 0

    @property
    def is_idle(self) -> bool:
        """Whether no request asks for the query any more."""
        return not (self.is_pending or self.watchers or self.served or self.waiters)

    def begin_call(self) -> None:
        """Serve everyone who watches the query by the call that begins."""
        self.is_pending = True
        self.served, self.watchers = self.watchers, set()

    def resolve(self, query: Query) -> None:
        """Pass a state on to the requests that it answers."""
        self.last_seen, self.failures = query, 0
        answered = [self.served]
        if query.status.is_terminal:
            # It will not change any more, so that nobody needs a later call.
            answered += [self.watchers, self.waiters]
        for futures in answered:
            for future in futures:
                if not future.done():
                    future.set_result(query)
            futures.clear()

    def fail(self, error: BaseException) -> None:
        """Fail the requests that the call was for; those that know a state keep waiting."""
        for future in self.served:
            if not future.done():
                future.set_exception(error)
        self.served.clear()
        self.failures = 0

    def repeat(self) -> None:
        """Let the next call serve every request that this one failed."""
        self.failures += 1
        self.watchers |= self.served
        self.served = set()


class PollSchedule:
    """The order of the next calls: requests first, then queries by the time they are due."""

    def __init__(self) -> None:
        self._requested: dict[PolledQuery, float] = {}
        self._due: list[tuple[float, int, PolledQuery]] = []
        self._order = count()

    def request(self, polled: PolledQuery, now: float) -> None:
        """Describe a query as soon as possible."""
        self._requested.setdefault(polled, now)

    def schedule(self, polled: PolledQuery, due: float) -> None:
        """Describe a query when it is due, or earlier if somebody requests it."""
        polled.due = due
        heapq.heappush(self._due, (due, next(self._order), polled))

    def remove(self, polled: PolledQuery) -> None:
        """Forget a query."""
        self._requested.pop(polled, None)
        # `next_at` and `take` skip its entry on the heap.
        polled.due = None

    def next_at(self, now: float, *, gathering: bool) -> float | None:
        """Return the time of the next call, or None if there is nothing to describe.

        If `gathering`, requests wait a moment for others to join the same call.
        """
        if self._requested:
            is_full = len(self._requested) >= BATCH
            first = next(iter(self._requested.values()))
            return first + _GATHERING_SECONDS if gathering and not is_full else now
        while self._due and self._due[0][2].due != self._due[0][0]:
            heapq.heappop(self._due)
        return self._due[0][0] if self._due else None

    def take(self, now: float) -> list[PolledQuery]:
        """Remove the queries of the next call, up to 50, and return them."""
        batch = list(self._requested)[:BATCH]
        for polled in batch:
            self.remove(polled)
        while len(batch) < BATCH and self._due and self._due[0][0] <= now + _EARLY_SECONDS:
            due, _, polled = heapq.heappop(self._due)
            if polled.due == due:
                self.remove(polled)
                batch.append(polled)
        return batch


class TokenBucket:
    """Limits the rate of calls, and allows bursts of two seconds' worth, as Athena's quotas do."""

    def __init__(self, calls_per_second: float) -> None:
        self._rate = calls_per_second
        self._capacity = max(2 * calls_per_second, 1.0)
        self._tokens = self._capacity
        self._refilled_at: float | None = None

    def pause(self, now: float) -> float:
        """Return how long the next call has to wait; 0 if it need not."""
        self._refill(now)
        return max(1.0 - self._tokens, 0.0) / self._rate

    def take(self, now: float) -> None:
        """Count a call."""
        self._refill(now)
        self._tokens -= 1.0

    def _refill(self, now: float) -> None:
        if self._refilled_at is not None:
            earned = max(now - self._refilled_at, 0.0) * self._rate
            self._tokens = min(self._tokens + earned, self._capacity)
        self._refilled_at = now
