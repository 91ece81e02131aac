"""Partition projection: the values of a partition key, from the properties of the table.

https://docs.aws.amazon.com/athena/latest/ug/partition-projection-supported-types.html
"""

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from functools import partial
from typing import Protocol


class ProjectionError(ValueError):
    """Athena or the emulator refuses the value of a property; the message says what to write."""

    def __init__(self, key: str, problem: str) -> None:
        super().__init__(problem)
        self.key = key


class Projection(Protocol):
    """The values of one partition key."""

    def contains(self, value: str) -> bool:
        """Whether Athena looks for a partition of this value."""
        ...


@dataclass(frozen=True)
class AnyValue:
    """Every value: an `injected` key, or a table without projection."""

    def contains(self, _value: str) -> bool:
        """Accept any value."""
        return True


ANY_VALUE = AnyValue()


@dataclass(frozen=True)
class EnumProjection:
    """A fixed set of values."""

    values: frozenset[str]

    def contains(self, value: str) -> bool:
        """Whether the value is one of the set."""
        return value in self.values


@dataclass(frozen=True)
class IntegerProjection:
    """The integers from `first` to `last` in steps, padded with zeros to a number of digits."""

    first: int
    last: int
    interval: int = 1
    digits: int = 0

    def contains(self, value: str) -> bool:
        """Whether the value is one of the numbers, as Athena writes it."""
        if not re.fullmatch(r"-?[0-9]+", value):
            return False
        number = int(value)
        return (
            self.first <= number <= self.last
            and (number - self.first) % self.interval == 0
            and value == f"{number:0{self.digits}d}"
        )


def _utc_now() -> datetime:
    return datetime.now(UTC).replace(tzinfo=None)


@dataclass(frozen=True)
class DateProjection:
    """The dates of a range in steps; either end may be relative to the present."""

    pattern: "DatePattern"
    first: "DateBound"
    last: "DateBound"
    interval: "DateInterval"
    clock: Callable[[], datetime] = _utc_now

    def contains(self, value: str) -> bool:
        """Whether the value is one of the dates, as Athena writes it."""
        moment = self.pattern.parse(value)
        if moment is None:
            return False
        now = self.clock()
        first, last = (self.pattern.truncate(bound(now)) for bound in (self.first, self.last))
        return first <= moment <= last and self.interval.reaches(first, moment)


# No closure: tables are sent to other processes.
DateBound = Callable[[datetime], datetime]

# The letters of java.time.format.DateTimeFormatter that make sense in a folder's name.
_FIELDS = {"y": "year", "M": "month", "d": "day", "H": "hour", "m": "minute", "s": "second"}
_PATTERN_PART = re.compile(r"([A-Za-z])\1*|'((?:[^']|'')*)'|[^A-Za-z']+")


class DatePattern:
    """A format such as `yyyy-MM-dd`."""

    def __init__(self, text: str) -> None:
        self._regex = re.compile("".join(self._parts(text)))
        # The fields from the year down to the smallest one in the pattern.
        self.smallest = max(self._regex.groupindex, key=list(_FIELDS.values()).index, default="")
        if not self.smallest:
            raise ValueError("has no date in it")

    def parse(self, text: str) -> datetime | None:
        """Read a date, or None for a text of another form."""
        match = self._regex.fullmatch(text)
        if match is None:
            return None
        fields = {name: int(digits) for name, digits in match.groupdict().items()}
        try:
            return datetime(1970, 1, 1).replace(**fields)  # type: ignore[arg-type]  # no time zone
        except ValueError:
            return None

    def truncate(self, moment: datetime) -> datetime:
        """Set all parts to zero that the pattern does not contain."""
        names = list(_FIELDS.values())
        hidden = names[names.index(self.smallest) + 1 :]
        zero = {name: 1 if name in ("month", "day") else 0 for name in hidden}
        return moment.replace(microsecond=0, **zero)  # type: ignore[arg-type]  # no time zone

    def _parts(self, text: str) -> list[str]:
        parts = list(_PATTERN_PART.finditer(text))
        if "".join(part[0] for part in parts) != text:
            raise ValueError("has a quote that is not closed")
        return [self._part(part) for part in parts]

    def _part(self, part: re.Match[str]) -> str:
        letter = part[1]
        if letter is None:
            literal = part[0] if part[2] is None else part[2].replace("''", "'") or "'"
            return re.escape(literal)
        if letter not in _FIELDS:
            raise ValueError(f"has {part[0]}; use yyyy, MM, dd, HH, mm and ss")
        digits = len(part[0])
        width = "[1-9]?[0-9]" if digits == 1 else f"[0-9]{{{digits}}}"
        return f"(?P<{_FIELDS[letter]}>{width})"


_UNITS: dict[str, timedelta | int] = {
    "SECONDS": timedelta(seconds=1),
    "MINUTES": timedelta(minutes=1),
    "HOURS": timedelta(hours=1),
    "DAYS": timedelta(days=1),
    "WEEKS": timedelta(weeks=1),
    "MONTHS": 1,
    "YEARS": 12,
}
_RELATIVE = re.compile(r"NOW(?:\s*([+-])\s*(\d+)\s*([A-Z]+))?")


@dataclass(frozen=True)
class DateInterval:
    """A step between two dates; `unit` is a duration, or a number of months."""

    number: int
    unit: timedelta | int

    def reaches(self, first: datetime, moment: datetime) -> bool:
        """Whether steps from the first date arrive at the other."""
        if isinstance(self.unit, timedelta):
            return not (moment - first) % (self.number * self.unit)
        months = (moment.year - first.year) * 12 + moment.month - first.month
        return months % (self.number * self.unit) == 0

    def added_to(self, moment: datetime, sign: int) -> datetime:
        """Return the date that is later, or earlier, by this interval."""
        try:
            if isinstance(self.unit, timedelta):
                return moment + sign * self.number * self.unit
            month = moment.year * 12 + moment.month - 1 + sign * self.number * self.unit
            return moment.replace(year=month // 12, month=month % 12 + 1, day=min(moment.day, 28))
        except (OverflowError, ValueError):
            return datetime.max if sign > 0 else datetime.min


def _fixed(moment: datetime, _now: datetime) -> datetime:
    return moment


def parse_projection(column: str, parameters: Mapping[str, str]) -> Projection:
    """Read the properties `projection.<column>.*` of a table.

    Raises:
        ProjectionError: A property is missing or invalid.
    """
    return _Properties(column, parameters).projection()


class _Properties:
    def __init__(self, column: str, parameters: Mapping[str, str]) -> None:
        self._column = column
        self._parameters = parameters

    def projection(self) -> Projection:
        kinds = {
            "enum": self._enum,
            "integer": self._integer,
            "date": self._date,
            "injected": self._injected,
        }
        kind = self._text("type", "write enum, integer, date or injected").lower()
        if kind not in kinds:
            raise self._error("type", f"is {kind}; write enum, integer, date or injected")
        return kinds[kind]()

    def _injected(self) -> Projection:
        return ANY_VALUE

    def _enum(self) -> Projection:
        return EnumProjection(frozenset(self._text("values", "write a,b,c").split(",")))

    def _integer(self) -> Projection:
        first, last = self._pair("range", "write two integers such as 0,23")
        try:
            bounds = int(first), int(last)
        except ValueError:
            raise self._error("range", "write two integers such as 0,23") from None
        return IntegerProjection(*bounds, self._number("interval", 1), self._number("digits", 0))

    def _date(self) -> Projection:
        text = self._text("format", "write a format such as yyyy-MM-dd")
        try:
            pattern = DatePattern(text)
        except ValueError as error:
            raise self._error("format", f"{text!r} {error}") from None
        first, last = (
            self._bound(pattern, end)
            for end in self._pair("range", "write two dates such as 2024-01-31,NOW")
        )
        return DateProjection(pattern, first, last, self._interval(pattern))

    def _interval(self, pattern: DatePattern) -> DateInterval:
        # Athena demands both for a format that shows more than the day.
        default = {"year": "YEARS", "month": "MONTHS", "day": "DAYS"}.get(pattern.smallest)
        unit = self._parameters.get(self._key("interval.unit"), default)
        if unit is None or unit.upper() not in _UNITS:
            raise self._error("interval.unit", f"write one of {', '.join(_UNITS)}")
        return DateInterval(self._number("interval", 1), _UNITS[unit.upper()])

    def _bound(self, pattern: DatePattern, text: str) -> DateBound:
        relative = _RELATIVE.fullmatch(text.upper())
        if relative is not None:
            sign, number, unit = relative.groups(default="")
            unit = unit if unit in _UNITS else f"{unit}S"
            if not sign:
                return partial(DateInterval(0, _UNITS["DAYS"]).added_to, sign=1)
            if unit in _UNITS:
                interval = DateInterval(int(number), _UNITS[unit])
                return partial(interval.added_to, sign=-1 if sign == "-" else 1)
        moment = pattern.parse(text)
        if moment is None:
            problem = f"{text!r} has not the form of the format; or write NOW or NOW-30DAYS"
            raise self._error("range", problem)
        return partial(_fixed, moment)

    def _pair(self, name: str, advice: str) -> tuple[str, str]:
        first, comma, last = self._text(name, advice).partition(",")
        if not comma or "," in last:
            raise self._error(name, advice)
        return first.strip(), last.strip()

    def _number(self, name: str, default: int) -> int:
        text = self._parameters.get(self._key(name), str(default))
        if not text.strip().isdecimal() or int(text) < default:
            raise self._error(name, f"is {text!r}; write a number from {default}")
        return int(text)

    def _text(self, name: str, advice: str) -> str:
        text = self._parameters.get(self._key(name))
        if not text:
            raise self._error(name, f"is missing; {advice}")
        return text

    def _key(self, name: str) -> str:
        return f"projection.{self._column}.{name}"

    def _error(self, name: str, problem: str) -> ProjectionError:
        return ProjectionError(self._key(name), problem)
