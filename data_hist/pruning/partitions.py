"""Derive which partitions a query with time bounds reads: as a SQL condition, and as a count.

Engines prune files by partition columns alone, but callers bound timestamps. Days and hours are
compared as strings.
"""

import math
from collections.abc import Callable, Iterable
from datetime import UTC, datetime, timedelta
from typing import NamedTuple

from data_hist.catalog.tables import Table
from data_hist.pruning.time_range import (
    DAY_MS,
    HOUR_MS,
    Anchor,
    Base,
    TimeBounds,
    TimeRange,
    range_at,
)

# The clocks of what creates, consumes and archives a record differ, and a batch begins before it.
SLACK_HOURS = 1

_MONTH_DAYS = 365.2425 / 12
# Short months, leap years and the last days of months differ from the mean by no more.
_MONTHS_SLACK_DAYS = 6
_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_HOURS_IN_REACH = range((datetime(9999, 12, 31, tzinfo=UTC) - _EPOCH) // timedelta(hours=1))
_DAY_FORMAT, _HOUR_FORMAT = "%Y-%m-%d", "%H"
_LEVELS = ("day", "hour", "minute")
_DAY_HOURS = 24
_HOUR_MINUTES = 60


class TableRead(NamedTuple):
    """A table reference and its bounds: `arrival` from timestamps, `days` from the day column."""

    table: Table
    arrival: TimeBounds
    days: TimeBounds


class _Hour(NamedTuple):
    """An hour as SQL expressions for the text of its day and of its hour."""

    day: str
    hour: str


def partition_predicate(
    table: Table, arrival: TimeBounds, render_name: Callable[[str], str]
) -> str:
    """Render a condition that holds in every partition with records within the bounds.

    Args:
        table: The table with its partition columns.
        arrival: When the records arrived.
        render_name: Renders the name of a column.

    Returns:
        SQL to be joined to others by AND; empty if the bounds rule out no partition.
    """
    day, hour = table.time_columns.get("day"), table.time_columns.get("hour")
    if day is None:
        return ""
    names = (render_name(day.name), render_name(hour.name) if hour else "")
    conditions = [
        condition
        for anchor, each in sorted(arrival.items())
        for condition in _conditions(names, _from_base(anchor, each), _RENDERERS[anchor.base])
    ]
    return " AND ".join(conditions)


def partition_count(reads: Iterable[TableRead], now_ms: int) -> int | None:
    """Count the partitions that are left to read, at most.

    Conditions that are not understood rule out nothing, and some partitions may not exist.

    Args:
        reads: The table references; each counts by itself.
        now_ms: The current time, after which there are no partitions.

    Returns:
        None if a reference has no lower bound, or its table has unknown partition levels.
    """
    counts = [_count(read, now_ms) for read in reads]
    known = [count for count in counts if count is not None]
    return sum(known) if len(known) == len(counts) else None


def _count(read: TableRead, now_ms: int) -> int | None:
    levels = read.table.partition_columns
    times = tuple(column.time for column in levels)
    known = times and times == _LEVELS[: len(times)]
    low, high = _hours_left(read, now_ms)
    if not known or not all(column.queryable for column in levels) or low is None or high is None:
        return None
    if len(levels) == 1:
        low, high = low // _DAY_HOURS, high // _DAY_HOURS
    return max(high - low + 1, 0) * (_HOUR_MINUTES if len(levels) == len(_LEVELS) else 1)


def _hours_left(read: TableRead, now_ms: int) -> TimeRange:
    """Return the first and the last hour since 1970 that may be read."""
    day_low, day_high = range_at(read.days, now_ms)
    # A day ends just before the next one begins.
    of_days = TimeRange(
        None if day_low is None else day_low // HOUR_MS,
        None if day_high is None else (day_high - 1) // HOUR_MS,
    )
    until_now = TimeRange(high=now_ms // HOUR_MS)
    return _hours_at(read.arrival, now_ms).intersection(of_days).intersection(until_now)


def _hours_at(arrival: TimeBounds, start_ms: int) -> TimeRange:
    """Return the first and the last hour since 1970 that the predicate leaves."""
    found = TimeRange()
    for anchor, each in arrival.items():
        start = 0 if anchor.base is Base.EPOCH else start_ms // HOUR_MS
        found = found.intersection(_hours(_from_base(anchor, each)).shifted(start))
    return found


def _from_base(anchor: Anchor, each: TimeRange) -> TimeRange:
    """Widen a range so that it counts from 1970 or the start of the query, without months."""
    days = anchor.months * _MONTH_DAYS
    slack = _MONTHS_SLACK_DAYS if anchor.months else 0
    # A query starts up to a day after its day does.
    first = math.floor(days) - slack - (anchor.base is Base.TODAY)
    last = math.ceil(days + slack)
    return TimeRange(each.shifted(first * DAY_MS).low, each.shifted(last * DAY_MS).high)


def _hours(each: TimeRange) -> TimeRange:
    """Return the first and the last hour of the partitions of a range, from its base."""
    return TimeRange(
        None if each.low is None else each.low // HOUR_MS - SLACK_HOURS,
        None if each.high is None else math.ceil(each.high / HOUR_MS) + SLACK_HOURS,
    )


def _conditions(
    names: tuple[str, str], each: TimeRange, render: Callable[[int], _Hour | None]
) -> list[str]:
    hours = _hours(each)
    first = None if hours.low is None else render(hours.low)
    last = None if hours.high is None else render(hours.high)
    return [
        condition
        for hour, sign in ((first, ">"), (last, "<"))
        if hour is not None
        for condition in _condition(names, hour, sign)
    ]


def _condition(names: tuple[str, str], hour: _Hour, sign: str) -> list[str]:
    """Compare the day once more by itself: engines list partitions by such a plain condition."""
    day_name, hour_name = names
    plain = f"{day_name} {sign}= {hour.day}"
    if not hour_name:
        return [plain]
    return [plain, f"({day_name} {sign} {hour.day} OR {hour_name} {sign}= {hour.hour})"]


def _render_fixed(hours: int) -> _Hour | None:
    """Render an hour since 1970; None for a year without four digits."""
    if hours not in _HOURS_IN_REACH:
        return None
    start = _EPOCH + timedelta(hours=hours)
    return _Hour(start.strftime(f"'{_DAY_FORMAT}'"), start.strftime(f"'{_HOUR_FORMAT}'"))


def _render_from_start(hours: int) -> _Hour | None:
    """Render an hour relative to the start of the query, by the clock of the engine."""
    if abs(hours) not in _HOURS_IN_REACH:
        return None
    moment = f"now() {'-' if hours < 0 else '+'} interval '{abs(hours)}' hour"
    return _Hour(
        f"date_format({moment}, '{_DAY_FORMAT}')", f"date_format({moment}, '{_HOUR_FORMAT}')"
    )


_RENDERERS = {
    Base.EPOCH: _render_fixed,
    Base.START: _render_from_start,
    Base.TODAY: _render_from_start,
}
