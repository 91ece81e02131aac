"""Which records of each table a query can want, by the time of their arrival.

Conditions count that stand in the WHERE of the SELECT whose FROM has the table. They apply to the
rows after all joins, and none that is understood here holds for the NULLs of an outer join, so it
may come before the join on either side of it. In doubt a condition does not count.

Partitions are by arrival, and a record arrives at or after its creation: from a creation follows
when it arrived at the earliest, and nothing about the latest.
"""

import math
from collections import Counter, defaultdict
from collections.abc import Collection, Iterable, Mapping, Sequence
from fractions import Fraction

from sqlglot import exp

from data_hist.pruning.time_range import ALWAYS, FIXED, Anchor, Span, TimeRange, both, either
from data_hist.sql_guard.checks import offset
from data_hist.sql_guard.parameter import Parameter
from data_hist.sql_guard.scope import TableReference
from data_hist.sql_guard.time_expressions import value
from data_hist.sql_guard.time_values import (
    Shape,
    TimeColumn,
    Value,
    day_text,
    milliseconds,
    parameter_value,
)

CREATION, ARRIVAL, DAY = "creation", "arrival", "day"
RECORD_TIMES = frozenset({CREATION, ARRIVAL})
ALL_TIMES = RECORD_TIMES | {DAY}

# What a condition says, by the name of the relation whose rows it restricts.
_Ranges = Mapping[str, TimeRange]
_AT_LEAST = {exp.EQ, exp.GT, exp.GTE}
_AT_MOST = {exp.EQ, exp.LT, exp.LTE}
# The end of the year 9999, after which a day has no text of ten characters.
_FARTHEST_MS = 253_402_300_799_999


def time_ranges(
    references: Sequence[TableReference],
    parameters: Mapping[int, Parameter],
    times: Collection[str] = ALL_TIMES,
) -> list[TimeRange]:
    """The range of each table reference.

    Args:
        references: The tables that a query names.
        parameters: The value of each `?`, by its place in the text.
        times: Which time columns count.
    """
    by_select: dict[int, list[TableReference]] = defaultdict(list)
    selects: dict[int, exp.Select] = {}
    for reference in references:
        select = _select(reference)
        if select is not None and select.args.get("where"):
            selects[id(select)] = select
            by_select[id(select)].append(reference)
    found: dict[int, TimeRange] = {}
    for key, select in selects.items():
        ranges = _Conditions(select, by_select[key], parameters, times).ranges()
        names = Counter(_name(reference) for reference in by_select[key])
        for reference in by_select[key]:
            if names[_name(reference)] == 1:
                found[id(reference.parts[-1])] = ranges.get(_name(reference), ALWAYS)
    return [found.get(id(reference.parts[-1]), ALWAYS) for reference in references]


def _select(reference: TableReference) -> exp.Select | None:
    """The SELECT in whose FROM the table stands by itself, not in brackets."""
    node = reference.parts[-1].parent
    place = node.parent if node else None
    select = place.parent if isinstance(place, exp.From | exp.Join) else None
    return select if isinstance(select, exp.Select) else None


def _name(reference: TableReference) -> str:
    """The name by which the SELECT knows the table."""
    node = reference.parts[-1].parent
    return node.alias_or_name.lower() if node else ""


class _Conditions:
    """The WHERE of one SELECT over some tables."""

    def __init__(
        self,
        select: exp.Select,
        references: Sequence[TableReference],
        parameters: Mapping[int, Parameter],
        times: Collection[str],
    ) -> None:
        self._where = select.args["where"].this
        self._parameters = parameters
        self._tables = {_name(reference): reference.table for reference in references}
        self._times = times
        # The column that USING makes of two is of neither table. With two tables a plain name is
        # ambiguous, which the engine refuses.
        using = any(join.args.get("using") for join in select.args.get("joins") or ())
        self._plain = next(iter(self._tables)) if len(self._tables) == 1 and not using else ""

    def ranges(self) -> _Ranges:
        """What the condition says of each table."""
        return self._of(self._where)

    def _of(self, node: exp.Expr) -> _Ranges:
        node = node.unnest()
        if isinstance(node, exp.And):
            return _all(map(self._of, node.flatten()))
        if isinstance(node, exp.Or):
            return _any(map(self._of, node.flatten()))
        if isinstance(node, exp.In) and node.expressions:
            return _any(self._comparison(exp.EQ, node.this, one) for one in node.expressions)
        if isinstance(node, exp.Between):
            low, high = node.args["low"], node.args["high"]
            return _all(
                (
                    self._comparison(exp.GTE, node.this, low),
                    self._comparison(exp.LTE, node.this, high),
                )
            )
        return self._comparison(type(node), node.args.get("this"), node.args.get("expression"))

    def _comparison(
        self, operator: type[exp.Expr], left: exp.Expr | None, right: exp.Expr | None
    ) -> _Ranges:
        if operator not in _AT_LEAST | _AT_MOST:
            return {}
        first, second = value(left, self._resolve), value(right, self._resolve)
        if first is None or second is None:
            return {}
        found: list[_Ranges] = []
        if operator in _AT_LEAST:
            found += (_lower(first, second), _upper(second, first))
        if operator in _AT_MOST:
            found += (_upper(first, second), _lower(second, first))
        return _all(found)

    def _resolve(self, node: exp.Column | exp.Placeholder) -> Value | None:
        if isinstance(node, exp.Placeholder):
            return parameter_value(self._parameters.get(offset(node)))
        return self._of_column(node)

    def _of_column(self, column: exp.Column) -> Value | None:
        """A time column as what it says of its table; None for any other."""
        name = column.table.lower() or self._plain
        if name not in self._tables or column.args.get("db"):
            return None
        for time in self._times:
            told_by = self._tables[name].time_column(time)
            if told_by is not None and told_by.name.lower() == column.name.lower():
                return day_text(name, time) if time == DAY else milliseconds(name, time)
        return None


def _all(parts: Iterable[_Ranges]) -> _Ranges:
    found: dict[str, TimeRange] = {}
    for part in parts:
        for name, time_range in part.items():
            found[name] = both(found.get(name, ALWAYS), time_range)
    return found


def _any(parts: Iterable[_Ranges]) -> _Ranges:
    first, *others = parts
    found = dict(first)
    for other in others:
        found = {name: either(found[name], other[name]) for name in found.keys() & other.keys()}
    return found


def _lower(first: Value, bound: Value) -> _Ranges:
    """What follows for a column from `first >= bound`."""
    end = _end(first, bound, bound.low - first.high)
    if end is None or not isinstance(first.unknown, TimeColumn):
        return {}
    return {first.unknown.relation: {_anchor(bound): Span(low=math.floor(end))}}


def _upper(first: Value, bound: Value) -> _Ranges:
    """What follows for a column from `first <= bound`."""
    end = _end(first, bound, bound.high - first.low)
    if end is None or not isinstance(first.unknown, TimeColumn) or first.unknown.time == CREATION:
        return {}
    return {first.unknown.relation: {_anchor(bound): Span(high=math.ceil(end))}}


def _end(first: Value, bound: Value, difference: Fraction) -> Fraction | None:
    """The column's own end, if its expression grows with it and the bound is one for all rows."""
    if first.scale <= 0 or not _alike(first, bound) or isinstance(bound.unknown, TimeColumn):
        return None
    if bound.unknown and bound.scale != first.scale:
        return None
    end = difference / first.scale
    return end if abs(end) <= _FARTHEST_MS else None


def _anchor(bound: Value) -> Anchor:
    return bound.unknown if isinstance(bound.unknown, Anchor) else FIXED


def _alike(first: Value, second: Value) -> bool:
    shapes = {first.shape, second.shape}
    return len(shapes) == 1 or shapes == {Shape.MOMENT, Shape.DATE}
