"""What is known of an expression of the query as far as it is about time.

Knows one expression; what follows from a condition is decided in `time_ranges`.
"""

import re
from collections.abc import Callable
from dataclasses import replace
from fractions import Fraction
from typing import Any, Final

from sqlglot import exp

from data_hist.pruning.time_range import Anchor, Base
from data_hist.sql_guard.time_functions import FUNCTIONS, NOW, Known, Work, cast, later_by
from data_hist.sql_guard.time_values import (
    Shape,
    Value,
    duration,
    number_value,
    text_value,
)

Resolve = Callable[[exp.Column | exp.Placeholder], Value | None]

_WHOLE: Final = re.compile(r"-?[0-9]{1,9}", re.ASCII)
_DEEPEST: Final = 25


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
    work = FUNCTIONS.get(node.name.lower()) if is_call else _OPERATIONS.get(type(node))
    if work is None:
        return None
    operands = [value(operand, resolve, depth + 1) for operand in _operands(node)]
    found = work(node, operands)
    return found if found and found.is_small else None


def _operands(node: exp.Expr) -> list[exp.Expr]:
    if isinstance(node, exp.Anonymous):
        return list(node.expressions)
    return [child for child in (node.args.get("this"), node.args.get("expression")) if child]


def _literal(node: exp.Literal) -> Value | None:
    return text_value(node.name) if node.is_string else number_value(node.name)


def _clock(node: exp.Expr) -> Value | None:
    # A number in brackets is the precision.
    return None if node.args.get("this") else NOW


def _today(_node: exp.Expr) -> Value | None:
    return Value(Shape.DATE, Fraction(0), Fraction(0), Anchor(Base.TODAY), Fraction(1))


def _interval(node: exp.Interval) -> Value | None:
    unit = node.args.get("unit")
    count = node.this.this if isinstance(node.this, exp.Neg) else node.this
    if not isinstance(unit, exp.Var) or not isinstance(count, exp.Literal):
        return None
    if not _WHOLE.fullmatch(count.name):
        return None
    found = duration(unit.name, int(count.name))
    return found.times(-1) if found and isinstance(node.this, exp.Neg) else found


def _same(_node: exp.Expr, operands: Known) -> Value | None:
    return operands[0]


def _negated(_node: exp.Expr, operands: Known) -> Value | None:
    (only,) = operands
    return only.times(-1) if only and only.shape in (Shape.NUMBER, Shape.DURATION) else None


def _sum(_node: exp.Expr, operands: Known) -> Value | None:
    left, right = operands
    if left is None or right is None:
        return None
    if left.shape is Shape.DURATION:
        left, right = right, left
    if left.shape in (Shape.MOMENT, Shape.DATE) and right.shape is Shape.DURATION:
        return later_by(left, right)
    alike = left.shape is right.shape is Shape.NUMBER
    if not alike or (left.unknown and right.unknown):
        return None
    found = left.moved(right.low, right.high)
    if right.unknown:
        return replace(found, unknown=right.unknown, scale=right.scale)
    return found


def _difference(node: exp.Expr, operands: Known) -> Value | None:
    left, right = operands
    return _sum(node, [left, _negated(node, [right])])


def _product(_node: exp.Expr, operands: Known) -> Value | None:
    left, right = operands
    if left is None or right is None:
        return None
    if left.constant is not None:
        left, right = right, left
    factor = right.constant
    if factor is None or (left.months and factor.denominator != 1):
        return None
    return left.times(factor) if left.shape in (Shape.NUMBER, Shape.DURATION) else None


def _quotient(_node: exp.Expr, operands: Known) -> Value | None:
    left, right = operands
    divisor = right.constant if right else None
    if left is None or left.shape is not Shape.NUMBER or not divisor:
        return None
    # Of whole numbers the quotient is cut towards zero; columns and the clock are positive.
    below_zero = left.scale < 0 or divisor < 0 or (left.unknown is None and left.low < 0)
    return left.times(1 / divisor).moved(-1, 1 if below_zero else 0)


_LEAVES: Final[dict[type[exp.Expr], Callable[[Any], Value | None]]] = {
    exp.CurrentDate: _today,
    exp.CurrentTimestamp: _clock,
    exp.Interval: _interval,
    exp.Literal: _literal,
    exp.Localtimestamp: _clock,
}
_OPERATIONS: Final[dict[type[exp.Expr], Work]] = {
    exp.Paren: _same,
    exp.Neg: _negated,
    exp.Add: _sum,
    exp.Sub: _difference,
    exp.Mul: _product,
    exp.Div: _quotient,
    exp.Cast: cast,
    exp.TryCast: cast,
}
