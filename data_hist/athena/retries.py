"""The only retry layer for AWS calls: retry if there is no response, or one that cannot be parsed.

botocore makes each call once: it does not notice a truncated response, and its retries would
multiply with these.
"""

import random
import time
from collections.abc import Callable
from dataclasses import dataclass
from typing import TypeVar

from data_hist.athena.deadlines import time_limit
from data_hist.athena.errors import is_transient
from data_hist.athena.retry_budget import RetryBudget
from data_hist.errors import EngineError

_T = TypeVar("_T")

_FIRST_PAUSE_SECONDS = 0.1


@dataclass(frozen=True)
class RetryPolicy:
    """How long one attempt may take, and all of them together."""

    attempt_seconds: float
    whole_seconds: float


class Retrier:
    """Makes calls that may be made twice without harm. Thread-safe.

    Args:
        most: How many times a call is made before it is given up.
        retries_for_100: How many more calls there may be than were asked for.
        clock: The time in seconds, of any steady clock.
        sleep: Waits for some seconds.
    """

    def __init__(
        self,
        *,
        most: int = 3,
        retries_for_100: int = 15,
        clock: Callable[[], float] = time.monotonic,
        sleep: Callable[[float], None] = time.sleep,
    ) -> None:
        self._most = most
        self._clock = clock
        self._sleep = sleep
        self._budget = RetryBudget(retries_for_100)

    def make(self, call: Callable[[], _T], patience: RetryPolicy) -> _T:
        """Make a call until it has an answer, as often and as long as it may be made.

        Raises:
            EngineError: That of the last attempt; `unconfirmed` where any of them was.
        """
        self._budget.count_request()
        deadline = self._clock() + patience.whole_seconds
        attempt, unconfirmed = 1, False
        while True:
            try:
                left = deadline - self._clock()
                with time_limit(min(patience.attempt_seconds, left)):
                    return call()
            except EngineError as error:
                # The first attempt may have been taken, although the last one was refused.
                error.unconfirmed = unconfirmed = unconfirmed or error.unconfirmed
                pause = random.uniform(0, _FIRST_PAUSE_SECONDS * 2**attempt)  # noqa: S311
                late = self._clock() + pause >= deadline
                if attempt == self._most or late or not is_transient(error):
                    raise
                if not self._budget.take_retry():
                    raise
            self._sleep(pause)
            attempt += 1
