"""The one layer that calls AWS again when it did not answer, or not with what makes sense.

botocore makes each call once: it does not see that an answer is cut short, and its retries would
multiply with others.
"""

import random
import time
from collections.abc import Callable
from dataclasses import dataclass
from typing import TypeVar

from data_hist.athena.errors import is_transient
from data_hist.athena.retry_budget import RetryBudget
from data_hist.athena.time_limits import time_limit
from data_hist.errors import EngineError

_T = TypeVar("_T")

_ATTEMPTS = 3
_FIRST_PAUSE_SECONDS = 0.1


@dataclass(frozen=True)
class Patience:
    """How long one attempt may take, and all of them together."""

    attempt_seconds: float
    whole_seconds: float


class Attempts:
    """Makes calls that may be made twice without harm. Thread-safe."""

    def __init__(self) -> None:
        self._budget = RetryBudget()

    def make(self, call: Callable[[], _T], patience: Patience) -> _T:
        """Make a call until it has an answer: three times at most, and as the budget allows.

        Raises:
            EngineError: That of the last attempt.
        """
        self._budget.count_request()
        deadline = time.monotonic() + patience.whole_seconds
        attempt = 1
        while True:
            try:
                left = deadline - time.monotonic()
                with time_limit(min(patience.attempt_seconds, left)):
                    return call()
            except EngineError as error:
                pause = random.uniform(0, _FIRST_PAUSE_SECONDS * 2**attempt)  # noqa: S311
                late = time.monotonic() + pause >= deadline
                if attempt == _ATTEMPTS or late or not is_transient(error):
                    raise
                if not self._budget.take_retry():
                    raise
            time.sleep(pause)
            attempt += 1
