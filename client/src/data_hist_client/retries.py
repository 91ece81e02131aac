"""Sends a request again when that may help: with backoff, and never before `Retry-After`."""

import random
from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace

from data_hist_client.errors import (
    DataHistError,
    InvalidResponse,
    Problem,
    ServiceUnreachable,
    problem_of,
    redirect_of,
)
from data_hist_client.messages import Broken, Flow, Pause, Reply, Request


@dataclass(frozen=True)
class RetryPolicy:
    """How often a request is sent again, and how long to wait before.

    Attributes:
        attempts: How often a request is sent at most, the first time included.
        first_pause_seconds: The longest pause before the second attempt; it doubles each time.
        longest_pause_seconds: No pause is longer, except where `Retry-After` says so.
        longest_retry_after_seconds: If the service wants a longer pause, give up instead.
        jitter: Returns which share of the pause to wait, from 0 to 1.
    """

    attempts: int = 6
    first_pause_seconds: float = 0.5
    longest_pause_seconds: float = 20.0
    longest_retry_after_seconds: float = 60.0
    jitter: Callable[[], float] = random.random

    def pauses(self) -> Iterator[float]:
        """Return the pause before each further attempt, in seconds."""
        for attempt in range(self.attempts - 1):
            longest = min(self.longest_pause_seconds, self.first_pause_seconds * 2**attempt)
            yield longest * (0.5 + self.jitter() / 2)


DEFAULT_POLICY = RetryPolicy()
# Nobody wants to wait for long after Ctrl-C.
CANCEL_POLICY = RetryPolicy(attempts=3, first_pause_seconds=0.2)


@dataclass(frozen=True)
class Deadline:
    """A moment after which nobody waits; `clock` counts seconds."""

    clock: Callable[[], float]
    at: float

    @classmethod
    def in_seconds(cls, clock: Callable[[], float], seconds: float | None) -> "Deadline | None":
        """Return the moment after so many seconds; None if there is no end."""
        return None if seconds is None else cls(clock, clock() + seconds)

    @property
    def left(self) -> float:
        """How many seconds are left."""
        return self.at - self.clock()


def exchange(
    request: Request, policy: RetryPolicy, deadline: Deadline | None = None
) -> Flow[Reply]:
    """Send a request until it has a response that is no error, or nobody waits any more.

    Raises:
        Problem: The service refuses it, and goes on to do so.
        ServiceUnreachable: There is no response.
    """
    pauses = policy.pauses()
    while True:
        outcome = yield _within(request, deadline)
        if isinstance(outcome, Reply) and outcome.status < 300:
            return outcome
        error = error_of(outcome)
        pause = next(pauses, None) if is_worth_repeating(request, error) else None
        if pause is None:
            raise error
        asked = error.retry_after_seconds if isinstance(error, Problem) else None
        if (asked or 0) > policy.longest_retry_after_seconds:
            raise error
        seconds = max(pause, asked or 0)
        if deadline is not None and seconds >= deadline.left:
            raise error
        yield Pause(seconds)


def _within(request: Request, deadline: Deadline | None) -> Request:
    if deadline is None:
        return request
    # A long poll of whole seconds has its response a little later than these.
    longest = max(deadline.left, request.long_poll_seconds + 1)
    return replace(request, longest_seconds=longest)


def error_of(outcome: Reply | Broken | None) -> Problem | InvalidResponse | ServiceUnreachable:
    """Make the exception of a response that is an error, or of none."""
    if isinstance(outcome, Reply):
        return redirect_of(outcome) if outcome.status < 400 else problem_of(outcome)
    return ServiceUnreachable(outcome.reason if outcome else "There was no response.")


def is_worth_repeating(request: Request, error: DataHistError) -> bool:
    """Whether the same request may succeed, and does no harm if it succeeded before."""
    if isinstance(error, Problem):
        return request.is_repeatable and error.retryable
    return request.is_repeatable and not isinstance(error, InvalidResponse)
