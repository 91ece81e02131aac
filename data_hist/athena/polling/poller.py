"""Poll the state of queries: one poller for the process, for all callers.

The ids that anybody asks for are collected into calls of up to 50, under a call rate. An answer is
what Athena said after the request came, or a state that is final: so nobody sees a query go back,
not even on another worker. A caller who waits holds a future, and no thread.

All of it runs on the event loop but the calls, so that nothing needs a lock.
"""

import asyncio
import logging
import math
import random
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextvars import Context
from datetime import datetime
from functools import partial

from data_hist.athena import is_transient
from data_hist.athena.model import Descriptions, Query
from data_hist.athena.polling.ended_queries import EndedQueries
from data_hist.athena.polling.poll_schedule import PolledQuery, PollSchedule
from data_hist.athena.polling.token_bucket import TokenBucket
from data_hist.athena.retry_budget import RetryBudget
from data_hist.errors import EngineError, EngineFailed, EngineUnavailable, QueryNotFound, Throttled
from data_hist.observability import metrics

_log = logging.getLogger(__name__)

_CALLS_AT_ONCE = 8
# The older a query, the less it matters to know its end at once: a tenth of its age late.
_PAUSE_FOR_AGE = 0.1
_FIRST_PAUSE_SECONDS = 0.1
_LONGEST_PAUSE_SECONDS = 0.8
_ATTEMPTS = 3
_FIRST_BACKOFF_SECONDS = 0.2
_DOUBLINGS = 3
_RETRY_SECONDS = 2

Describe = Callable[[Sequence[str]], Descriptions]
_Seen = asyncio.Future[Query]


class Poller:
    """Describes queries at once, or once they have ended.

    Args:
        describe: Describes up to 50 queries in one blocking call.
        calls_per_second: How often it may be called; twice as many calls are made after a rest.
        clock: The current time, in UTC.
    """

    def __init__(
        self, describe: Describe, calls_per_second: float, clock: Callable[[], datetime]
    ) -> None:
        self._describe = describe
        self._rate = TokenBucket(calls_per_second)
        self._budget = RetryBudget()
        self._clock = clock
        self._threads = ThreadPoolExecutor(_CALLS_AT_ONCE, "describe")
        self._ended = EndedQueries()
        self._watched: dict[str, PolledQuery] = {}
        self._agenda = PollSchedule()
        self._calls_on_way = 0
        self._failed_calls = 0
        self._trouble: BaseException | None = None
        self._not_before = 0.0
        self._next_round: asyncio.Handle | None = None

    def watches(self, query_id: str) -> bool:
        """Whether somebody asks for a query, so that another who does costs no call."""
        return query_id in self._watched

    async def look(self, query_id: str, seconds: float) -> Query:
        """Describe a query as it is now, within so many seconds.

        Raises:
            QueryNotFound: Athena does not know the id, or has forgotten it (after 45 days).
            Throttled: So much is asked that its turn has not come.
            EngineError: Athena does not tell, not even when asked again.
        """
        if (ended := self._ended.get(query_id)) is not None:
            return ended
        self._budget.count_request()
        watched = self._watch(query_id)
        seen: _Seen = asyncio.get_running_loop().create_future()
        watched.lookers.add(seen)
        self._plan(watched)
        try:
            async with asyncio.timeout(seconds):
                return await seen
        except TimeoutError:
            raise self._trouble or _late(asked=seen in watched.served) from None
        finally:
            watched.lookers.discard(seen)
            watched.served.discard(seen)
            self._forget_if_idle(watched)

    async def until_ended(self, query: Query, seconds: float) -> Query:
        """Describe a query again once it has ended, or as it was last seen in that time."""
        if query.status.is_terminal:
            return query
        watched = self._watch(query.query_id)
        watched.known = watched.known or query
        ended: _Seen = asyncio.get_running_loop().create_future()
        watched.waiters.add(ended)
        self._plan(watched)
        try:
            async with asyncio.timeout(seconds):
                return await ended
        except TimeoutError:
            return watched.known
        finally:
            watched.waiters.discard(ended)
            self._forget_if_idle(watched)

    def close(self) -> None:
        """Let go of the threads."""
        if self._next_round is not None:
            self._next_round.cancel()
        self._threads.shutdown(wait=False, cancel_futures=True)

    def _watch(self, query_id: str) -> PolledQuery:
        return self._watched.setdefault(query_id, PolledQuery(query_id))

    def _forget_if_idle(self, watched: PolledQuery) -> None:
        if watched.is_idle and self._watched.get(watched.query_id) is watched:
            del self._watched[watched.query_id]
            self._agenda.remove(watched)

    def _plan(self, watched: PolledQuery) -> None:
        """Look again as whoever asks for it needs it, once the call on its way is back."""
        if watched.on_way:
            return
        if watched.lookers:
            self._agenda.ask(watched, self._now())
        elif watched.waiters and watched.due is None:
            self._agenda.schedule(watched, self._now() + self._rhythm(watched))
        self._forget_if_idle(watched)
        self._wake()

    def _rhythm(self, watched: PolledQuery) -> float:
        if watched.known is None:
            return _FIRST_PAUSE_SECONDS
        age_seconds = (self._clock() - watched.known.submitted_at).total_seconds()
        return min(max(age_seconds * _PAUSE_FOR_AGE, _FIRST_PAUSE_SECONDS), _LONGEST_PAUSE_SECONDS)

    def _now(self) -> float:
        return asyncio.get_running_loop().time()

    def _wake(self) -> None:
        """Think again about the next call, once everybody who is running now has asked."""
        if self._next_round is not None:
            self._next_round.cancel()
        self._next_round = asyncio.get_running_loop().call_soon(
            # A call is for many requests, and carries the context of none.
            self._round,
            context=Context(),
        )

    def _round(self) -> None:
        """Make the calls that are due, and come back for the next one."""
        now = self._now()
        while (pause := self._pause(now)) <= 0:
            self._call(self._agenda.take(now), now)
        loop = asyncio.get_running_loop()
        self._next_round = None if math.isinf(pause) else loop.call_later(pause, self._round)

    def _pause(self, now: float) -> float:
        """How long until a call is due and allowed; no end where something else comes first."""
        wanted = self._agenda.wanted_at(now, gathering=self._calls_on_way > 0)
        if wanted is None or self._calls_on_way == _CALLS_AT_ONCE:
            return math.inf
        return max(wanted - now, self._not_before - now, self._rate.pause(now))

    def _call(self, batch: Sequence[PolledQuery], now: float) -> None:
        for watched in batch:
            watched.on_way = True
            watched.served, watched.lookers = watched.lookers, set()
        self._rate.take(now)
        self._calls_on_way += 1
        ids = [watched.query_id for watched in batch]
        metrics.poller_asked(len(ids))
        call = asyncio.get_running_loop().run_in_executor(self._threads, self._describe, ids)
        call.add_done_callback(partial(self._answered, batch))

    def _answered(self, batch: Sequence[PolledQuery], call: asyncio.Future[Descriptions]) -> None:
        self._calls_on_way -= 1
        if call.cancelled():
            return
        told, error = self._told(call)
        answered = told.found.keys() | told.unknown
        untold = [watched for watched in batch if watched.query_id not in answered]
        again = self._may_ask_again(untold, error)
        for watched in batch:
            watched.on_way = False
            if watched.query_id in told.found:
                self._saw(watched, told.found[watched.query_id])
            elif watched.query_id in told.unknown:
                _fail(watched, QueryNotFound("There is no such query."))
            else:
                _missed(watched, error, again=again)
            self._plan(watched)
        self._wake()

    def _may_ask_again(self, untold: Sequence[PolledQuery], error: BaseException) -> bool:
        """Whether those who got no answer from a call may be in another one at once."""
        passing = isinstance(error, EngineError) and is_transient(error)
        return passing and any(w.served for w in untold) and self._budget.take_retry()

    def _told(self, call: asyncio.Future[Descriptions]) -> tuple[Descriptions, BaseException]:
        """What a call tells, and the error of those of whom it tells nothing."""
        self._trouble = error = call.exception()
        if error is None:
            self._failed_calls = 0
            return call.result(), EngineFailed("Athena told nothing of this query.")
        if not isinstance(error, EngineError):
            _log.error("a description failed", exc_info=error)
        self._back_off()
        return Descriptions({}, frozenset()), error

    def _back_off(self) -> None:
        """Leave AWS alone for a while: the longer, the more often it failed in a row."""
        doubled = _FIRST_BACKOFF_SECONDS * 2 ** min(self._failed_calls, _DOUBLINGS)
        self._failed_calls += 1
        # Workers that failed together must not come back together.
        self._not_before = self._now() + random.uniform(doubled / 2, doubled)  # noqa: S311

    def _saw(self, watched: PolledQuery, query: Query) -> None:
        watched.known, watched.failures = query, 0
        _resolve(watched.served, query)
        if query.status.is_terminal:
            self._ended.add(query)
            # It will never change again, so that nobody needs a further look.
            _resolve(watched.lookers, query)
            _resolve(watched.waiters, query)


def _late(*, asked: bool) -> EngineError:
    if asked:
        return EngineUnavailable(
            "The query engine does not answer in time.", retry_after_seconds=_RETRY_SECONDS
        )
    return Throttled(
        "The engine takes no more calls at the moment; send the request again a little later.",
        retry_after_seconds=_RETRY_SECONDS,
    )


def _resolve(futures: set[_Seen], query: Query) -> None:
    for future in futures:
        if not future.done():
            future.set_result(query)
    futures.clear()


def _fail(watched: PolledQuery, error: BaseException) -> None:
    """Fail who was served by a call; who knows a state already goes on waiting."""
    for future in watched.served:
        if not future.done():
            future.set_exception(error)
    watched.served.clear()
    watched.failures = 0


def _missed(watched: PolledQuery, error: BaseException, *, again: bool) -> None:
    watched.failures += 1
    if again and watched.failures < _ATTEMPTS:
        watched.lookers |= watched.served
        watched.served = set()
    else:
        _fail(watched, error)
