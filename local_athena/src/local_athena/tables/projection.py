"""Partition projection: the values of a partition key, from the properties of the table.

https://docs.aws.amazon.com/athena/latest/ug/partition-projection-supported-types.html
"""

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import partial
from typing import Protocol

from local_athena.tables.dates import DateBound, DateInterval, DatePattern, DateProjection


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

    def values(self) -> Iterator[str] | None:
        """List the values in order; None if any value may occur."""
        ...


@dataclass(frozen=True)
class AnyValue:
    """Every value: an `injected` key, or a table without projection."""

    def contains(self, _value: str) -> bool:
        """Accept any value."""
        return True

    def values(self) -> None:
        """Tell that the values cannot be listed."""


ANY_VALUE = AnyValue()


@dataclass(frozen=True)
class InjectedProjection(AnyValue):
    """Whatever values the statement gives, by conditions of equality."""


@dataclass(frozen=True)
class EnumProjection:
    """A fixed set of values."""

    choices: frozenset[str]

    def contains(self, value: str) -> bool:
        """Whether the value is one of the set."""
        return value in self.choices

    def values(self) -> Iterator[str]:
        """List the values."""
        return iter(sorted(self.choices))


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
            and value == self._write(number)
        )

    def values(self) -> Iterator[str]:
        """List the numbers."""
        return map(self._write, range(self.first, self.last + 1, self.interval))

    def _write(self, number: int) -> str:
        return f"{number:0{self.digits}d}"


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
        return InjectedProjection()

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
