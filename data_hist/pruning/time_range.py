"""Ranges of arrival times of records, whose ends may depend on the clock."""

import calendar
from collections.abc import Iterable, Mapping
from datetime import UTC, datetime, timedelta
from enum import StrEnum
from typing import NamedTuple, TypeAlias

HOUR_MS = 3_600_000
DAY_MS = 24 * HOUR_MS
_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_MILLISECOND = timedelta(milliseconds=1)


class Base(StrEnum):
    """The moment from which the ends of a range are counted."""

    EPOCH = "epoch"
    START = "start"
    TODAY = "today"


class Anchor(NamedTuple):
    """1970, the start of a query, or the start of its day in UTC, shifted by calendar months."""

    base: Base = Base.EPOCH
    months: int = 0

    def moment_ms(self, start_ms: int) -> int:
        """Resolve to milliseconds since 1970, for a query that starts at `start_ms`."""
        if self.base is Base.EPOCH:
            return 0
        base_ms = start_ms - start_ms % DAY_MS if self.base is Base.TODAY else start_ms
        return add_months(base_ms, self.months)


FIXED = Anchor()


class TimeRange(NamedTuple):
    """Two ends, both included, in milliseconds from an anchor; None leaves a side open."""

    low: int | None = None
    high: int | None = None

    def intersection(self, other: "TimeRange") -> "TimeRange":
        """Return what lies in both ranges."""
        return TimeRange(
            max(_known(self.low, other.low), default=None),
            min(_known(self.high, other.high), default=None),
        )

    def enclosing(self, other: "TimeRange") -> "TimeRange":
        """Return the shortest range that contains both."""
        low = None if self.low is None or other.low is None else min(self.low, other.low)
        high = None if self.high is None or other.high is None else max(self.high, other.high)
        return TimeRange(low, high)

    def shifted(self, amount: int) -> "TimeRange":
        """Return the range that is later by an amount."""
        return TimeRange(
            None if self.low is None else self.low + amount,
            None if self.high is None else self.high + amount,
        )


TimeBounds: TypeAlias = Mapping[Anchor, TimeRange]
"""The moments that lie in every one of the ranges; without a range, all of time."""

UNBOUNDED: TimeBounds = {}


def intersect(first: TimeBounds, second: TimeBounds) -> TimeBounds:
    """Return bounds for what lies within both."""
    shared = {
        anchor: first[anchor].intersection(second[anchor])
        for anchor in first.keys() & second.keys()
    }
    return {**first, **second, **shared}


def enclose(first: TimeBounds, second: TimeBounds) -> TimeBounds:
    """Return bounds around both."""
    ranges = {
        anchor: first[anchor].enclosing(second[anchor]) for anchor in first if anchor in second
    }
    return {anchor: each for anchor, each in ranges.items() if each != TimeRange()}


def range_at(bounds: TimeBounds, start_ms: int) -> TimeRange:
    """Resolve bounds to milliseconds since 1970, for a query that starts at `start_ms`."""
    found = TimeRange()
    for anchor, each in bounds.items():
        found = found.intersection(each.shifted(anchor.moment_ms(start_ms)))
    return found


def add_months(moment_ms: int, months: int) -> int:
    """Return the same day and time of another month, or its last day, within years 1 to 9999."""
    moment = _EPOCH + timedelta(milliseconds=moment_ms)
    year, month = divmod(moment.year * 12 + moment.month - 1 + months, 12)
    year = min(max(year, 1), 9999)
    day = min(moment.day, calendar.monthrange(year, month + 1)[1])
    return (moment.replace(year=year, month=month + 1, day=day) - _EPOCH) // _MILLISECOND


def _known(*ends: int | None) -> Iterable[int]:
    return [end for end in ends if end is not None]
