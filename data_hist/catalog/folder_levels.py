"""Work out how the partition levels of a source tell the time of arrival."""

import math
from collections.abc import Iterator
from typing import Final, Literal

from data_hist.catalog.column_types import INTEGERS
from data_hist.catalog.date_formats import (
    LONGEST_SECONDS,
    UNITS,
    format_of_unit,
    parse_date_format,
    smallest_unit,
)
from data_hist.catalog.sources import DateLevel, EnumLevel, IntegerLevel, Level, Source
from data_hist.catalog.tables import DateFormat, FolderLevel, Partitions, TimeLevel

_SMALLEST_PRUNED: Final = "hour"
_MOST_NAMES: Final = 100
_HOUR: Final = LONGEST_SECONDS["hour"]


def partitions_of(source: Source) -> Partitions:
    """Describe the folders of a source."""
    levels = tuple(_time_levels(source))
    pruned = {level.column for level in levels}
    units = [
        unit for level in levels for unit in level.format.units if LONGEST_SECONDS[unit] >= _HOUR
    ]
    per_unit: int | None = 1
    for name, level in source.partitions.items():
        count = _per_hour(level) if name in pruned else _count(level)
        per_unit = None if per_unit is None or count is None else per_unit * count
    return Partitions(
        time_levels=levels,
        smallest_unit=units[-1] if units else None,
        lead_hours=sum(_lead_hours(source.partitions[name]) for name in pruned),
        partitions_per_unit=per_unit,
        levels=tuple(_folder_level(name, level) for name, level in source.partitions.items()),
    )


def _folder_level(name: str, level: Level) -> FolderLevel:
    date_format = _date_format(level)
    return FolderLevel(
        column=name,
        folders=1 + (level.format.count("/") if isinstance(level, DateLevel) else 0),
        digits=(level.digits or 0) if isinstance(level, IntegerLevel) else None,
        names=_names(level),
        is_number=level.type in INTEGERS,
        is_within_hour=date_format is not None and not _is_pruned(date_format),
    )


def _names(level: Level) -> tuple[str, ...]:
    if isinstance(level, EnumLevel):
        return tuple(level.values)
    if not isinstance(level, IntegerLevel) or level.tells or (_count(level) or 0) > _MOST_NAMES:
        return ()
    first, last = level.range
    return tuple(
        f"{number:0{level.digits or 0}d}" for number in range(first, last + 1, level.interval)
    )


def _is_pruned(date_format: DateFormat) -> bool:
    return UNITS.index(date_format.units[0]) <= UNITS.index(_SMALLEST_PRUNED)


def _time_levels(source: Source) -> Iterator[TimeLevel]:
    """Return the levels that tell the time without a gap, and in a form that can be compared."""
    told: tuple[str, ...] = ()
    for name, level in source.partitions.items():
        date_format = _date_format(level)
        if date_format is None:
            continue
        told += date_format.units
        comparison = _comparison(level, date_format)
        if not _is_pruned(date_format) or told != UNITS[: len(told)] or comparison is None:
            return
        yield TimeLevel(name, date_format, comparison)


def _date_format(level: Level) -> DateFormat | None:
    if isinstance(level, DateLevel):
        return parse_date_format(level.format)
    if isinstance(level, IntegerLevel) and level.tells:
        return format_of_unit(level.tells, level.digits)
    return None


def _comparison(
    level: Level, date_format: DateFormat
) -> Literal["text", "digits", "number", "date"] | None:
    """Return how the names of a level are compared by time; None if they cannot be."""
    if level.type == "date":
        is_day = isinstance(level, DateLevel) and level.is_named_by_day
        return "date" if is_day else None
    if isinstance(level, IntegerLevel):
        if level.type in INTEGERS:
            return "number"
        return "text" if date_format.is_sorted else "digits"
    return "text" if date_format.is_sorted and level.type == "varchar" else None


def _lead_hours(level: Level) -> int:
    """Return how long before the moment of its name a folder may begin."""
    if isinstance(level, IntegerLevel) and level.tells:
        hours = LONGEST_SECONDS[level.tells] // _HOUR
        return (level.interval - 1) * hours
    if not isinstance(level, DateLevel):
        return 0
    step = level.interval * _step_seconds(level)
    if _step_seconds(level) < _HOUR:
        # Folders of up to an hour begin within the hour that is compared.
        return math.ceil(step / _HOUR) if step > _HOUR else 0
    named = LONGEST_SECONDS[smallest_unit(level.format)]
    return max(step - named, 0) // _HOUR


def _step_seconds(level: DateLevel) -> int:
    return LONGEST_SECONDS[level.step_unit.lower().removesuffix("s")]


def _per_hour(level: Level) -> int:
    """Return how many folders of a level that prunes begin in an hour."""
    if not isinstance(level, DateLevel) or _step_seconds(level) >= _HOUR:
        return 1
    return math.ceil(_HOUR / (level.interval * _step_seconds(level)))


def _count(level: Level) -> int | None:
    """Return how many folders a level has that does not prune; None if nobody knows."""
    if isinstance(level, EnumLevel):
        return len(level.values)
    if isinstance(level, IntegerLevel):
        first, last = level.range
        return (last - first) // level.interval + 1
    return None
