"""The poller: describes queries for all requests of a process, many in one call.

Everything but the calls runs on the event loop, so that nothing needs a lock, and a request that
waits holds a future but no thread.
"""

import asyncio
import logging
import math
import random
import sys
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextvars import Context
from dataclasses import dataclass
from datetime import datetime
from functools import partial

from data_hist.athena.executions import Descriptions, Query
from data_hist.athena.polling.poll_schedule import PolledQuery, PollSchedule, TokenBucket
from data_hist.athena.transport import RetryBudget
from data_hist.errors import EngineError, EngineFailed, EngineUnavailable, QueryNotFound, Throttled
from data_hist.lru_cache import LruCache
from data_hist.observability import metrics

_log = logging.getLogger(__name__)

_MAX_DOUBLINGS = 3
_RETRY_SECONDS = 2

Describe = Callable[[Sequence[str]], Descriptions]


@dataclass(frozen=True)
class PollLimits:
    """Intervals, retries and memory of a poller.

    The interval between two calls about a query is `interval_per_age` of its age: the older a
    query, the less its caller notices that its end is reported late.
    """

    concurrent_calls: int = 8
    interval_per_age: float = 0.1
    shortest_interval_seconds: float = 0.1
    longest_interval_seconds: float = 0.8
    attempts: int = 3
    retries_per_100: int = 15
    first_backoff_seconds: float = 0.2
    ended_queries: int = 4096
    ended_queries_sql_bytes: int = 32 * 1024 * 1024


DEFAULT_LIMITS = PollLimits()


class EndedQueries(LruCache[Query]):
    """Remembers queries that have ended: their state is final, so Athena is not asked again.

    Args:
        most: How many to remember.
        most_text_bytes: The memory that their SQL may take, which is up to 256 KiB each.
    """

    def __init__(
        self,
        most: int = DEFAULT_LIMITS.ended_queries,
        most_text_bytes: int = DEFAULT_LIMITS.ended_queries_sql_bytes,
    ) -> None:
        super().__init__(most, most_text_bytes, lambda query: sys.getsizeof(query.sql))

    def add(self, query: Query) -> None:
        """Remember a query, and forget the least recently used ones if there is no room."""
        self.put(query.query_id, query)


class Poller:
    """Describes queries as they are, or once they have ended.

    A description is never older than the request for it unless it is final, so that no caller sees
    a query go back to an earlier state, not even through another worker.

    Args:
        describe: Describes up to 50 queries in one blocking call.
        calls_per_second: The rate limit of its calls.
        clock: The current time, in UTC.
        limits: Everything else that bounds the poller.
    """

    def __init__(
        self,
        describe: Describe,
        calls_per_second: float,
        clock: Callable[[], datetime],
        limits: PollLimits = DEFAULT_LIMITS,
    ) -> None:
        self._describe_many = describe
        self._limits = limits
        self._rate = TokenBucket(calls_per_second)
        self._budget = RetryBudget(limits.retries_per_100)
        self._clock = clock
        self._threads = ThreadPoolExecutor(limits.concurrent_calls, "describe")
        self._ended = EndedQueries(limits.ended_queries, limits.ended_queries_sql_bytes)
        self._polled: dict[str, PolledQuery] = {}
        self._schedule = PollSchedule()
        self._pending_calls = 0
        self._failed_calls = 0
        self._last_error: BaseException | None = None
        self._resume_at = 0.0
        self._next_round: asyncio.Handle | None = None

    def is_polling(self, query_id: str) -> bool:
        """Whether somebody asks for a query already, so that joining them costs no call."""
        return query_id in self._polled

    async def describe(self, query_id: str, timeout_seconds: float) -> Query:
        """Describe a query as it is now.

        Raises:
            QueryNotFound: Athena does not know the id, or has forgotten it (after 45 days).
            Throttled: The rate limit did not admit the call in time.
            EngineError: Athena fails, even after retries.
        """
        if (ended := self._ended.get(query_id)) is not None:
            return ended
        self._budget.count_request()
        polled = self._poll(query_id)
        state: asyncio.Future[Query] = asyncio.get_running_loop().create_future()
        polled.watchers.add(state)
        self._plan(polled)
        try:
            async with asyncio.timeout(timeout_seconds):
                return await state
        except TimeoutError:
            raise self._last_error or _late(was_sent=state in polled.served) from None
        finally:
            polled.watchers.discard(state)
            polled.served.discard(state)
            self._forget_if_idle(polled)

    async def wait_for_end(self, query: Query, timeout_seconds: float) -> Query:
        """Describe a query once it has ended, or as last seen when the time is up."""
        if query.status.is_terminal:
            return query
        polled = self._poll(query.query_id)
        polled.last_seen = polled.last_seen or query
        end: asyncio.Future[Query] = asyncio.get_running_loop().create_future()
        polled.waiters.add(end)
        self._plan(polled)
        try:
            async with asyncio.timeout(timeout_seconds):
                return await end
        except TimeoutError:
            return polled.last_seen
        finally:
            polled.waiters.discard(end)
            self._forget_if_idle(polled)

    def close(self) -> None:
        """Release the threads."""
        if self._next_round is not None:
            self._next_round.cancel()
        self._threads.shutdown(wait=False, cancel_futures=True)

    def _poll(self, query_id: str) -> PolledQuery:
        return self._polled.setdefault(query_id, PolledQuery(query_id))

    def _forget_if_idle(self, polled: PolledQuery) -> None:
        if polled.is_idle and self._polled.get(polled.query_id) is polled:
            del self._polled[polled.query_id]
            self._schedule.remove(polled)

    def _plan(self, polled: PolledQuery) -> None:
        """Schedule the next call about a query, unless one is pending."""
        if polled.is_pending:
            return
        if polled.watchers:
            self._schedule.request(polled, self._now())
        elif polled.waiters and polled.due is None:
            self._schedule.schedule(polled, self._now() + self._interval(polled))
        self._forget_if_idle(polled)
        self._wake()

    def _interval(self, polled: PolledQuery) -> float:
        shortest = self._limits.shortest_interval_seconds
        if polled.last_seen is None:
            return shortest
        age_seconds = (self._clock() - polled.last_seen.submitted_at).total_seconds()
        interval = max(age_seconds * self._limits.interval_per_age, shortest)
        return min(interval, self._limits.longest_interval_seconds)

    def _now(self) -> float:
        return asyncio.get_running_loop().time()

    def _wake(self) -> None:
        """Plan the next call once every task that is ready to run has made its request."""
        if self._next_round is not None:
            self._next_round.cancel()
        self._next_round = asyncio.get_running_loop().call_soon(
            # A call serves many requests, so it must not carry the context of one.
            self._run_round,
            context=Context(),
        )

    def _run_round(self) -> None:
        """Make the calls that are due, and set a timer for the next one."""
        now = self._now()
        while (pause := self._pause(now)) <= 0:
            self._call(self._schedule.take(now), now)
        loop = asyncio.get_running_loop()
        self._next_round = None if math.isinf(pause) else loop.call_later(pause, self._run_round)

    def _pause(self, now: float) -> float:
        """Return how long until a call is due and allowed; infinity if an event comes first."""
        next_at = self._schedule.next_at(now, gathering=self._pending_calls > 0)
        if next_at is None or self._pending_calls == self._limits.concurrent_calls:
            return math.inf
        return max(next_at - now, self._resume_at - now, self._rate.pause(now))

    def _call(self, batch: Sequence[PolledQuery], now: float) -> None:
        for polled in batch:
            polled.begin_call()
        self._rate.take(now)
        self._pending_calls += 1
        ids = [polled.query_id for polled in batch]
        metrics.poller_asked(len(ids))
        call = asyncio.get_running_loop().run_in_executor(self._threads, self._describe_many, ids)
        call.add_done_callback(partial(self._end_call, batch))

    def _end_call(self, batch: Sequence[PolledQuery], call: asyncio.Future[Descriptions]) -> None:
        self._pending_calls -= 1
        if call.cancelled():
            return
        descriptions, error = self._outcome(call)
        described = descriptions.found.keys() | descriptions.unknown
        missed = [polled for polled in batch if polled.query_id not in described]
        may_retry = self._may_retry(missed, error)
        for polled in batch:
            polled.is_pending = False
            if polled.query_id in descriptions.found:
                self._resolve(polled, descriptions.found[polled.query_id])
            elif polled.query_id in descriptions.unknown:
                polled.fail(QueryNotFound("There is no such query."))
            elif may_retry and polled.failures + 1 < self._limits.attempts:
                polled.repeat()
            else:
                polled.fail(error or EngineFailed("Athena did not describe this query."))
            self._plan(polled)
        self._wake()

    def _resolve(self, polled: PolledQuery, query: Query) -> None:
        if query.status.is_terminal:
            self._ended.add(query)
        polled.resolve(query)

    def _may_retry(self, missed: Sequence[PolledQuery], error: BaseException | None) -> bool:
        is_transient = error is None or (isinstance(error, EngineError) and error.transient)
        return (
            is_transient and any(polled.served for polled in missed) and self._budget.take_retry()
        )

    def _outcome(
        self, call: asyncio.Future[Descriptions]
    ) -> tuple[Descriptions, BaseException | None]:
        """Return the descriptions, and the error of a call that failed."""
        self._last_error = error = call.exception()
        if error is None:
            self._failed_calls = 0
            return call.result(), None
        if not isinstance(error, EngineError):
            _log.error("a description failed", exc_info=error)
        self._back_off()
        return Descriptions({}, frozenset()), error

    def _back_off(self) -> None:
        """Pause the calls, for longer with each failure in a row."""
        doublings = min(self._failed_calls, _MAX_DOUBLINGS)
        longest = self._limits.first_backoff_seconds * 2**doublings
        self._failed_calls += 1
        # Jitter: workers that failed together must not retry together.
        self._resume_at = self._now() + random.uniform(longest / 2, longest)  # noqa: S311


def _late(*, was_sent: bool) -> EngineError:
    if was_sent:
        return EngineUnavailable(
            "The query engine does not answer in time.", retry_after_seconds=_RETRY_SECONDS
        )
    return Throttled(
        "The engine accepts no more calls at the moment; send the request again later.",
        retry_after_seconds=_RETRY_SECONDS,
    )
