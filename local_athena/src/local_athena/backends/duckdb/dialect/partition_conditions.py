"""Conditions on partition columns, decided from the names of folders.

A condition is worked out in three values: it holds, it cannot hold, or nothing is known of it,
which is what every expression not understood here comes to. So a folder is left out only where the
condition is false whatever the rest turns out to be. Knows one expression at a time; which
conditions restrict which table is not its business.
"""

import operator
import re
from collections.abc import Callable, Mapping
from datetime import UTC, datetime, timedelta
from typing import Any, Final

from sqlglot import exp

from local_athena.backends.duckdb.dialect.partition_values import Resolve, Value, understood, value

Condition = Callable[[Mapping[str, str]], bool | None]

# A statement that starts at midnight sees another current_date than the one that pruned for it.
_LATEST_START: Final = timedelta(minutes=30)


def condition(node: exp.Expr, resolve: Resolve) -> Condition:
    """The condition as a function of the partition values known so far."""
    known = _KINDS.get(type(node)) if understood(node, "low", "high", "negate") else None
    return known(node, resolve) if known else _unknown


def _unknown(values: Mapping[str, str]) -> None:
    return None


def _between(node: exp.Between, resolve: Resolve) -> Condition:
    low = _comparison(node.this, node.args["low"], resolve, operator.ge)
    high = _comparison(node.this, node.args["high"], resolve, operator.le)
    return _all([low, high])


def _in(node: exp.In, resolve: Resolve) -> Condition:
    if not node.expressions:
        return _unknown
    return _any([_comparison(node.this, one, resolve, operator.eq) for one in node.expressions])


def _like(node: exp.Like, resolve: Resolve) -> Condition:
    if not isinstance(node.expression, exp.Literal):
        return _unknown
    wildcards = {"%": ".*", "_": "."}
    parts = (wildcards.get(character, re.escape(character)) for character in node.expression.name)
    pattern = re.compile("".join(parts), re.DOTALL)
    matches = _test(value(node.this, resolve), lambda text: bool(pattern.fullmatch(text)))
    return _negated(matches) if node.args.get("negate") else matches


def _starts_with(node: exp.StartsWith, resolve: Resolve) -> Condition:
    if not isinstance(node.expression, exp.Literal) or not node.expression.is_string:
        return _unknown
    prefix = node.expression.name
    return _test(value(node.this, resolve), lambda text: text.startswith(prefix))


def _any(sides: list[Condition]) -> Condition:
    def holds(values: Mapping[str, str]) -> bool | None:
        results = [side(values) for side in sides]
        return True if True in results else None if None in results else False

    return holds


def _all(sides: list[Condition]) -> Condition:
    return _negated(_any([_negated(side) for side in sides]))


def _negated(inner: Condition) -> Condition:
    def holds(values: Mapping[str, str]) -> bool | None:
        result = inner(values)
        return None if result is None else not result

    return holds


def _comparison(
    left: exp.Expr, right: exp.Expr, resolve: Resolve, compare: Callable[[Any, Any], bool]
) -> Condition:
    first, second = value(left, resolve), value(right, resolve)

    def at(values: Mapping[str, str], now: datetime) -> bool | None:
        one, other = first(values, now), second(values, now)
        # Values of different types are left to the engine, which may convert or refuse them.
        if one is None or other is None or type(one) is not type(other):
            return None
        return compare(one, other)

    return _at_any_start(at)


def _test(subject: Value, accepts: Callable[[str], bool]) -> Condition:
    def at(values: Mapping[str, str], now: datetime) -> bool | None:
        found = subject(values, now)
        return accepts(found) if isinstance(found, str) else None

    return _at_any_start(at)


def _at_any_start(at: Callable[[Mapping[str, str], datetime], bool | None]) -> Condition:
    now = datetime.now(UTC).replace(tzinfo=None)

    def holds(values: Mapping[str, str]) -> bool | None:
        early, late = at(values, now), at(values, now + _LATEST_START)
        return early if early == late else None

    return holds


def _compared(compare: Callable[[Any, Any], bool]) -> Callable[[Any, Resolve], Condition]:
    return lambda node, resolve: _comparison(node.this, node.expression, resolve, compare)


def _sides(node: exp.Connector, resolve: Resolve) -> list[Condition]:
    return [condition(side, resolve) for side in node.flatten()]


_KINDS: Final[dict[type[exp.Expr], Callable[[Any, Resolve], Condition]]] = {
    exp.Paren: lambda node, resolve: condition(node.this, resolve),
    exp.And: lambda node, resolve: _all(_sides(node, resolve)),
    exp.Or: lambda node, resolve: _any(_sides(node, resolve)),
    exp.Not: lambda node, resolve: _negated(condition(node.this, resolve)),
    exp.Between: _between,
    exp.In: _in,
    exp.Like: _like,
    exp.StartsWith: _starts_with,
    exp.EQ: _compared(operator.eq),
    exp.NEQ: _compared(operator.ne),
    exp.LT: _compared(operator.lt),
    exp.LTE: _compared(operator.le),
    exp.GT: _compared(operator.gt),
    exp.GTE: _compared(operator.ge),
}
