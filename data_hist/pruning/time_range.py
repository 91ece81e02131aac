"""When the records that a query wants arrived: a range with ends that may move with the clock.

Shared by the guard, which finds the ranges, and by what the service says of them; knows no SQL.
"""

import calendar
from collections.abc import Iterable, Mapping
from datetime import UTC, datetime, timedelta
from enum import StrEnum
from typing import NamedTuple, TypeAlias

DAY_MS = 86_400_000
_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_MILLISECOND = timedelta(milliseconds=1)


class Base(StrEnum):
    """What the ends of a span count from."""

    EPOCH = "epoch"
    START = "start"
    TODAY = "today"


class Anchor(NamedTuple):
    """1970, the start of a query or of its day in UTC, and months of the calendar from there."""

    base: Base = Base.EPOCH
    months: int = 0

    def moment_ms(self, start_ms: int) -> int:
        """The milliseconds since 1970 for a query that starts then."""
        if self.base is Base.EPOCH:
            return 0
        base_ms = start_ms - start_ms % DAY_MS if self.base is Base.TODAY else start_ms
        return later_by_months(base_ms, self.months)


FIXED = Anchor()


class Span(NamedTuple):
    """Two ends in milliseconds from an anchor, both included; None where there is none."""

    low: int | None = None
    high: int | None = None

    def both(self, other: "Span") -> "Span":
        """What lies in each of the two."""
        return Span(
            max(_known(self.low, other.low), default=None),
            min(_known(self.high, other.high), default=None),
        )

    def either(self, other: "Span") -> "Span":
        """The shortest span around both."""
        low = None if self.low is None or other.low is None else min(self.low, other.low)
        high = None if self.high is None or other.high is None else max(self.high, other.high)
        return Span(low, high)

    def moved(self, milliseconds: int) -> "Span":
        """The span so much later."""
        return Span(
            None if self.low is None else self.low + milliseconds,
            None if self.high is None else self.high + milliseconds,
        )


TimeRange: TypeAlias = Mapping[Anchor, Span]
"""What lies in every span; all of time without one."""

ALWAYS: TimeRange = {}


def both(first: TimeRange, second: TimeRange) -> TimeRange:
    """What lies in each of two ranges."""
    shared = {anchor: first[anchor].both(second[anchor]) for anchor in first.keys() & second.keys()}
    return {**first, **second, **shared}


def either(first: TimeRange, second: TimeRange) -> TimeRange:
    """A range around both."""
    spans = {anchor: first[anchor].either(second[anchor]) for anchor in first if anchor in second}
    return {anchor: span for anchor, span in spans.items() if span != Span()}


def span_at(time_range: TimeRange, start_ms: int) -> Span:
    """The range of a query that starts at a moment, in milliseconds since 1970."""
    found = Span()
    for anchor, span in time_range.items():
        found = found.both(span.moved(anchor.moment_ms(start_ms)))
    return found


def later_by_months(moment_ms: int, months: int) -> int:
    """The same day and time of another month, or its last day; clipped to what a date can be."""
    moment = _EPOCH + timedelta(milliseconds=moment_ms)
    year, month = divmod(moment.year * 12 + moment.month - 1 + months, 12)
    year = min(max(year, 1), 9999)
    day = min(moment.day, calendar.monthrange(year, month + 1)[1])
    return (moment.replace(year=year, month=month + 1, day=day) - _EPOCH) // _MILLISECOND


def _known(*ends: int | None) -> Iterable[int]:
    return [end for end in ends if end is not None]
