"""How often a call may be made again without adding to the engine's troubles."""

import threading


class RetryBudget:
    """Allows so many retries for a hundred requests: they must not multiply the load.

    Ten are allowed at once, so that a single failure passes unseen. Thread-safe.
    """

    # In hundredths of a retry, which add up exactly.
    _RETRY = 100
    _MOST = 1000

    def __init__(self, retries_for_100: int = 15) -> None:
        self._earned_by_request = retries_for_100
        self._lock = threading.Lock()
        self._left = self._MOST

    def count_request(self) -> None:
        """Earn a part of a retry."""
        with self._lock:
            self._left = min(self._left + self._earned_by_request, self._MOST)

    def take_retry(self) -> bool:
        """Whether one more call may be made for a request."""
        with self._lock:
            if self._left < self._RETRY:
                return False
            self._left -= self._RETRY
            return True
