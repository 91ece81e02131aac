"""When the records that a query wants arrived: a range with ends that may move with the clock.

Ends are milliseconds since 1970, or relative to the moment at which the query starts; one that is
not known is None. Shared by the guard, which finds the ranges, and by what the service says of
them; knows no SQL.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from typing import NamedTuple


class Span(NamedTuple):
    """Two ends, both included."""

    low: int | None = None
    high: int | None = None

    def both(self, other: "Span") -> "Span":
        """What lies in each of the two."""
        return Span(_most(self.low, other.low), _least(self.high, other.high))

    def either(self, other: "Span") -> "Span":
        """The shortest span around both."""
        low = None if self.low is None or other.low is None else min(self.low, other.low)
        high = None if self.high is None or other.high is None else max(self.high, other.high)
        return Span(low, high)

    def from_moment(self, moment_ms: int) -> "Span":
        """The same ends, counted from 1970 instead of from a moment."""
        low = None if self.low is None else self.low + moment_ms
        return Span(low, None if self.high is None else self.high + moment_ms)


_ANY = Span()


@dataclass(frozen=True)
class TimeRange:
    """What lies in `fixed`, and at the start of the query also in `from_start`."""

    fixed: Span = _ANY
    from_start: Span = _ANY

    def both(self, other: "TimeRange") -> "TimeRange":
        """What lies in each of the two."""
        return TimeRange(self.fixed.both(other.fixed), self.from_start.both(other.from_start))

    def either(self, other: "TimeRange") -> "TimeRange":
        """A range around both."""
        return TimeRange(self.fixed.either(other.fixed), self.from_start.either(other.from_start))

    def at(self, start_ms: int) -> Span:
        """The range of a query that starts at this moment."""
        return self.fixed.both(self.from_start.from_moment(start_ms))


ALWAYS = TimeRange()


def _most(first: int | None, second: int | None) -> int | None:
    return max(_known(first, second), default=None)


def _least(first: int | None, second: int | None) -> int | None:
    return min(_known(first, second), default=None)


def _known(*ends: int | None) -> Iterable[int]:
    return [end for end in ends if end is not None]
