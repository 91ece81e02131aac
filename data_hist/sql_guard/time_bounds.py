"""Find the time bounds of each table in the WHERE of its SELECT.

A WHERE applies after all joins, and no condition understood here holds for the NULLs of an outer
join, so it may apply before the join on either side. In doubt a condition is not a bound.
"""

import re
from collections import Counter, defaultdict
from collections.abc import Callable, Iterable, Mapping, Sequence
from typing import Any, Final, TypeAlias, TypeVar

from sqlglot import exp

from data_hist.catalog.tables import TimeColumn
from data_hist.pruning.time_functions import CASTS, FUNCTIONS, Argument
from data_hist.pruning.time_range import (
    UNBOUNDED,
    TimeBounds,
    enclose,
    intersect,
)
from data_hist.pruning.time_values import (
    CURRENT_DATE,
    NOW,
    Value,
    add,
    column_value,
    divide,
    duration,
    lower_bound,
    multiply,
    negate,
    parse_number,
    parse_time_text,
    subtract,
    upper_bound,
)
from data_hist.sql_guard.literals import Parameter
from data_hist.sql_guard.parameters import text_value, time_value
from data_hist.sql_guard.parser import offset_of
from data_hist.sql_guard.scope import TableReference, Where

# What a condition says, by the name of the relation whose rows it restricts.
_Bounds: TypeAlias = Mapping[str, TimeBounds]
_AT_LEAST: Final = {exp.EQ, exp.GT, exp.GTE}
_AT_MOST: Final = {exp.EQ, exp.LT, exp.LTE}
_T = TypeVar("_T")
_MAX_DEPTH: Final = 25
_INTEGER: Final = re.compile(r"-?[0-9]{1,9}", re.ASCII)
_TYPES: Final = {
    exp.DType.BIGINT: "bigint",
    exp.DType.DATE: "date",
    exp.DType.DOUBLE: "double",
    exp.DType.TIMESTAMP: "timestamp",
    exp.DType.TIMESTAMPTZ: "timestamp with time zone",
    exp.DType.VARCHAR: "varchar",
}


def is_day(time: TimeColumn) -> bool:
    """Whether a column names the day of a partition."""
    return time.unit == "day"


def is_of_record(time: TimeColumn) -> bool:
    """Whether a column is a time in the record itself."""
    return time.unit != "day"


def _is_any(_time: TimeColumn) -> bool:
    return True


def find_time_bounds(
    references: Sequence[TableReference],
    parameters: Mapping[int, Parameter],
    counts: Callable[[TimeColumn], bool] = _is_any,
) -> tuple[TimeBounds, ...]:
    """Return the bounds of the arrival of each table reference's records.

    Args:
        references: The table references of a query.
        parameters: The value of each `?`, by its offset in the text.
        counts: Whether a time column counts.
    """
    return find_in_wheres(
        references, lambda where: _TimeConditions(where, parameters, counts).bounds(), UNBOUNDED
    )


def find_in_wheres(
    references: Sequence[TableReference], find: Callable[[Where], Mapping[str, _T]], default: _T
) -> tuple[_T, ...]:
    """Find something for each table reference in the WHERE of its SELECT.

    Args:
        references: The table references of a query.
        find: Returns what it finds for each name of a table.
        default: What there is for the other references.
    """
    by_select: dict[int, list[TableReference]] = defaultdict(list)
    selects: dict[int, exp.Select] = {}
    for reference in references:
        select = _select_of(reference)
        if select is not None and select.args.get("where"):
            selects[id(select)] = select
            by_select[id(select)].append(reference)
    found: dict[int, _T] = {}
    for key, select in selects.items():
        names = Counter(_name(reference) for reference in by_select[key])
        of_names = find(_where(select, by_select[key]))
        for reference in by_select[key]:
            if names[_name(reference)] == 1:
                found[id(reference.parts[-1])] = of_names.get(_name(reference), default)
    return tuple(found.get(id(reference.parts[-1]), default) for reference in references)


def _where(select: exp.Select, references: Sequence[TableReference]) -> Where:
    tables = {_name(reference): reference.table for reference in references}
    using = any(join.args.get("using") for join in select.args.get("joins") or ())
    return Where(select.args["where"].this, tables, using)


def _select_of(reference: TableReference) -> exp.Select | None:
    """Return the SELECT that has the table directly in its FROM, not in brackets."""
    node = reference.parts[-1].parent
    place = node.parent if node else None
    select = place.parent if isinstance(place, exp.From | exp.Join) else None
    return select if isinstance(select, exp.Select) else None


def _name(reference: TableReference) -> str:
    """Return the name by which the SELECT knows the table."""
    node = reference.parts[-1].parent
    return node.alias_or_name.lower() if node else ""


class _TimeConditions:
    """The conditions on the time in a WHERE."""

    def __init__(
        self,
        where: Where,
        parameters: Mapping[int, Parameter],
        counts: Callable[[TimeColumn], bool],
    ) -> None:
        self._where = where
        self._parameters = parameters
        self._counts = counts

    def bounds(self) -> _Bounds:
        """Return the bounds of each table by its name."""
        return self._bounds_of(self._where.condition)

    def _bounds_of(self, node: exp.Expr) -> _Bounds:
        node = node.unnest()
        if isinstance(node, exp.And):
            return _all_of(map(self._bounds_of, node.flatten()))
        if isinstance(node, exp.Or):
            return _any_of(map(self._bounds_of, node.flatten()))
        if isinstance(node, exp.In) and node.expressions:
            return _any_of(self._comparison(exp.EQ, node.this, one) for one in node.expressions)
        if isinstance(node, exp.Between):
            low = self._comparison(exp.GTE, node.this, node.args["low"])
            return _all_of((low, self._comparison(exp.LTE, node.this, node.args["high"])))
        return self._comparison(type(node), node.args.get("this"), node.args.get("expression"))

    def _comparison(
        self, operator: type[exp.Expr], left: exp.Expr | None, right: exp.Expr | None
    ) -> _Bounds:
        if operator not in _AT_LEAST | _AT_MOST:
            return {}
        first, second = self._evaluate(left), self._evaluate(right)
        if first is None or second is None:
            return {}
        found: list[_Bounds] = []
        if operator in _AT_LEAST:
            found += (lower_bound(first, second), upper_bound(second, first))
        if operator in _AT_MOST:
            found += (upper_bound(first, second), lower_bound(second, first))
        return _all_of(found)

    def _evaluate(self, node: exp.Expr | None, depth: int = 0) -> Value | None:
        """Return what is known of an expression."""
        if node is None or depth > _MAX_DEPTH:
            return None
        if isinstance(node, exp.Placeholder):
            return time_value(self._parameters.get(offset_of(node)))
        if isinstance(node, exp.Column):
            return self._column_value(node)
        leaf = _LEAVES.get(type(node))
        if leaf:
            return leaf(node)
        found = self._compute(node, depth + 1)
        return found if found and found.is_small else None

    def _compute(self, node: exp.Expr, depth: int) -> Value | None:
        if isinstance(node, exp.Anonymous):
            function = FUNCTIONS.get(node.name.lower())
            return function(self._arguments(node.expressions, depth)) if function else None
        if isinstance(node, exp.Cast):
            to = node.args["to"]
            cast = CASTS.get(_TYPES.get(to.this, "")) if not to.expressions else None
            return cast(self._arguments([node.this], depth)) if cast else None
        operation = _OPERATIONS.get(type(node))
        if operation is None:
            return None
        operands = (node.args.get("this"), node.args.get("expression"))
        return operation(*(self._evaluate(operand, depth) for operand in operands if operand))

    def _arguments(self, nodes: Iterable[exp.Expr], depth: int) -> list[Argument]:
        return [Argument(self._evaluate(node, depth), self._text(node)) for node in nodes]

    def _text(self, node: exp.Expr) -> str | None:
        if isinstance(node, exp.Placeholder):
            return text_value(self._parameters.get(offset_of(node)))
        return node.name if isinstance(node, exp.Literal) and node.is_string else None

    def _column_value(self, column: exp.Column) -> Value | None:
        name = self._where.relation_of(column)
        if name is None:
            return None
        time = self._where.tables[name].time_columns.get(column.name.lower())
        return column_value(name, time) if time is not None and self._counts(time) else None


def _all_of(parts: Iterable[_Bounds]) -> _Bounds:
    found: dict[str, TimeBounds] = {}
    for part in parts:
        for name, bounds in part.items():
            found[name] = intersect(found.get(name, UNBOUNDED), bounds)
    return found


def _any_of(parts: Iterable[_Bounds]) -> _Bounds:
    first, *others = parts
    found = dict(first)
    for other in others:
        found = {name: enclose(found[name], other[name]) for name in found.keys() & other.keys()}
    return found


def _literal(node: exp.Literal) -> Value | None:
    return parse_time_text(node.name) if node.is_string else parse_number(node.name)


def _clock(node: exp.Expr) -> Value | None:
    # A number in brackets is the precision.
    return None if node.args.get("this") else NOW


def _interval(node: exp.Interval) -> Value | None:
    unit = node.args.get("unit")
    count = node.this.this if isinstance(node.this, exp.Neg) else node.this
    if not isinstance(unit, exp.Var) or not isinstance(count, exp.Literal):
        return None
    if not _INTEGER.fullmatch(count.name):
        return None
    found = duration(unit.name, int(count.name))
    return found.times(-1) if found and isinstance(node.this, exp.Neg) else found


_LEAVES: Final[dict[type[exp.Expr], Callable[[Any], Value | None]]] = {
    exp.CurrentDate: lambda _node: CURRENT_DATE,
    exp.CurrentTimestamp: _clock,
    exp.Interval: _interval,
    exp.Literal: _literal,
    exp.Localtimestamp: _clock,
}
_OPERATIONS: Final[dict[type[exp.Expr], Callable[..., Value | None]]] = {
    exp.Paren: lambda value: value,
    exp.Neg: negate,
    exp.Add: add,
    exp.Sub: subtract,
    exp.Mul: multiply,
    exp.Div: divide,
}
