"""Evaluate SQL functions and casts of times on time values.

Each function takes the arguments of a call and returns what is known of its result.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from fractions import Fraction
from typing import Final, NamedTuple, TypeAlias

from data_hist.pruning.time_range import DAY_MS, Anchor, Base
from data_hist.pruning.time_values import (
    NOW,
    SECOND_MS,
    Shape,
    Value,
    add_duration,
    duration,
    exactly,
    parse_moment_ms,
)

_DAY_FORMAT: Final = "%Y-%m-%d"
_MAX_MONTH_DAYS: Final = 31


class Argument(NamedTuple):
    """An argument of a call: what is known of it, and its text if it is a constant one."""

    value: Value | None
    text: str | None = None


TimeFunction: TypeAlias = Callable[[Sequence[Argument]], Value | None]


def _round(arguments: Sequence[Argument]) -> Value | None:
    only = _only(arguments, Shape.NUMBER)
    return only.plus(-1, 1) if only else None


def _only(arguments: Sequence[Argument], *shapes: Shape) -> Value | None:
    """Return the value of the one argument, if it is of one of the shapes."""
    only = arguments[0].value if len(arguments) == 1 else None
    return only if only and only.shape in shapes else None


def _to_moment(arguments: Sequence[Argument]) -> Value | None:
    if len(arguments) == 1 and (text := arguments[0].text) is not None:
        moment = parse_moment_ms(text)
        return None if moment is None else exactly(Shape.MOMENT, moment)
    found = _only(arguments, Shape.MOMENT, Shape.DATE, Shape.DAY_TEXT, Shape.ISO_TEXT)
    return replace(found, shape=Shape.MOMENT) if found else None


def _to_date(arguments: Sequence[Argument]) -> Value | None:
    found = _only(arguments, Shape.MOMENT, Shape.DATE, Shape.DAY_TEXT)
    return replace(_start_of_day(found), shape=Shape.DATE) if found else None


def _to_varchar(arguments: Sequence[Argument]) -> Value | None:
    found = _only(arguments, Shape.DATE)
    return replace(found, shape=Shape.DAY_TEXT) if found else None


def _from_unixtime(arguments: Sequence[Argument]) -> Value | None:
    only = _only(arguments, Shape.NUMBER)
    return replace(only.times(SECOND_MS), shape=Shape.MOMENT) if only else None


def _to_unixtime(arguments: Sequence[Argument]) -> Value | None:
    only = _only(arguments, Shape.MOMENT, Shape.DATE)
    return replace(only.times(Fraction(1, SECOND_MS)), shape=Shape.NUMBER) if only else None


def _now(arguments: Sequence[Argument]) -> Value | None:
    return None if arguments else NOW


def _date_add(arguments: Sequence[Argument]) -> Value | None:
    if len(arguments) != 3:
        return None
    unit, amount, moment = arguments
    count = amount.value.constant if amount.value else None
    if unit.text is None or count is None or count.denominator != 1:
        return None
    return add_duration(moment.value, duration(unit.text, int(count)))


def _date_trunc(arguments: Sequence[Argument]) -> Value | None:
    if len(arguments) != 2:
        return None
    name, moment = arguments[0].text, arguments[1].value
    unit = duration(name, 1) if name is not None else None
    if unit is None or moment is None or moment.shape not in (Shape.MOMENT, Shape.DATE):
        return None
    if unit.low == DAY_MS:
        return _start_of_day(moment)
    return moment.plus(-unit.low - unit.months * _MAX_MONTH_DAYS * DAY_MS, 0)


def _date_format(arguments: Sequence[Argument]) -> Value | None:
    found = _formatted(arguments, Shape.MOMENT, Shape.DATE)
    return replace(_start_of_day(found), shape=Shape.DAY_TEXT) if found else None


def _date_parse(arguments: Sequence[Argument]) -> Value | None:
    found = _formatted(arguments, Shape.DAY_TEXT)
    return replace(found, shape=Shape.MOMENT) if found else None


def _formatted(arguments: Sequence[Argument], *shapes: Shape) -> Value | None:
    """Return the first argument, if the second one is the format of the day column."""
    if len(arguments) != 2 or arguments[1].text != _DAY_FORMAT:
        return None
    return _only(arguments[:1], *shapes)


def _start_of_day(found: Value) -> Value:
    """Return the day in UTC of a moment; a day stays what it is."""
    if found.shape is not Shape.MOMENT:
        return found
    exact = found.low == found.high
    if exact and found.unknown is None:
        return found.plus(-(found.low % DAY_MS), -(found.low % DAY_MS))
    if exact and isinstance(found.unknown, Anchor) and found.scale == 1 and not found.low % DAY_MS:
        return replace(found, unknown=found.unknown._replace(base=Base.TODAY))
    return found.plus(-DAY_MS, 0)


FUNCTIONS: Final[Mapping[str, TimeFunction]] = {
    "ceil": _round,
    "ceiling": _round,
    "date": _to_date,
    "date_add": _date_add,
    "date_format": _date_format,
    "date_parse": _date_parse,
    "date_trunc": _date_trunc,
    "floor": _round,
    "from_iso8601_timestamp": _to_moment,
    "from_unixtime": _from_unixtime,
    "now": _now,
    "round": _round,
    "to_unixtime": _to_unixtime,
}
CASTS: Final[Mapping[str, TimeFunction]] = {
    "bigint": _round,
    "date": _to_date,
    "double": _round,
    "timestamp": _to_moment,
    "timestamp with time zone": _to_moment,
    "varchar": _to_varchar,
}
