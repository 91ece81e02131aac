"""Call quotas like Athena's: a token bucket per operation."""

import threading
import time
from collections.abc import Callable, Mapping

from local_athena.settings import CallRate


class Throttle:
    """Counts calls against the quotas of their operations; without a quota, there is no limit."""

    def __init__(
        self, rates: Mapping[str, CallRate], clock: Callable[[], float] = time.monotonic
    ) -> None:
        self._rates = rates
        self._clock = clock
        self._lock = threading.Lock()
        self._levels = {name: (float(rate.burst), clock()) for name, rate in rates.items()}

    def admits(self, operation: str) -> bool:
        """Take a token; return whether there was one."""
        rate = self._rates.get(operation)
        if rate is None:
            return True
        with self._lock:
            level, seen_at = self._levels[operation]
            now = self._clock()
            level = min(float(rate.burst), level + (now - seen_at) * rate.per_second)
            admitted = level >= 1
            self._levels[operation] = (level - 1 if admitted else level, now)
            return admitted
