"""The functions and casts through which the guard follows a time.

Each is given the call and what is known of its arguments, and answers what is known of the result.
"""

from collections.abc import Callable
from dataclasses import replace
from fractions import Fraction
from typing import Final, TypeAlias

from sqlglot import exp

from data_hist.pruning.time_range import DAY_MS, Anchor, Base
from data_hist.sql_guard.time_values import (
    SECOND_MS,
    Shape,
    Value,
    duration,
    exactly,
    later,
    moment_ms,
    start_of_day,
)

Known: TypeAlias = list[Value | None]
Work: TypeAlias = Callable[[exp.Expr, Known], Value | None]

NOW: Final = Value(Shape.MOMENT, Fraction(0), Fraction(0), Anchor(Base.START), Fraction(1))

_DAY_FORMAT: Final = "%Y-%m-%d"
_LONGEST_MONTH_DAYS: Final = 31


def _rounded(_node: exp.Expr, operands: Known) -> Value | None:
    only = operands[0] if len(operands) == 1 else None
    return only.moved(-1, 1) if only and only.shape is Shape.NUMBER else None


def cast(node: exp.Expr, operands: Known) -> Value | None:
    """A value as another type."""
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


def _to_moment(text: exp.Expr, operands: Known) -> Value | None:
    if isinstance(text, exp.Literal) and text.is_string:
        moment = moment_ms(text.name)
        return None if moment is None else exactly(Shape.MOMENT, moment)
    found = operands[0]
    if found is None or found.shape in (Shape.NUMBER, Shape.DURATION):
        return None
    return replace(found, shape=Shape.MOMENT)


def _to_date(_node: exp.Expr, operands: Known) -> Value | None:
    found = operands[0] if len(operands) == 1 else None
    if found is None or found.shape in (Shape.NUMBER, Shape.DURATION):
        return None
    return replace(start_of_day(found), shape=Shape.DATE)


def _from_unixtime(_node: exp.Expr, operands: Known) -> Value | None:
    only = operands[0] if len(operands) == 1 else None
    if only is None or only.shape is not Shape.NUMBER:
        return None
    return replace(only.times(SECOND_MS), shape=Shape.MOMENT)


def _to_unixtime(_node: exp.Expr, operands: Known) -> Value | None:
    only = operands[0] if len(operands) == 1 else None
    if only is None or only.shape not in (Shape.MOMENT, Shape.DATE):
        return None
    return replace(only.times(Fraction(1, SECOND_MS)), shape=Shape.NUMBER)


def _now(_node: exp.Expr, operands: Known) -> Value | None:
    return None if operands else NOW


def later_by(moment: Value | None, span: Value | None) -> Value | None:
    """A moment or a day some time later."""
    if moment is None or span is None or moment.shape not in (Shape.MOMENT, Shape.DATE):
        return None
    return later(moment.moved(span.low, span.high), span.months)


def _date_add(node: exp.Expr, operands: Known) -> Value | None:
    if len(operands) != 3 or operands[1] is None:
        return None
    count = operands[1].constant
    if count is None or count.denominator != 1:
        return None
    return later_by(operands[2], duration(node.expressions[0].name, int(count)))


def _date_trunc(node: exp.Expr, operands: Known) -> Value | None:
    if len(operands) != 2 or operands[1] is None:
        return None
    unit = duration(node.expressions[0].name, 1)
    if unit is None or operands[1].shape not in (Shape.MOMENT, Shape.DATE):
        return None
    if unit.low == DAY_MS:
        return start_of_day(operands[1])
    return operands[1].moved(-unit.low - unit.months * _LONGEST_MONTH_DAYS * DAY_MS, 0)


def _date_format(node: exp.Expr, operands: Known) -> Value | None:
    if len(operands) != 2 or node.expressions[1].name != _DAY_FORMAT:
        return None
    found = operands[0]
    if found is None or found.shape not in (Shape.MOMENT, Shape.DATE):
        return None
    return replace(start_of_day(found), shape=Shape.DAY_TEXT)


def _date_parse(node: exp.Expr, operands: Known) -> Value | None:
    if len(operands) != 2 or node.expressions[1].name != _DAY_FORMAT:
        return None
    found = operands[0]
    return replace(found, shape=Shape.MOMENT) if found and found.shape is Shape.DAY_TEXT else None


def _from_iso8601(node: exp.Expr, operands: Known) -> Value | None:
    return _to_moment(node.expressions[0], operands) if len(operands) == 1 else None


FUNCTIONS: Final[dict[str, Work]] = {
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
