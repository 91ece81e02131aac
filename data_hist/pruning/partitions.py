"""Derive which partitions a query with time bounds reads: as a SQL condition, and as a count.

Engines prune files by partition columns alone, but callers bound timestamps.
"""

import math
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from datetime import UTC, datetime, timedelta
from typing import NamedTuple, TypeAlias

from data_hist.catalog.tables import DateFormat, Partitions, Table, TimeLevel
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
_DAY_HOURS = 24


FolderNames: TypeAlias = Mapping[str, frozenset[str | int]]
"""The names that folders of a level may have, by its column; of other levels, any."""
_ANY_NAMES: FolderNames = {}


class TableRead(NamedTuple):
    """A table reference and its bounds: `arrival` from timestamps, `days` from the day column.

    `names` are those of folders that conditions of equality leave.
    """

    table: Table
    arrival: TimeBounds
    days: TimeBounds
    names: FolderNames = _ANY_NAMES


def partition_predicate(
    partitions: Partitions, arrival: TimeBounds, render_name: Callable[[str], str]
) -> str:
    """Render a condition that holds in every partition with records within the bounds.

    Args:
        partitions: The folders of a table.
        arrival: When the records arrived.
        render_name: Renders the name of a column.

    Returns:
        SQL to be joined to others by AND; empty if the bounds rule out no partition.
    """
    if not partitions.time_levels:
        return ""
    conditions = [
        condition
        for anchor, each in sorted(arrival.items())
        for condition in _conditions(
            partitions, _from_base(anchor, each), _RENDERERS[anchor.base], render_name
        )
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


def are_bounded(reads: Iterable[TableRead]) -> bool:
    """Whether what is left of each table is a range of time with two ends.

    That takes a lower bound that prunes, and an upper one unless the lower one moves with the
    clock: there are no partitions of the future. The name of the outermost folder is both.
    """
    return all(map(_is_bounded, reads))


def _is_bounded(read: TableRead) -> bool:
    time_levels = read.table.partitions.time_levels
    if time_levels and time_levels[0].column in read.names:
        return True
    bounds = [*(read.arrival.items() if time_levels else ()), *read.days.items()]
    lows = {anchor.base for anchor, each in bounds if each.low is not None}
    has_high = any(each.high is not None for _, each in bounds)
    return bool(lows) and (has_high or bool(lows - {Base.EPOCH}))


def _count(read: TableRead, now_ms: int) -> int | None:
    partitions = read.table.partitions
    low, high = time_left(read, now_ms)
    unit, per_unit = partitions.smallest_unit, partitions.partitions_per_unit
    if unit is None or per_unit is None or low is None or high is None:
        return None
    first, last = _number_of(unit, low // HOUR_MS), _number_of(unit, high // HOUR_MS)
    return max(last - first + 1, 0) * per_unit


def _number_of(unit: str, hours: int) -> int:
    """Number the units of time from some moment on."""
    if unit in ("hour", "day"):
        return hours if unit == "hour" else hours // _DAY_HOURS
    moment = _EPOCH + timedelta(hours=min(max(hours, 0), _HOURS_IN_REACH[-1]))
    return moment.year if unit == "year" else moment.year * 12 + moment.month


def time_left(read: TableRead, now_ms: int) -> TimeRange:
    """Return when the folders begin that may be read, in milliseconds since 1970."""
    day_low, day_high = range_at(read.days, now_ms)
    # A day ends just before the next one begins.
    of_days = TimeRange(day_low, None if day_high is None else day_high - 1)
    hours = _hours_at(read.arrival, read.table.partitions.lead_hours, now_ms)
    of_records = TimeRange(
        None if hours.low is None else hours.low * HOUR_MS,
        None if hours.high is None else hours.high * HOUR_MS,
    )
    return of_records.intersection(of_days).intersection(TimeRange(high=now_ms))


def _hours_at(arrival: TimeBounds, lead_hours: int, start_ms: int) -> TimeRange:
    """Return the first and the last hour since 1970 that the predicate leaves."""
    found = TimeRange()
    for anchor, each in arrival.items():
        start = 0 if anchor.base is Base.EPOCH else start_ms // HOUR_MS
        found = found.intersection(_hours(_from_base(anchor, each), lead_hours).shifted(start))
    return found


def _from_base(anchor: Anchor, each: TimeRange) -> TimeRange:
    """Widen a range so that it counts from 1970 or the start of the query, without months."""
    days = anchor.months * _MONTH_DAYS
    slack = _MONTHS_SLACK_DAYS if anchor.months else 0
    # A query starts up to a day after its day does.
    first = math.floor(days) - slack - (anchor.base is Base.TODAY)
    last = math.ceil(days + slack)
    return TimeRange(each.shifted(first * DAY_MS).low, each.shifted(last * DAY_MS).high)


def _hours(each: TimeRange, lead_hours: int) -> TimeRange:
    """Return the first and the last hour of the partitions of a range, from its base."""
    return TimeRange(
        None if each.low is None else each.low // HOUR_MS - SLACK_HOURS - lead_hours,
        None if each.high is None else math.ceil(each.high / HOUR_MS) + SLACK_HOURS,
    )


def _conditions(
    partitions: Partitions,
    each: TimeRange,
    render: Callable[[DateFormat, int], str | None],
    render_name: Callable[[str], str],
) -> Iterator[str]:
    hours = _hours(each, partitions.lead_hours)
    for hour, sign in ((hours.low, ">"), (hours.high, "<")):
        if hour is None:
            continue
        texts = [(level, render(level.format, hour)) for level in partitions.time_levels]
        values = [
            _comparison(level, render_name(level.column), text)
            for level, text in texts
            if text is not None
        ]
        if len(values) == len(texts):
            yield from _compare(values, sign)


def _compare(values: Sequence[tuple[str, str]], sign: str) -> list[str]:
    """Compare levels with values, the first by itself: engines list partitions by plain conditions.

    Each pair is an expression of a partition column, and that of its least or greatest value.
    """
    (column, value), *finer = values
    plain = f"{column} {sign}= {value}"
    if not finer:
        return [plain]
    return [plain, f"({column} {sign} {value} OR {' AND '.join(_compare(finer, sign))})"]


def _comparison(level: TimeLevel, column: str, text: str) -> tuple[str, str]:
    """Convert a level and the text of its value to a type in which both sort as the time does."""
    if level.comparison == "number":
        return column, _as_number(text)
    if level.comparison == "digits":
        return f"CAST({column} AS bigint)", _as_number(text)
    return column, f"CAST({text} AS date)" if level.comparison == "date" else text


def _as_number(text: str) -> str:
    is_literal = text.strip("'").isdecimal()
    return str(int(text.strip("'"))) if is_literal else f"CAST({text} AS bigint)"


def _render_fixed(date_format: DateFormat, hours: int) -> str | None:
    """Render the text of an hour since 1970; None for a year without four digits."""
    if hours not in _HOURS_IN_REACH:
        return None
    text = date_format.render(_EPOCH + timedelta(hours=hours)).replace("'", "''")
    return f"'{text}'"


def _render_from_start(date_format: DateFormat, hours: int) -> str | None:
    """Render the text of an hour relative to the start of the query, by the engine's clock."""
    if abs(hours) not in _HOURS_IN_REACH:
        return None
    moment = f"now() {'-' if hours < 0 else '+'} interval '{abs(hours)}' hour"
    form = date_format.mysql.replace("'", "''")
    return f"date_format({moment}, '{form}')"


_RENDERERS = {
    Base.EPOCH: _render_fixed,
    Base.START: _render_from_start,
    Base.TODAY: _render_from_start,
}
