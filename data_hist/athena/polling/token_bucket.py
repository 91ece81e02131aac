"""How often the engine may be called, so that its quota lasts."""


class TokenBucket:
    """A token bucket: so many calls a second, and twice as many at once after a rest.

    That is the form of Athena's own quotas. Times are seconds of any steady clock.
    """

    def __init__(self, calls_per_second: float) -> None:
        self._per_second = calls_per_second
        self._most = max(2 * calls_per_second, 1.0)
        self._tokens = self._most
        self._counted_at: float | None = None

    def pause(self, now: float) -> float:
        """How long the next call has to wait; not at all when it is 0."""
        self._refill(now)
        return max(1.0 - self._tokens, 0.0) / self._per_second

    def take(self, now: float) -> None:
        """Count a call."""
        self._refill(now)
        self._tokens -= 1.0

    def _refill(self, now: float) -> None:
        if self._counted_at is not None:
            earned = max(now - self._counted_at, 0.0) * self._per_second
            self._tokens = min(self._tokens + earned, self._most)
        self._counted_at = now
