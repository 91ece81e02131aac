"""What a query says about time: values that depend on a column, on the clock, or on nothing.

Each is `scale` times one unknown (a time column, or the moment at which the engine starts) plus
something between `low` and `high`, so that rounding, as `date(...)` does, is a matter of these two.
Of whatever is not understood nothing is known, which is None. Knows no syntax trees.
"""

import re
from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import datetime
from enum import Enum, auto
from fractions import Fraction
from typing import Final

from data_hist.pruning.time_range import DAY_MS, Anchor, Base, later_by_months
from data_hist.sql_guard.parameter import Parameter

SECOND_MS: Final = 1_000
HOUR_MS: Final = 3_600_000

_UNITS_MS: Final = {
    "SECOND": SECOND_MS,
    "MINUTE": 60 * SECOND_MS,
    "HOUR": HOUR_MS,
    "DAY": DAY_MS,
    "WEEK": 7 * DAY_MS,
}
_UNITS_MONTHS: Final = {"MONTH": 1, "QUARTER": 3, "YEAR": 12}
_MOST_MONTHS: Final = 12_000
_FARTHEST_MS: Final = 50_000_000_000_000
_NUMBER: Final = re.compile(r"-?[0-9]{1,20}(?:\.[0-9]{0,20})?(?:[eE][+-]?[0-9]{1,2})?", re.ASCII)
_DATE: Final = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}", re.ASCII)
_MOMENT: Final = re.compile(
    r"([0-9]{4}-[0-9]{2}-[0-9]{2})(?:[ T]([0-9]{2}:[0-9]{2}(?::[0-9]{2})?)"
    r"(?:\.([0-9]{1,12}))?)?(?: ?(?:UTC|Z|\+00:00))?",
    re.ASCII,
)
# Arithmetic is exact, so that its cost has to have an end.
_MOST_BITS: Final = 160


class Shape(Enum):
    """What the engine takes a value for; only alike ones can be compared."""

    NUMBER = auto()
    DURATION = auto()
    MOMENT = auto()
    DATE = auto()
    DAY_TEXT = auto()


@dataclass(frozen=True)
class TimeColumn:
    """A column of a relation and what it tells of a record."""

    relation: str
    time: str


@dataclass(frozen=True)
class Value:
    """`scale` times the unknown plus `low` to `high`, and for durations some months.

    Moments and durations are in milliseconds. The unknown is a column, or the engine's clock.
    """

    shape: Shape
    low: Fraction
    high: Fraction
    unknown: TimeColumn | Anchor | None = None
    scale: Fraction = Fraction(0)
    months: int = 0

    def moved(self, low: int | Fraction, high: int | Fraction) -> "Value":
        """The value plus something between `low` and `high`."""
        return replace(self, low=self.low + low, high=self.high + high)

    def times(self, factor: Fraction | int) -> "Value":
        """The value multiplied."""
        ends = sorted((self.low * factor, self.high * factor))
        months = int(self.months * factor)
        return replace(self, low=ends[0], high=ends[1], scale=self.scale * factor, months=months)

    @property
    def is_small(self) -> bool:
        """Whether it may be calculated with further."""
        parts = (self.low, self.high, self.scale)
        return all(
            max(part.numerator.bit_length(), part.denominator.bit_length()) < _MOST_BITS
            for part in parts
        )

    @property
    def constant(self) -> Fraction | None:
        """The number that this is, if it is a certain one."""
        known = self.shape is Shape.NUMBER and self.unknown is None and self.low == self.high
        return self.low if known else None


_TEXT_TYPES: Final = frozenset({"varchar", "char"})
_NUMBER_TYPES: Final = frozenset({"tinyint", "smallint", "integer", "int", "bigint", "double"})
_MOMENT_TYPES: Final = frozenset({"timestamp", "timestamp with time zone"})


def parameter_value(parameter: Parameter) -> Value | None:
    """What is known of the literal of a parameter."""
    if isinstance(parameter, str):
        return text_value(parameter)
    if isinstance(parameter, Mapping):
        return _typed(str(parameter["type"]).lower(), str(parameter["value"]))
    is_number = isinstance(parameter, int | float) and not isinstance(parameter, bool)
    return number_value(repr(parameter)) if is_number else None


def _typed(type_name: str, text: str) -> Value | None:
    if type_name in _MOMENT_TYPES or type_name == "date":
        moment = moment_ms(text)
        shape = Shape.MOMENT if type_name in _MOMENT_TYPES else Shape.DATE
        return None if moment is None else exactly(shape, moment)
    if type_name in _NUMBER_TYPES:
        return number_value(text)
    return text_value(text) if type_name in _TEXT_TYPES else None


def day_text(relation: str, time: str) -> Value:
    """The text of the day in which an unknown lies."""
    return Value(
        Shape.DAY_TEXT, Fraction(-DAY_MS), Fraction(0), TimeColumn(relation, time), Fraction(1)
    )


def milliseconds(relation: str, time: str) -> Value:
    """An unknown as the number of its milliseconds."""
    return Value(Shape.NUMBER, Fraction(0), Fraction(0), TimeColumn(relation, time), Fraction(1))


def exactly(shape: Shape, amount: Fraction | int) -> Value:
    """A value that depends on nothing."""
    return Value(shape, Fraction(amount), Fraction(amount))


def text_value(text: str) -> Value | None:
    """A text that is a day."""
    day = moment_ms(text) if _DATE.fullmatch(text) else None
    return None if day is None else exactly(Shape.DAY_TEXT, day)


def number_value(text: str) -> Value | None:
    """A number."""
    return exactly(Shape.NUMBER, Fraction(text)) if _NUMBER.fullmatch(text) else None


def moment_ms(text: str) -> int | None:
    """The milliseconds of a moment in UTC, which is the zone of Athena's sessions."""
    match = _MOMENT.fullmatch(text)
    if match is None:
        return None
    try:
        whole = datetime.fromisoformat(f"{match[1]}T{match[2] or '00:00'}+00:00")
    except ValueError:
        return None
    return int(whole.timestamp()) * SECOND_MS + int((match[3] or "0").ljust(3, "0")[:3])


def duration(unit: str, count: int) -> Value | None:
    """Some units of time."""
    if unit.upper() in _UNITS_MS:
        return exactly(Shape.DURATION, _UNITS_MS[unit.upper()] * count)
    months = _UNITS_MONTHS.get(unit.upper(), 0) * count
    return replace(exactly(Shape.DURATION, 0), months=months) if months else None


def later(moment: Value, months: int) -> Value | None:
    """A moment some months of the calendar later, if that of all records is the same."""
    if not months:
        return moment
    if abs(months) > _MOST_MONTHS or moment.low != moment.high:
        return None
    if moment.unknown is None:
        if abs(moment.low) > _FARTHEST_MS:
            return None
        return exactly(moment.shape, later_by_months(int(moment.low), months))
    if isinstance(moment.unknown, Anchor) and moment.scale == 1:
        anchor = moment.unknown._replace(months=moment.unknown.months + months)
        return replace(moment, unknown=anchor)
    return None


def start_of_day(found: Value) -> Value:
    """The day in UTC in which a moment lies; a day is its own."""
    if found.shape is not Shape.MOMENT:
        return found
    exact = found.low == found.high
    if exact and found.unknown is None:
        return found.moved(-(found.low % DAY_MS), -(found.low % DAY_MS))
    if exact and isinstance(found.unknown, Anchor) and found.scale == 1 and not found.low % DAY_MS:
        return replace(found, unknown=found.unknown._replace(base=Base.TODAY))
    return found.moved(-DAY_MS, 0)
