"""The only retry layer for calls to AWS.

botocore makes each call once: it does not notice a truncated response, and its retries would
multiply with these.
"""

import random
import threading
import time
from collections.abc import Callable
from dataclasses import dataclass
from typing import TypeVar

from data_hist.athena.transport import deadline
from data_hist.errors import EngineError

_T = TypeVar("_T")


@dataclass(frozen=True)
class RetryPolicy:
    """The longest time for one attempt and for all attempts together."""

    attempt_seconds: float
    total_seconds: float


class RetryBudget:
    """Limits retries to a share of the requests, so that they do not multiply the load.

    Ten retries are available at once, so that a single failure goes unnoticed. Thread-safe.

    Args:
        retries_per_100: How many retries a hundred requests earn.
    """

    # In hundredths of a retry, which add up exactly.
    _COST = 100
    _CAPACITY = 1000

    def __init__(self, retries_per_100: int = 15) -> None:
        self._earned_per_request = retries_per_100
        self._lock = threading.Lock()
        self._available = self._CAPACITY

    def count_request(self) -> None:
        """Earn a share of a retry."""
        with self._lock:
            self._available = min(self._available + self._earned_per_request, self._CAPACITY)

    def take_retry(self) -> bool:
        """Spend one retry, if one is available."""
        with self._lock:
            if self._available < self._COST:
                return False
            self._available -= self._COST
            return True


class Retrier:
    """Repeats calls that are safe to make twice. Thread-safe.

    Args:
        max_attempts: How many times a call is made before it fails.
        budget: Limits the retries of all calls together.
        first_pause_seconds: The longest pause before the first retry; it doubles with each retry.
        clock: A monotonic clock, in seconds.
        sleep: Waits for a number of seconds.
    """

    def __init__(
        self,
        *,
        max_attempts: int = 3,
        budget: RetryBudget | None = None,
        first_pause_seconds: float = 0.2,
        clock: Callable[[], float] = time.monotonic,
        sleep: Callable[[float], None] = time.sleep,
    ) -> None:
        self._max_attempts = max_attempts
        self._budget = budget or RetryBudget()
        self._first_pause_seconds = first_pause_seconds
        self._clock = clock
        self._sleep = sleep

    def call(self, function: Callable[[], _T], policy: RetryPolicy) -> _T:
        """Call a function until it succeeds, fails for good, or its time is up.

        Raises:
            EngineError: The error of the last attempt; `unconfirmed` if any attempt was.
        """
        self._budget.count_request()
        ends_at = self._clock() + policy.total_seconds
        attempt, unconfirmed = 1, False
        while True:
            try:
                with deadline(min(policy.attempt_seconds, ends_at - self._clock())):
                    return function()
            except EngineError as error:
                # An earlier attempt may have been accepted, although this one was refused.
                error.unconfirmed = unconfirmed = unconfirmed or error.unconfirmed
                longest_pause = self._first_pause_seconds * 2 ** (attempt - 1)
                pause = random.uniform(0, longest_pause)  # noqa: S311
                is_last = attempt == self._max_attempts or self._clock() + pause >= ends_at
                if is_last or not error.transient or not self._budget.take_retry():
                    raise
            self._sleep(pause)
            attempt += 1
