"""Work out which time the names of the folders of a record tell."""

from collections.abc import Iterator, Sequence
from datetime import UTC, datetime
from pathlib import Path
from typing import NamedTuple

from data_hist.catalog.date_formats import LONGEST_SECONDS, UNITS, parse_date_format
from data_hist.catalog.sources import DateLevel, IntegerLevel, Level


class Leaf(NamedTuple):
    """A folder that holds files, and the values of the levels down to it."""

    path: Path
    values: tuple[str, ...]


class Span(NamedTuple):
    """A time from its start up to its end, in milliseconds since 1970."""

    start: int
    end: int


def folder_span(levels: Sequence[Level], values: Sequence[str]) -> Span | None:
    """Return the time that the values of the levels tell; None without a year and a month."""
    told = dict(
        part for level, value in zip(levels, values, strict=True) for part in _told(level, value)
    )
    if not {"year", "month"} <= told.keys():
        return None
    smallest = max(told, key=UNITS.index)
    try:
        start = datetime(**{"day": 1, **told}, tzinfo=UTC)
    except ValueError:
        return None
    first = int(start.timestamp()) * 1000
    span = LONGEST_SECONDS[smallest] * 1000 * _interval(levels, smallest)
    return Span(first, first + span)


def _interval(levels: Sequence[Level], unit: str) -> int:
    """Return how many of a unit are from one folder to the next."""
    for level in levels:
        if isinstance(level, IntegerLevel) and level.tells == unit:
            return level.interval
        if isinstance(level, DateLevel) and level.step_unit == f"{unit.upper()}S":
            return level.interval
    return 1


def _told(level: Level, value: str) -> Iterator[tuple[str, int]]:
    """Yield the parts of the time that the name of a folder tells."""
    if isinstance(level, IntegerLevel) and level.tells and value.isdecimal():
        yield level.tells, int(value)
    if isinstance(level, DateLevel):
        date_format = parse_date_format(level.format)
        try:
            moment = datetime.strptime(value, date_format.python)
        except ValueError:
            return
        yield from ((unit, getattr(moment, unit)) for unit in date_format.units)
