"""Count the partitions of a table that a query may read, before it runs."""

from collections.abc import Iterable
from typing import NamedTuple

from data_hist.catalog import Table
from data_hist.pruning.time_range import Span, TimeRange, span_at
from data_hist.sql_guard.partitions import hours_at
from data_hist.sql_guard.time_values import HOUR_MS

_LEVELS = ("day", "hour", "minute")
_DAY_HOURS = 24
_HOUR_MINUTES = 60


class TableRead(NamedTuple):
    """What a reference to a table may read.

    `arrival` is when the records arrived, by the times that they carry; `days` the same by their
    partitions' own columns.
    """

    table: Table
    arrival: TimeRange
    days: TimeRange


def partition_count(reads: Iterable[TableRead], now_ms: int) -> int | None:
    """Count the partitions that are left once bounds have ruled out others.

    It is the most there can be: a condition that is not understood rules nothing out, and not each
    partition exists.

    Args:
        reads: What each reference to a table reads; each counts by itself.
        now_ms: The current time, after which there are no partitions.

    Returns:
        None where nothing bounds a reference from below, or its table has other levels than are
        known.
    """
    total = 0
    for read in reads:
        count = _count(read, now_ms)
        if count is None:
            return None
        total += count
    return total


def _count(read: TableRead, now_ms: int) -> int | None:
    levels = read.table.partition_columns
    times = tuple(column.time for column in levels)
    known = times and times == _LEVELS[: len(times)]
    low, high = _hours(read.arrival, read.days, now_ms)
    if not known or not all(column.queryable for column in levels) or low is None or high is None:
        return None
    if len(levels) == 1:
        low, high = low // _DAY_HOURS, high // _DAY_HOURS
    return max(high - low + 1, 0) * (_HOUR_MINUTES if len(levels) == len(_LEVELS) else 1)


def _hours(arrival: TimeRange, days: TimeRange, now_ms: int) -> Span:
    """The first and the last hour since 1970 that may be read."""
    day_low, day_high = span_at(days, now_ms)
    # A day ends just before the next one begins.
    of_days = Span(
        None if day_low is None else day_low // HOUR_MS,
        None if day_high is None else (day_high - 1) // HOUR_MS,
    )
    until_now = Span(high=now_ms // HOUR_MS)
    return hours_at(arrival, now_ms).both(of_days).both(until_now)
