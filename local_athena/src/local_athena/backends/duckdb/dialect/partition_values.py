"""Values worked out from the names of folders: columns, literals, and what is built from them.

Only what every engine computes alike; of anything else nothing is known, which is None. Times are
in UTC, as Athena's sessions are.
"""

import re
from collections.abc import Callable, Mapping
from datetime import date, datetime, timedelta
from typing import Any, Final

from sqlglot import exp

Scalar = str | int | date | datetime
# A value, given the partition values known so far and the instant at which the statement starts.
Value = Callable[[Mapping[str, str], datetime], Scalar | None]
Resolve = Callable[[exp.Column], str | None]

_INTEGER_TYPES: Final = frozenset(
    {exp.DType.TINYINT, exp.DType.SMALLINT, exp.DType.INT, exp.DType.BIGINT}
)
_COLUMN: Final = ("table", "db", "catalog")
_ARGUMENTS: Final = (*_COLUMN, "is_string", "to", "safe", "start", "length", "unit", "format")
# Days beyond which the calendar ends before the sum is reached.
_FAR: Final = 700_000
_UNITS: Final = {"DAY": "days", "HOUR": "hours", "MINUTE": "minutes"}


def value(node: exp.Expr, resolve: Resolve) -> Value:
    """The expression as a function of the partition values known so far."""
    known = _KINDS.get(type(node)) if understood(node, *_ARGUMENTS) else None
    return known(node, resolve) if known else _unknown


def understood(node: exp.Expr, *more: str) -> bool:
    """Whether the node has its operands and nothing that would change what it means."""
    known = {"this", "expression", "expressions", *more}
    return all(name in known for name, found in node.args.items() if found)


def _unknown(values: Mapping[str, str], now: datetime) -> None:
    return None


def _column(node: exp.Column, resolve: Resolve) -> Value:
    column = resolve(node)
    return (lambda values, now: values.get(column)) if column else _unknown


def _literal(node: exp.Literal, resolve: Resolve) -> Value:
    constant = _constant(node)
    return lambda values, now: constant


def _clock(node: exp.CurrentDate | exp.CurrentTimestamp, resolve: Resolve) -> Value:
    if node.this:
        return _unknown
    if isinstance(node, exp.CurrentDate):
        return lambda values, now: now.date()
    return lambda values, now: now


def _constant(node: exp.Literal) -> Scalar | None:
    if node.is_string:
        return str(node.this)
    return int(node.this) if re.fullmatch("[0-9]{1,18}", node.this) else None


def _joined(node: exp.DPipe | exp.Concat, resolve: Resolve) -> Value:
    texts = node.flatten() if isinstance(node, exp.DPipe) else node.expressions
    parts = [value(text, resolve) for text in texts]

    def joined(values: Mapping[str, str], now: datetime) -> Scalar | None:
        texts = [text for part in parts if isinstance(text := part(values, now), str)]
        return "".join(texts) if len(texts) == len(parts) else None

    return joined


def _cast(node: exp.Cast | exp.TryCast | exp.Date, resolve: Resolve) -> Value:
    to = node.args.get("to")
    inner = value(node.this, resolve) if node.this else None
    if inner is None or node.expressions or node.args.get("format") or (to and to.expressions):
        return _unknown
    kind = to.this if to else exp.DType.DATE
    return lambda values, now: _converted(inner(values, now), kind)


def _converted(found: Scalar | None, kind: exp.DType) -> Scalar | None:
    """The value in another type, as far as the engines agree on how."""
    if kind == exp.DType.VARCHAR:
        if isinstance(found, datetime) or found is None:
            return None
        return str(found)
    if kind == exp.DType.DATE:
        return _to_date(found)
    if kind in _INTEGER_TYPES and isinstance(found, str) and re.fullmatch("[0-9]{1,2}", found):
        return int(found)
    return None


def _to_date(found: Scalar | None) -> date | None:
    if isinstance(found, datetime):
        return found.date()
    if isinstance(found, str) and re.fullmatch("[0-9]{4}-[0-9]{2}-[0-9]{2}", found):
        try:
            return date.fromisoformat(found)
        except ValueError:
            return None
    return found if isinstance(found, date) else None


def _substring(node: exp.Substring, resolve: Resolve) -> Value:
    inner = value(node.this, resolve)
    start, length = (
        _constant(part) if isinstance(part, exp.Literal) else None
        for part in (node.args.get("start"), node.args.get("length"))
    )
    if not isinstance(start, int) or not isinstance(length, int) or start < 1:
        return _unknown
    end = start - 1 + length

    def cut(values: Mapping[str, str], now: datetime) -> Scalar | None:
        text = inner(values, now)
        return text[start - 1 : end] if isinstance(text, str) else None

    return cut


def _moved(node: exp.Add | exp.Sub | exp.DateAdd, resolve: Resolve) -> Value:
    """A date or an instant plus or minus a constant time."""
    inner, span = value(node.this, resolve), _span(node)
    if span is None:
        return _unknown
    whole_days = not span.seconds

    def moved(values: Mapping[str, str], now: datetime) -> Scalar | None:
        found = inner(values, now)
        movable = isinstance(found, datetime) or (isinstance(found, date) and whole_days)
        return found + span if movable and isinstance(found, date) else None

    return moved


def _span(node: exp.Add | exp.Sub | exp.DateAdd) -> timedelta | None:
    holder = node if isinstance(node, exp.DateAdd) else node.expression
    if not isinstance(holder, exp.DateAdd | exp.Interval):
        return None
    count = holder.expression if isinstance(holder, exp.DateAdd) else holder.this
    negative = isinstance(count, exp.Neg) ^ isinstance(node, exp.Sub)
    digits = count.this if isinstance(count, exp.Neg) else count
    unit = _UNITS.get(holder.text("unit").upper())
    if not isinstance(digits, exp.Literal) or not unit or not digits.name.isdecimal():
        return None
    if int(digits.name) > _FAR:
        return None
    span = timedelta(**{unit: int(digits.name)})
    return -span if negative else span


def _formatted(node: exp.TimeToStr, resolve: Resolve) -> Value:
    inner, pattern = value(node.this, resolve), node.args["format"]
    # Nothing finer than hours: in half an hour an hour has at most two values.
    if not isinstance(pattern, exp.Literal) or not re.fullmatch("(%[YmdH]|[-/ T_])+", pattern.name):
        return _unknown

    def formatted(values: Mapping[str, str], now: datetime) -> Scalar | None:
        found = inner(values, now)
        return found.strftime(pattern.name) if isinstance(found, datetime | date) else None

    return formatted


_KINDS: Final[dict[type[exp.Expr], Callable[[Any, Resolve], Value]]] = {
    exp.Paren: lambda node, resolve: value(node.this, resolve),
    exp.Column: _column,
    exp.Literal: _literal,
    exp.DPipe: _joined,
    exp.Concat: _joined,
    exp.Cast: _cast,
    exp.TryCast: _cast,
    exp.Date: _cast,
    exp.Substring: _substring,
    exp.CurrentDate: _clock,
    exp.CurrentTimestamp: _clock,
    exp.Add: _moved,
    exp.Sub: _moved,
    exp.DateAdd: _moved,
    exp.TimeToStr: _formatted,
}
