"""What an expression of the query says about time, as far as it can be worked out beforehand.

Each value is `scale` times one unknown (a time column, or the moment at which the engine starts)
plus something between `low` and `high`, so that rounding, as `date(...)` does, is a matter of these
two. Of whatever is not understood here nothing is known, which is None. Knows one expression; what
follows from a condition is decided in `time_ranges`.
"""

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from datetime import datetime
from enum import Enum, auto
from fractions import Fraction
from typing import Any, Final

from sqlglot import exp

from data_hist.guard.parameter import Parameter
from data_hist.time_range import DAY_MS, Anchor, Base, later_by_months

SECOND_MS: Final = 1_000
HOUR_MS: Final = 3_600_000

_DAY_FORMAT: Final = "%Y-%m-%d"
_UNITS_MS: Final = {
    "SECOND": SECOND_MS,
    "MINUTE": 60 * SECOND_MS,
    "HOUR": HOUR_MS,
    "DAY": DAY_MS,
    "WEEK": 7 * DAY_MS,
}
_UNITS_MONTHS: Final = {"MONTH": 1, "QUARTER": 3, "YEAR": 12}
_LONGEST_MONTH_DAYS: Final = 31
_MOST_MONTHS: Final = 12_000
_NUMBER: Final = re.compile(r"-?[0-9]{1,20}(?:\.[0-9]{0,20})?(?:[eE][+-]?[0-9]{1,2})?", re.ASCII)
_WHOLE: Final = re.compile(r"-?[0-9]{1,9}", re.ASCII)
_DATE: Final = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}", re.ASCII)
_MOMENT: Final = re.compile(
    r"([0-9]{4}-[0-9]{2}-[0-9]{2})(?:[ T]([0-9]{2}:[0-9]{2}(?::[0-9]{2})?)"
    r"(?:\.([0-9]{1,12}))?)?(?: ?(?:UTC|Z|\+00:00))?",
    re.ASCII,
)
# Arithmetic is exact, so that its cost has to have an end.
_MOST_BITS: Final = 160
_DEEPEST: Final = 25


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
    def constant(self) -> Fraction | None:
        """The number that this is, if it is a certain one."""
        known = self.shape is Shape.NUMBER and self.unknown is None and self.low == self.high
        return self.low if known else None


_TEXT_TYPES: Final = frozenset({"varchar", "char"})
_NUMBER_TYPES: Final = frozenset({"tinyint", "smallint", "integer", "int", "bigint", "double"})
_MOMENT_TYPES: Final = frozenset({"timestamp", "timestamp with time zone"})
_NOW: Final = Value(Shape.MOMENT, Fraction(0), Fraction(0), Anchor(Base.START), Fraction(1))
Resolve = Callable[[exp.Column | exp.Placeholder], Value | None]


def value(node: exp.Expr | None, resolve: Resolve, depth: int = 0) -> Value | None:
    """What is known of an expression; `resolve` gives those of columns and `?`."""
    if node is None or depth > _DEEPEST:
        return None
    if isinstance(node, exp.Column | exp.Placeholder):
        return resolve(node)
    leaf = _LEAVES.get(type(node))
    return leaf(node) if leaf else _computed(node, resolve, depth)


def _computed(node: exp.Expr, resolve: Resolve, depth: int) -> Value | None:
    is_call = isinstance(node, exp.Anonymous)
    work = _CALLS.get(node.name.lower()) if is_call else _OPERATIONS.get(type(node))
    if work is None:
        return None
    operands = [value(operand, resolve, depth + 1) for operand in _operands(node)]
    found = work(node, operands)
    return found if found and _is_small(found) else None


def parameter_value(parameter: Parameter) -> Value | None:
    """What is known of the literal of a parameter."""
    if isinstance(parameter, str):
        return _text(parameter)
    if isinstance(parameter, Mapping):
        return _typed(str(parameter["type"]).lower(), str(parameter["value"]))
    is_number = isinstance(parameter, int | float) and not isinstance(parameter, bool)
    return _number(repr(parameter)) if is_number else None


def _typed(type_name: str, text: str) -> Value | None:
    if type_name in _MOMENT_TYPES or type_name == "date":
        moment = _moment(text)
        shape = Shape.MOMENT if type_name in _MOMENT_TYPES else Shape.DATE
        return None if moment is None else _exactly(shape, moment)
    if type_name in _NUMBER_TYPES:
        return _number(text)
    return _text(text) if type_name in _TEXT_TYPES else None


def day_text(relation: str, time: str) -> Value:
    """The text of the day in which an unknown lies."""
    return Value(
        Shape.DAY_TEXT, Fraction(-DAY_MS), Fraction(0), TimeColumn(relation, time), Fraction(1)
    )


def milliseconds(relation: str, time: str) -> Value:
    """An unknown as the number of its milliseconds."""
    return Value(Shape.NUMBER, Fraction(0), Fraction(0), TimeColumn(relation, time), Fraction(1))


def _operands(node: exp.Expr) -> list[exp.Expr]:
    if isinstance(node, exp.Anonymous):
        return list(node.expressions)
    return [child for child in (node.args.get("this"), node.args.get("expression")) if child]


def _is_small(found: Value) -> bool:
    parts = (found.low, found.high, found.scale)
    return all(
        max(part.numerator.bit_length(), part.denominator.bit_length()) < _MOST_BITS
        for part in parts
    )


def _exactly(shape: Shape, amount: Fraction | int) -> Value:
    return Value(shape, Fraction(amount), Fraction(amount))


def _literal(node: exp.Literal) -> Value | None:
    return _text(node.name) if node.is_string else _number(node.name)


def _text(text: str) -> Value | None:
    day = _moment(text) if _DATE.fullmatch(text) else None
    return None if day is None else _exactly(Shape.DAY_TEXT, day)


def _number(text: str) -> Value | None:
    return _exactly(Shape.NUMBER, Fraction(text)) if _NUMBER.fullmatch(text) else None


def _clock(node: exp.Expr) -> Value | None:
    # A number in brackets is the precision.
    return None if node.args.get("this") else _NOW


def _today(_node: exp.Expr) -> Value | None:
    return Value(Shape.DATE, Fraction(0), Fraction(0), Anchor(Base.TODAY), Fraction(1))


def _moment(text: str) -> int | None:
    """The milliseconds of a moment in UTC, which is the zone of Athena's sessions."""
    match = _MOMENT.fullmatch(text)
    if match is None:
        return None
    try:
        whole = datetime.fromisoformat(f"{match[1]}T{match[2] or '00:00'}+00:00")
    except ValueError:
        return None
    return int(whole.timestamp()) * SECOND_MS + int((match[3] or "0").ljust(3, "0")[:3])


def _interval(node: exp.Interval) -> Value | None:
    unit = node.args.get("unit")
    count = node.this.this if isinstance(node.this, exp.Neg) else node.this
    if not isinstance(unit, exp.Var) or not isinstance(count, exp.Literal):
        return None
    if not _WHOLE.fullmatch(count.name):
        return None
    found = _duration(unit.name, int(count.name))
    return found.times(-1) if found and isinstance(node.this, exp.Neg) else found


def _duration(unit: str, count: int) -> Value | None:
    if unit.upper() in _UNITS_MS:
        return _exactly(Shape.DURATION, _UNITS_MS[unit.upper()] * count)
    months = _UNITS_MONTHS.get(unit.upper(), 0) * count
    return replace(_exactly(Shape.DURATION, 0), months=months) if months else None


def _same(_node: exp.Expr, operands: list[Value | None]) -> Value | None:
    return operands[0]


def _negated(_node: exp.Expr, operands: list[Value | None]) -> Value | None:
    (only,) = operands
    return only.times(-1) if only and only.shape in (Shape.NUMBER, Shape.DURATION) else None


def _sum(_node: exp.Expr, operands: list[Value | None]) -> Value | None:
    left, right = operands
    if left is None or right is None:
        return None
    if left.shape is Shape.DURATION:
        left, right = right, left
    if left.shape in (Shape.MOMENT, Shape.DATE) and right.shape is Shape.DURATION:
        return _later(left.moved(right.low, right.high), right.months)
    alike = left.shape is right.shape is Shape.NUMBER
    if not alike or (left.unknown and right.unknown):
        return None
    found = left.moved(right.low, right.high)
    if right.unknown:
        return replace(found, unknown=right.unknown, scale=right.scale)
    return found


def _later(moment: Value, months: int) -> Value | None:
    """A moment some months of the calendar later, if that of all records is the same."""
    if not months:
        return moment
    if abs(months) > _MOST_MONTHS or moment.low != moment.high:
        return None
    if moment.unknown is None:
        return _exactly(moment.shape, later_by_months(int(moment.low), months))
    if isinstance(moment.unknown, Anchor) and moment.scale == 1:
        anchor = moment.unknown._replace(months=moment.unknown.months + months)
        return replace(moment, unknown=anchor)
    return None


def _difference(node: exp.Expr, operands: list[Value | None]) -> Value | None:
    left, right = operands
    return _sum(node, [left, _negated(node, [right])])


def _product(_node: exp.Expr, operands: list[Value | None]) -> Value | None:
    left, right = operands
    if left is None or right is None:
        return None
    if left.constant is not None:
        left, right = right, left
    factor = right.constant
    if factor is None or (left.months and factor.denominator != 1):
        return None
    return left.times(factor) if left.shape in (Shape.NUMBER, Shape.DURATION) else None


def _quotient(_node: exp.Expr, operands: list[Value | None]) -> Value | None:
    left, right = operands
    divisor = right.constant if right else None
    if left is None or left.shape is not Shape.NUMBER or not divisor:
        return None
    # Of whole numbers the quotient is cut towards zero; columns and the clock are positive.
    below_zero = left.scale < 0 or divisor < 0 or (left.unknown is None and left.low < 0)
    return left.times(1 / divisor).moved(-1, 1 if below_zero else 0)


def _rounded(_node: exp.Expr, operands: list[Value | None]) -> Value | None:
    only = operands[0] if len(operands) == 1 else None
    return only.moved(-1, 1) if only and only.shape is Shape.NUMBER else None


def _cast(node: exp.Expr, operands: list[Value | None]) -> Value | None:
    to = node.args["to"]
    if to.expressions:
        return None
    if to.this in (exp.DType.TIMESTAMP, exp.DType.TIMESTAMPTZ):
        return _to_moment(node.this, operands)
    if to.this is exp.DType.DATE:
        return _to_date(node, operands)
    found = operands[0]
    if to.this is exp.DType.VARCHAR and found and found.shape is Shape.DATE:
        return replace(found, shape=Shape.DAY_TEXT)
    return _rounded(node, operands) if to.this in (exp.DType.BIGINT, exp.DType.DOUBLE) else None


def _to_moment(text: exp.Expr, operands: list[Value | None]) -> Value | None:
    if isinstance(text, exp.Literal) and text.is_string:
        moment = _moment(text.name)
        return None if moment is None else _exactly(Shape.MOMENT, moment)
    found = operands[0]
    if found is None or found.shape in (Shape.NUMBER, Shape.DURATION):
        return None
    return replace(found, shape=Shape.MOMENT)


def _to_date(_node: exp.Expr, operands: list[Value | None]) -> Value | None:
    found = operands[0] if len(operands) == 1 else None
    if found is None or found.shape in (Shape.NUMBER, Shape.DURATION):
        return None
    return replace(_start_of_day(found), shape=Shape.DATE)


def _start_of_day(found: Value) -> Value:
    if found.shape is not Shape.MOMENT:
        return found
    exact = found.low == found.high
    if exact and found.unknown is None:
        return found.moved(-(found.low % DAY_MS), -(found.low % DAY_MS))
    if exact and isinstance(found.unknown, Anchor) and found.scale == 1 and not found.low % DAY_MS:
        return replace(found, unknown=found.unknown._replace(base=Base.TODAY))
    return found.moved(-DAY_MS, 0)


def _from_unixtime(_node: exp.Expr, operands: list[Value | None]) -> Value | None:
    only = operands[0] if len(operands) == 1 else None
    if only is None or only.shape is not Shape.NUMBER:
        return None
    return replace(only.times(SECOND_MS), shape=Shape.MOMENT)


def _to_unixtime(_node: exp.Expr, operands: list[Value | None]) -> Value | None:
    only = operands[0] if len(operands) == 1 else None
    if only is None or only.shape not in (Shape.MOMENT, Shape.DATE):
        return None
    return replace(only.times(Fraction(1, SECOND_MS)), shape=Shape.NUMBER)


def _now(_node: exp.Expr, operands: list[Value | None]) -> Value | None:
    return None if operands else _NOW


def _date_add(node: exp.Expr, operands: list[Value | None]) -> Value | None:
    if len(operands) != 3 or operands[1] is None:
        return None
    count = operands[1].constant
    if count is None or count.denominator != 1:
        return None
    return _sum(node, [operands[2], _duration(node.expressions[0].name, int(count))])


def _date_trunc(node: exp.Expr, operands: list[Value | None]) -> Value | None:
    if len(operands) != 2 or operands[1] is None:
        return None
    unit = _duration(node.expressions[0].name, 1)
    if unit is None or operands[1].shape not in (Shape.MOMENT, Shape.DATE):
        return None
    if unit.low == DAY_MS:
        return _start_of_day(operands[1])
    return operands[1].moved(-unit.low - unit.months * _LONGEST_MONTH_DAYS * DAY_MS, 0)


def _date_format(node: exp.Expr, operands: list[Value | None]) -> Value | None:
    if len(operands) != 2 or node.expressions[1].name != _DAY_FORMAT:
        return None
    found = operands[0]
    if found is None or found.shape not in (Shape.MOMENT, Shape.DATE):
        return None
    return replace(_start_of_day(found), shape=Shape.DAY_TEXT)


def _date_parse(node: exp.Expr, operands: list[Value | None]) -> Value | None:
    if len(operands) != 2 or node.expressions[1].name != _DAY_FORMAT:
        return None
    found = operands[0]
    return replace(found, shape=Shape.MOMENT) if found and found.shape is Shape.DAY_TEXT else None


def _from_iso8601(node: exp.Expr, operands: list[Value | None]) -> Value | None:
    return _to_moment(node.expressions[0], operands) if len(operands) == 1 else None


_Work = Callable[[exp.Expr, list[Value | None]], Value | None]
_LEAVES: Final[dict[type[exp.Expr], Callable[[Any], Value | None]]] = {
    exp.CurrentDate: _today,
    exp.CurrentTimestamp: _clock,
    exp.Interval: _interval,
    exp.Literal: _literal,
    exp.Localtimestamp: _clock,
}
_OPERATIONS: Final[dict[type[exp.Expr], _Work]] = {
    exp.Paren: _same,
    exp.Neg: _negated,
    exp.Add: _sum,
    exp.Sub: _difference,
    exp.Mul: _product,
    exp.Div: _quotient,
    exp.Cast: _cast,
    exp.TryCast: _cast,
}
_CALLS: Final[dict[str, _Work]] = {
    "ceil": _rounded,
    "ceiling": _rounded,
    "date": _to_date,
    "date_add": _date_add,
    "date_format": _date_format,
    "date_parse": _date_parse,
    "date_trunc": _date_trunc,
    "floor": _rounded,
    "from_iso8601_timestamp": _from_iso8601,
    "from_unixtime": _from_unixtime,
    "now": _now,
    "round": _rounded,
    "to_unixtime": _to_unixtime,
}
