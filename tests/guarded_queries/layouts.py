"""Random layouts of folders, and the folder of a moment in each."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from random import Random
from typing import Any

START = datetime(2020, 1, 1, tzinfo=UTC)
_UNITS = ("year", "month", "day", "hour", "minute")
_FORMATS = {
    "year": ("yyyy",),
    "month": ("yyyy-MM", "yyyy/M", "MM-yyyy"),
    "day": ("yyyy-MM-dd", "yyyy/MM/dd", "yyyyMMdd", "dd.MM.yyyy", "yyyy-'d'-MM-d"),
    "hour": ("yyyyMMddHH", "yyyy/MM/dd/HH", "yyyy-MM-dd'T'H"),
    "minute": ("yyyyMMddHHmm", "yyyy-MM-dd-HH-mm"),
}
# Units that are finer than the names are not allowed.
_STEPS = {
    "year": ("YEARS",),
    "month": ("MONTHS", "YEARS"),
    "day": ("DAYS", "WEEKS"),
    "hour": ("HOURS", "DAYS"),
    "minute": ("MINUTES", "HOURS"),
}
_LENGTHS = {
    "MINUTES": timedelta(minutes=1),
    "HOURS": timedelta(hours=1),
    "DAYS": timedelta(days=1),
    "WEEKS": timedelta(weeks=1),
}
_MONTHS = {"MONTHS": 1, "YEARS": 12}
_LETTERS = {"y": "year", "M": "month", "d": "day", "H": "hour", "m": "minute"}
_INTERVALS = (1, 1, 2, 3, 5, 6, 12, 90)


@dataclass(frozen=True)
class DateFolders:
    """Folders named by a moment, in steps from the start."""

    column: str
    type: str
    format: str
    interval: int
    unit: str

    def level(self) -> dict[str, Any]:
        """The level as the catalog file has it."""
        return {
            "projection": "date",
            "type": self.type,
            "format": self.format,
            "range": [_written(START, self.format), "NOW"],
            "interval": self.interval,
            "unit": self.unit,
        }

    def value(self, moment: datetime) -> Any:
        """The name of the folder of a moment."""
        name = _written(self._step(moment), self.format)
        return datetime.fromisoformat(name).date() if self.type == "date" else name

    def _step(self, moment: datetime) -> datetime:
        if self.unit in _LENGTHS:
            length = _LENGTHS[self.unit] * self.interval
            return START + (moment - START) // length * length
        length_in_months = _MONTHS[self.unit] * self.interval
        months = (moment.year - START.year) * 12 + moment.month - START.month
        months -= months % length_in_months
        return START.replace(year=START.year + months // 12, month=1 + months % 12)


@dataclass(frozen=True)
class NumberFolders:
    """Folders named by a part of the moment."""

    column: str
    type: str
    tells: str
    digits: int | None
    interval: int

    def level(self) -> dict[str, Any]:
        """The level as the catalog file has it."""
        written = {"digits": self.digits} if self.digits else {}
        return {
            "projection": "integer",
            "type": self.type,
            "range": [self._first, 9999],
            "interval": self.interval,
            "tells": self.tells,
            **written,
        }

    @property
    def _first(self) -> int:
        return {"year": START.year, "month": 1, "day": 1}.get(self.tells, 0)

    def value(self, moment: datetime) -> Any:
        """The name of the folder of a moment."""
        number: int = getattr(moment, self.tells)
        number -= (number - self._first) % self.interval
        return f"{number:0{self.digits or 1}d}" if self.type == "varchar" else number


@dataclass(frozen=True)
class Layout:
    """Levels of folders, the outermost one first."""

    levels: tuple[DateFolders | NumberFolders, ...]

    def partitions(self) -> dict[str, Any]:
        """The levels as the catalog file has them."""
        return {each.column: each.level() for each in self.levels}

    def folder(self, moment: datetime) -> Mapping[str, Any]:
        """The values of the levels for a moment."""
        return {each.column: each.value(moment) for each in self.levels}


def random_layout(chance: Random) -> Layout:
    """Make levels of a date, of numbers, or of a day and numbers; the last may be coarse."""
    first = chance.choice(("date", "numbers", "day"))
    smallest = chance.randrange(len(_UNITS))
    if first == "date":
        return Layout((_date(chance, _UNITS[smallest], chance.choice(_INTERVALS)),))
    if first == "numbers":
        units = _UNITS[: smallest + 1]
        return Layout(_numbers(chance, units))
    day = DateFolders("day", "varchar", "yyyy-MM-dd", 1, "DAYS")
    return Layout((day, *_numbers(chance, _UNITS[3 : max(smallest, 3) + 1])))


def _date(chance: Random, unit: str, interval: int) -> DateFolders:
    date_format = chance.choice(_FORMATS[unit])
    is_day = date_format == "yyyy-MM-dd"
    column_type = chance.choice(("varchar", "date")) if is_day else "varchar"
    return DateFolders("folder", column_type, date_format, interval, chance.choice(_STEPS[unit]))


def _numbers(chance: Random, units: tuple[str, ...]) -> tuple[NumberFolders, ...]:
    return tuple(
        NumberFolders(
            f"{unit}_of",
            chance.choice(("varchar", "integer", "bigint")),
            unit,
            chance.choice((None, 4 if unit == "year" else 2, 6)),
            chance.choice(_INTERVALS[:6]) if unit == units[-1] else 1,
        )
        for unit in units
    )


def _written(moment: datetime, date_format: str) -> str:
    """The name of a folder, by Java's letters."""
    written, is_quoted, rest = "", False, date_format
    while rest:
        letter = rest[0]
        run = len(rest) - len(rest.lstrip(letter))
        if letter == "'":
            is_quoted = not is_quoted
        elif is_quoted or letter not in _LETTERS:
            written += letter * run
        else:
            written += f"{getattr(moment, _LETTERS[letter]):0{run}d}"
        rest = rest[run:]
    return written
