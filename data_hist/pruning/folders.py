"""Find the folders of an archive that a query reads: prefixes to list, and what of them counts.

A prefix is that of a whole day or so: one call lists a thousand keys, and a folder may have few.
"""

import re
from collections.abc import Callable, Iterator, Sequence
from datetime import UTC, datetime, timedelta
from functools import cached_property
from typing import Final, NamedTuple, TypeAlias

from data_hist.catalog.tables import FolderLevel, Partitions, TimeLevel
from data_hist.pruning.partitions import FolderNames
from data_hist.pruning.time_range import TimeRange

_PLACEHOLDER: Final = re.compile(r"\$\{([^}]*)\}")
_HIDDEN: Final = ("_", ".")
_HOURS: Final = {"year": 8784, "month": 744, "day": 24, "hour": 1}
_UNITS: Final = tuple(_HOURS)
# Two pages of a listing.
_MOST_FOLDERS: Final = 2_000
# A listing has at most so many times the folders that are read.
_MOST_IN_VAIN: Final = 4
_HOUR: Final = timedelta(hours=1)
_EPOCH: Final = datetime(1970, 1, 1, tzinfo=UTC)
_LAST: Final = datetime(9999, 12, 1, tzinfo=UTC)

Names: TypeAlias = tuple[str, ...]
"""The names of the folders that hold a file, of each of the `FolderTree.levels`."""


class FolderPrefix(NamedTuple):
    """What the keys of some folders begin with, and when their time ends, if they have one."""

    text: str
    ends_at: datetime | None


class FolderTree:
    """The folders of a table.

    Args:
        partitions: The levels of folders.
        template: The address of the files of a partition, such as `s3://bucket/events/${day}/`.
    """

    def __init__(self, partitions: Partitions, template: str) -> None:
        self._partitions = partitions
        by_column = {level.column: level for level in partitions.levels}
        _, _, address = template.partition("://")
        self.bucket, _, path = f"{address.rstrip('/')}/".partition("/")
        *pairs, self._end = _PLACEHOLDER.split(path)
        self._parts = [
            (literal, by_column.get(name.lower(), FolderLevel(name.lower())))
            for literal, name in zip(pairs[::2], pairs[1::2], strict=True)
        ]
        self.levels = [level for _, level in self._parts if not level.is_within_hour]

    def read_names(self, key: str) -> Names | None:
        """Return the names of the folders of a key; None if no query reads the object."""
        match = self.pattern.match(key)
        if match is None:
            return None
        below = key[match.end() :].split("/")
        return (
            None if any(not name or name.startswith(_HIDDEN) for name in below) else match.groups()
        )

    @cached_property
    def pattern(self) -> re.Pattern[str]:
        """What the path of the folder of a file matches, a group for each of the `levels`."""
        folders = "".join(re.escape(literal) + _pattern(level) for literal, level in self._parts)
        return re.compile(folders + re.escape(self._end))

    def prefixes(
        self, span: TimeRange, names: FolderNames, most: int
    ) -> Sequence[FolderPrefix] | None:
        """Return the prefixes that hold all files of a span, and not many others.

        Args:
            span: When the folders begin, in milliseconds since 1970. Without its low end, all do.
            names: Names that folders have to have.
            most: How many prefixes are too many.

        Returns:
            None if there are too many, or if folders of unknown names stand above those of time.
        """
        if span.low is None or span.high is None or not self._partitions.time_levels:
            texts = self._texts(None, (), names, most)
            return None if texts is None else [FolderPrefix(text, None) for text in texts]
        low, high = _moment(span.low), _moment(span.high)
        for unit in self._units(low, high):
            found = self._prefixes_of(unit, low, high, names, most)
            if found is not None:
                return found
        return None

    def _units(self, low: datetime, high: datetime) -> Iterator[str]:
        """Yield the units of time that prefixes may tell, the best one first."""
        told = [unit for level in self._partitions.time_levels for unit in level.format.units]
        units = [unit for unit in _UNITS if unit in told]
        hours = (high - low) / _HOUR
        in_smallest = (self._partitions.partitions_per_unit or 1) / _HOURS[units[-1]]
        for unit in units[:-1]:
            is_short = in_smallest * _HOURS[unit] <= _MOST_FOLDERS
            if is_short and _HOURS[unit] <= _MOST_IN_VAIN * hours:
                yield unit
                break
        yield units[-1]

    def _prefixes_of(
        self, unit: str, low: datetime, high: datetime, names: FolderNames, most: int
    ) -> Sequence[FolderPrefix] | None:
        found: dict[str, FolderPrefix] = {}
        known = _UNITS[: _UNITS.index(unit) + 1]
        start = _start_of(unit, low)
        while start <= high:
            following = _start_of(unit, start + _HOURS[unit] * _HOUR)
            following = following if following > start else _LAST
            texts = self._texts(start, known, names, most)
            if texts is None:
                return None
            found |= {text: FolderPrefix(text, following) for text in texts}
            if len(found) > most:
                return None
            start = following
        return list(found.values())

    def _texts(
        self, start: datetime | None, known: Sequence[str], names: FolderNames, most: int
    ) -> Sequence[str] | None:
        """Return the prefixes of one time; None if they do not tell all of its known units."""
        texts, untold = [""], {*known}
        for literal, level in self._parts:
            texts = [text + literal for text in texts]
            time = self._times.get(level.column)
            units = {*time.format.units} if time else set()
            if time and start and units <= {*known}:
                choices: Sequence[str] = [_fill(level, time.format.render(start))]
                untold -= units
            elif level.column in names:
                choices = _named(level, names[level.column])
            elif time and start and time.format.units[0] in known:
                return [text + _cut(time, start, known) for text in texts]
            elif untold and level.names:
                choices = level.names
            else:
                break
            texts = [text + choice for text in texts for choice in choices]
            if len(texts) > most:
                return None
        else:
            texts = [text + self._end for text in texts]
        return None if untold else texts

    def selector(self, span: TimeRange, names: FolderNames) -> Callable[[Names], bool]:
        """Return what tells whether the files in folders of these names are read.

        Args:
            span: When the folders begin, in milliseconds since 1970.
            names: Names that folders have to have.
        """
        columns = [level.column for level in self.levels]
        times = [(columns.index(each.column), each) for each in self._partitions.time_levels]
        wanted = [
            (number, {*_named(level, names[level.column])})
            for number, level in enumerate(self.levels)
            if level.column in names
        ]
        low, high = (
            None if end is None else [_comparable(each, _text(each, end)) for _, each in times]
            for end in span
        )

        def selects(found: Names) -> bool:
            if any(found[number] not in allowed for number, allowed in wanted):
                return False
            try:
                key = [_comparable(each, found[number]) for number, each in times]
            except ValueError:
                return False
            return (low is None or low <= key) and (high is None or key <= high)

        return selects

    @cached_property
    def _times(self) -> dict[str, TimeLevel]:
        return {each.column: each for each in self._partitions.time_levels}


def _pattern(level: FolderLevel) -> str:
    folders = "[^/]+" + "/[^/]+" * (level.folders - 1)
    if level.is_within_hour:
        return folders
    return f"({'|'.join(map(re.escape, level.names)) or folders})"


def _fill(level: FolderLevel, text: str) -> str:
    """Write a number with as many zeros as the folders have."""
    return text if level.digits is None else f"{int(text):0{level.digits}d}"


def _named(level: FolderLevel, values: frozenset[str | int]) -> Sequence[str]:
    """Return the names of the folders that conditions on a level leave."""
    alike = (value for value in values if isinstance(value, int) is level.is_number)
    texts = {_fill(level, str(value)) for value in alike} if level.is_number else {*map(str, alike)}
    return sorted(texts & {*level.names} if level.names else texts)


def _cut(time: TimeLevel, start: datetime, known: Sequence[str]) -> str:
    """Render the start of a name, up to the first unit that is not known."""
    literal, *pieces = time.format.python.split("%")
    count = next(n for n, unit in enumerate(time.format.units) if unit not in known)
    return start.strftime("%".join([literal, *pieces[:count]]))


def _text(time: TimeLevel, moment_ms: int) -> str:
    return time.format.render(_moment(moment_ms))


def _comparable(time: TimeLevel, text: str) -> str | int:
    """Return what is compared with others as the engine compares the names of a level."""
    return int(text) if time.comparison in ("number", "digits") else text


def _moment(moment_ms: int) -> datetime:
    """Return a moment; those before 1970 and after 9999 as the first and the last one."""
    seconds = min(max(moment_ms, 0) / 1000, (_LAST - _EPOCH).total_seconds())
    return _EPOCH + timedelta(seconds=seconds)


def _start_of(unit: str, moment: datetime) -> datetime:
    start = moment.replace(minute=0, second=0, microsecond=0)
    if unit != "hour":
        start = start.replace(hour=0)
    if unit in ("month", "year"):
        start = start.replace(day=1)
    return start.replace(month=1) if unit == "year" else start
