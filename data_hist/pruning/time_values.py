"""Arithmetic on time values: constants, or values that depend on a time column or on the clock.

A value that is not understood is None, and so is every result that needs it.
"""

import math
import re
from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import datetime
from enum import Enum, auto
from fractions import Fraction
from typing import Final

from data_hist.catalog.tables import TimeColumn
from data_hist.pruning.time_range import (
    DAY_MS,
    FIXED,
    HOUR_MS,
    Anchor,
    Base,
    TimeBounds,
    TimeRange,
    add_months,
)

SECOND_MS: Final = 1_000

_UNITS_MS: Final = {
    "SECOND": SECOND_MS,
    "MINUTE": 60 * SECOND_MS,
    "HOUR": HOUR_MS,
    "DAY": DAY_MS,
    "WEEK": 7 * DAY_MS,
}
_UNITS_MONTHS: Final = {"MONTH": 1, "QUARTER": 3, "YEAR": 12}
_MAX_MONTHS: Final = 12_000
_MAX_CALENDAR_MS: Final = 50_000_000_000_000
# The end of the year 9999, after which a day has no text of ten characters.
_MAX_BOUND_MS: Final = 253_402_300_799_999
_NUMBER: Final = re.compile(r"-?[0-9]{1,20}(?:\.[0-9]{0,20})?(?:[eE][+-]?[0-9]{1,2})?", re.ASCII)
_DATE: Final = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}", re.ASCII)
_MOMENT: Final = re.compile(
    r"([0-9]{4}-[0-9]{2}-[0-9]{2})(?:[ T]([0-9]{2}:[0-9]{2}(?::[0-9]{2})?)"
    r"(?:\.([0-9]{1,12}))?)?(?: ?(?:UTC|Z|\+00:00))?",
    re.ASCII,
)
_ISO_MOMENT: Final = re.compile(r"[0-9-]{10}T[0-9:.]{5,}Z?", re.ASCII)
# Arithmetic is exact, so its numbers could grow without end.
_MAX_BITS: Final = 160


class Shape(Enum):
    """The type that the engine gives a value; only values of like types can be compared."""

    NUMBER = auto()
    DURATION = auto()
    MOMENT = auto()
    DATE = auto()
    DAY_TEXT = auto()
    ISO_TEXT = auto()


@dataclass(frozen=True)
class TimeOfRecord:
    """The moment that a time column of a relation tells."""

    relation: str
    column: TimeColumn


@dataclass(frozen=True)
class Value:
    """`scale` times an unknown, plus something from `low` to `high`; for durations also months.

    Moments and durations are in milliseconds. The unknown is a time column or the engine's clock.
    Rounding, as `date(...)` does, widens `low` to `high`.
    """

    shape: Shape
    low: Fraction
    high: Fraction
    unknown: TimeOfRecord | Anchor | None = None
    scale: Fraction = Fraction(0)
    months: int = 0

    def plus(self, low: int | Fraction, high: int | Fraction) -> "Value":
        """Add something from `low` to `high`."""
        return replace(self, low=self.low + low, high=self.high + high)

    def times(self, factor: Fraction | int) -> "Value":
        """Multiply by a constant."""
        ends = sorted((self.low * factor, self.high * factor))
        months = int(self.months * factor)
        return replace(self, low=ends[0], high=ends[1], scale=self.scale * factor, months=months)

    @property
    def is_small(self) -> bool:
        """Whether its numbers are small enough to calculate with."""
        parts = (self.low, self.high, self.scale)
        return all(
            max(part.numerator.bit_length(), part.denominator.bit_length()) < _MAX_BITS
            for part in parts
        )

    @property
    def constant(self) -> Fraction | None:
        """Return the number if the value is an exact constant."""
        known = self.shape is Shape.NUMBER and self.unknown is None and self.low == self.high
        return self.low if known else None


_COMPARABLE: Final = ({Shape.MOMENT, Shape.DATE}, {Shape.DAY_TEXT, Shape.ISO_TEXT})
_SHAPES: Final = {
    "day": Shape.DAY_TEXT,
    "iso8601": Shape.ISO_TEXT,
    "timestamp": Shape.MOMENT,
}
_IN_MILLISECOND: Final = {
    "s": Fraction(1, SECOND_MS),
    "us": Fraction(1_000),
    "ns": Fraction(1_000_000),
}
NOW: Final = Value(Shape.MOMENT, Fraction(0), Fraction(0), Anchor(Base.START), Fraction(1))
CURRENT_DATE: Final = Value(Shape.DATE, Fraction(0), Fraction(0), Anchor(Base.TODAY), Fraction(1))


def column_value(relation: str, time: TimeColumn) -> Value:
    """Return the value of a time column of a relation."""
    shape = _SHAPES.get(time.unit, Shape.NUMBER)
    low = Fraction(-DAY_MS if shape is Shape.DAY_TEXT else 0)
    scale = _IN_MILLISECOND.get(time.unit, Fraction(1))
    return Value(shape, low, Fraction(0), TimeOfRecord(relation, time), scale)


def exactly(shape: Shape, amount: Fraction | int) -> Value:
    """Return a constant value."""
    return Value(shape, Fraction(amount), Fraction(amount))


def parse_time_text(text: str) -> Value | None:
    """Parse the text of a day, or the text of a moment such as `2026-11-20T10:00:00Z`.

    A shorter text, such as `2026-11-20T10:00`, sorts before all moments that begin with it.
    """
    shape = Shape.DAY_TEXT if _DATE.fullmatch(text) else Shape.ISO_TEXT
    is_known = shape is Shape.DAY_TEXT or _ISO_MOMENT.fullmatch(text)
    moment = parse_moment_ms(text) if is_known else None
    return None if moment is None else exactly(shape, moment)


def parse_number(text: str) -> Value | None:
    """Parse a number."""
    return exactly(Shape.NUMBER, Fraction(text)) if _NUMBER.fullmatch(text) else None


def parse_moment_ms(text: str) -> int | None:
    """Parse a moment in UTC, which is the zone of Athena's sessions, to milliseconds."""
    match = _MOMENT.fullmatch(text)
    if match is None:
        return None
    try:
        whole = datetime.fromisoformat(f"{match[1]}T{match[2] or '00:00'}+00:00")
    except ValueError:
        return None
    return int(whole.timestamp()) * SECOND_MS + int((match[3] or "0").ljust(3, "0")[:3])


def duration(unit: str, count: int) -> Value | None:
    """Return a number of units of time, such as `DAY`."""
    if unit.upper() in _UNITS_MS:
        return exactly(Shape.DURATION, _UNITS_MS[unit.upper()] * count)
    months = _UNITS_MONTHS.get(unit.upper(), 0) * count
    return replace(exactly(Shape.DURATION, 0), months=months) if months else None


def negate(value: Value | None) -> Value | None:
    """Return the negative of a number or a duration."""
    is_signed = value is not None and value.shape in (Shape.NUMBER, Shape.DURATION)
    return value.times(-1) if value and is_signed else None


def add(left: Value | None, right: Value | None) -> Value | None:
    """Add two numbers, or a duration to a moment or a day."""
    if left is None or right is None:
        return None
    if left.shape is Shape.DURATION:
        left, right = right, left
    if left.shape in (Shape.MOMENT, Shape.DATE) and right.shape is Shape.DURATION:
        return add_duration(left, right)
    alike = left.shape is right.shape is Shape.NUMBER
    if not alike or (left.unknown and right.unknown):
        return None
    total = left.plus(right.low, right.high)
    if right.unknown:
        return replace(total, unknown=right.unknown, scale=right.scale)
    return total


def subtract(left: Value | None, right: Value | None) -> Value | None:
    """Subtract two numbers, or a duration from a moment or a day."""
    return add(left, negate(right))


def multiply(left: Value | None, right: Value | None) -> Value | None:
    """Multiply a number or a duration by a constant."""
    if left is None or right is None:
        return None
    if left.constant is not None:
        left, right = right, left
    factor = right.constant
    if factor is None or (left.months and factor.denominator != 1):
        return None
    return left.times(factor) if left.shape in (Shape.NUMBER, Shape.DURATION) else None


def divide(left: Value | None, right: Value | None) -> Value | None:
    """Divide a number by a constant."""
    divisor = right.constant if right else None
    if left is None or left.shape is not Shape.NUMBER or not divisor:
        return None
    # The quotient of integers is cut towards zero; columns and the clock are positive.
    below_zero = left.scale < 0 or divisor < 0 or (left.unknown is None and left.low < 0)
    return left.times(1 / divisor).plus(-1, 1 if below_zero else 0)


def add_duration(moment: Value | None, length: Value | None) -> Value | None:
    """Add a duration to a moment or a day."""
    if moment is None or length is None or moment.shape not in (Shape.MOMENT, Shape.DATE):
        return None
    return _add_months(moment.plus(length.low, length.high), length.months)


def _add_months(moment: Value, months: int) -> Value | None:
    if not months:
        return moment
    if abs(months) > _MAX_MONTHS or moment.low != moment.high:
        return None
    if moment.unknown is None:
        if abs(moment.low) > _MAX_CALENDAR_MS:
            return None
        return exactly(moment.shape, add_months(int(moment.low), months))
    if isinstance(moment.unknown, Anchor) and moment.scale == 1:
        anchor = moment.unknown._replace(months=moment.unknown.months + months)
        return replace(moment, unknown=anchor)
    return None


def lower_bound(column: Value, bound: Value) -> Mapping[str, TimeBounds]:
    """Return the bounds of a relation's records that follow from `column >= bound`."""
    end = _end(column, bound, bound.low - column.high)
    if end is None or not isinstance(column.unknown, TimeOfRecord):
        return {}
    return {column.unknown.relation: {_anchor(bound): TimeRange(low=math.floor(end))}}


def upper_bound(column: Value, bound: Value) -> Mapping[str, TimeBounds]:
    """Return the bounds of a relation's records that follow from `column <= bound`.

    A bound on a time implies nothing if nobody knows how long after it a record may arrive.
    """
    end = _end(column, bound, bound.high - column.low)
    if end is None or not isinstance(column.unknown, TimeOfRecord):
        return {}
    delay_ms = column.unknown.column.greatest_delay_ms
    if delay_ms is None:
        return {}
    high = math.ceil(end) + delay_ms
    return {column.unknown.relation: {_anchor(bound): TimeRange(high=high)}}


def _end(column: Value, bound: Value, difference: Fraction) -> Fraction | None:
    """Return the bound of the column itself, if it grows with its expression."""
    if column.scale <= 0 or not _are_comparable(column, bound):
        return None
    if isinstance(bound.unknown, TimeOfRecord):
        return None  # not the same for all rows
    if bound.unknown and bound.scale != column.scale:
        return None
    end = difference / column.scale
    return end if abs(end) <= _MAX_BOUND_MS else None


def _anchor(bound: Value) -> Anchor:
    return bound.unknown if isinstance(bound.unknown, Anchor) else FIXED


def _are_comparable(first: Value, second: Value) -> bool:
    shapes = {first.shape, second.shape}
    return len(shapes) == 1 or shapes in _COMPARABLE
