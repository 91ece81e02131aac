"""The condition on a table's partition columns that follows from when its records arrived.

Engines prune files by partition columns alone, but callers ask by timestamps. Days and hours are
compared as strings. Writes conditions; does not know where they come from.
"""

import math
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from typing import NamedTuple

from data_hist.catalog import Table
from data_hist.pruning.time_range import DAY_MS, Anchor, Base, Span, TimeRange
from data_hist.sql_guard.time_values import HOUR_MS

# The clocks of what creates, consumes and archives a record differ, and a batch begins before it.
SLACK_HOURS = 1

_MONTH_DAYS = 365.2425 / 12
# Short months, leap years and the last days of months make no more of a difference.
_MONTHS_SLACK_DAYS = 6
_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_HOURS_IN_REACH = range((datetime(9999, 12, 31, tzinfo=UTC) - _EPOCH) // timedelta(hours=1))
_DAY_FORMAT, _HOUR_FORMAT = "%Y-%m-%d", "%H"


class _Hour(NamedTuple):
    """An hour as SQL: the texts of its day and of itself."""

    day: str
    hour: str


def partition_predicate(table: Table, arrival: TimeRange, write_name: Callable[[str], str]) -> str:
    """A condition that holds in every partition with records of the range.

    Args:
        table: Whose partitions.
        arrival: When the records arrived.
        write_name: Writes the name of a column.

    Returns:
        SQL to stand between ANDs; empty where nothing follows.
    """
    day, hour = table.time_column("day"), table.time_column("hour")
    if day is None:
        return ""
    names = (write_name(day.name), write_name(hour.name) if hour else "")
    conditions = [
        condition
        for anchor, span in sorted(arrival.items())
        for condition in _conditions(names, _from_start_of(anchor, span), _WRITERS[anchor.base])
    ]
    return " AND ".join(conditions)


def hours_at(arrival: TimeRange, start_ms: int) -> Span:
    """The first and the last hour since 1970 whose partitions that condition leaves.

    Args:
        arrival: When the records arrived.
        start_ms: The moment at which the query starts.
    """
    found = Span()
    for anchor, span in arrival.items():
        start = 0 if anchor.base is Base.EPOCH else start_ms // HOUR_MS
        found = found.both(_hours(_from_start_of(anchor, span)).moved(start))
    return found


def _from_start_of(anchor: Anchor, span: Span) -> Span:
    """The span counted from the start of the query, as wide as days and months can make it."""
    days = anchor.months * _MONTH_DAYS
    slack = _MONTHS_SLACK_DAYS if anchor.months else 0
    # A query starts up to a day after its day does.
    first = math.floor(days) - slack - (anchor.base is Base.TODAY)
    return Span(span.moved(first * DAY_MS).low, span.moved(math.ceil(days + slack) * DAY_MS).high)


def _conditions(
    names: tuple[str, str], span: Span, write: Callable[[int], _Hour | None]
) -> list[str]:
    hours = _hours(span)
    first = None if hours.low is None else write(hours.low)
    last = None if hours.high is None else write(hours.high)
    return [
        condition
        for hour, sign in ((first, ">"), (last, "<"))
        if hour is not None
        for condition in _condition(names, hour, sign)
    ]


def _hours(span: Span) -> Span:
    """The first and the last hour of the partitions of a span, from what it counts from."""
    return Span(
        None if span.low is None else span.low // HOUR_MS - SLACK_HOURS,
        None if span.high is None else math.ceil(span.high / HOUR_MS) + SLACK_HOURS,
    )


def _condition(names: tuple[str, str], hour: _Hour, sign: str) -> list[str]:
    """Two conditions, because engines look up a plain one on the day where they list partitions."""
    day_name, hour_name = names
    plain = f"{day_name} {sign}= {hour.day}"
    if not hour_name:
        return [plain]
    return [plain, f"({day_name} {sign} {hour.day} OR {hour_name} {sign}= {hour.hour})"]


def _fixed(hours: int) -> _Hour | None:
    """The hour that begins so many hours after 1970, if that has four digits of a year."""
    if hours not in _HOURS_IN_REACH:
        return None
    start = _EPOCH + timedelta(hours=hours)
    return _Hour(start.strftime(f"'{_DAY_FORMAT}'"), start.strftime(f"'{_HOUR_FORMAT}'"))


def _from_start(hours: int) -> _Hour | None:
    """The hour in which the query starts, moved; the engine's own clock tells it."""
    if abs(hours) not in _HOURS_IN_REACH:
        return None
    moment = f"now() {'-' if hours < 0 else '+'} interval '{abs(hours)}' hour"
    return _Hour(
        f"date_format({moment}, '{_DAY_FORMAT}')", f"date_format({moment}, '{_HOUR_FORMAT}')"
    )


_WRITERS = {Base.EPOCH: _fixed, Base.START: _from_start, Base.TODAY: _from_start}
