"""Which subqueries that refer to the query around them Trino can plan; it refuses others.

Trino pulls the conditions that refer outside through the steps above them, which works for some
steps only; its PlanNodeDecorrelator has the rules.
"""

from collections.abc import Sequence
from dataclasses import dataclass, field
from enum import Enum

from sqlglot import exp

from local_athena.backends.duckdb.dialect.context import Translator
from local_athena.backends.duckdb.dialect.queries.subquery_steps import (
    Kind,
    References,
    Step,
    UnknownFormError,
    read_steps,
)

# Steps that keep every row.
_OF_COLUMNS = frozenset({Kind.PROJECTION, Kind.RENAMING})


class Use(Enum):
    """What a subquery is used for."""

    RELATION = "relation"
    EXISTENCE = "existence"
    MEMBERSHIP = "membership"
    QUANTIFIED = "quantified"
    # The optional side of a join that has a condition.
    CONDITIONAL = "conditional"


def check_correlation(translator: Translator, query: exp.Expr, use: Use) -> None:
    """Note the failure of a translated subquery that refers outside as Trino cannot plan it.

    Trino finds it after all errors of types and names.
    """
    outside = References(translator)
    if not outside.has(query):
        return
    try:
        steps = read_steps(query, outside)
        is_planned = _is_planned(steps, use, outside)
    except UnknownFormError:
        return
    if is_planned:
        _refuse_outer_aggregates(translator, steps, outside)
    else:
        text = "Given correlated subquery is not supported"
        translator.statement.late_failures.append(translator.failure("NOT_SUPPORTED", text, query))


def _refuse_outer_aggregates(
    translator: Translator, steps: Sequence[Step], outside: References
) -> None:
    """Refuse aggregates that DuckDB takes for those of the query around."""
    calls = (node for step in steps if step.kind is Kind.TOTAL for node in step.nodes)
    for call in calls:
        if outside.has(call) and not outside.local_columns(call):
            raise translator.unsupported(call, "aggregates of columns of the query around")


def _is_planned(steps: list[Step], use: Use, outside: References) -> bool:
    if use is Use.MEMBERSHIP:
        return _is_filtered_only(steps, outside)
    if use is Use.EXISTENCE:
        return _is_existence_planned(_without_output(steps), outside)
    if use in (Use.QUANTIFIED, Use.CONDITIONAL):
        is_unnested = use is Use.QUANTIFIED and _is_unnested_only(steps)
        return is_unnested or _is_pulled_up(steps, outside)
    if steps[0].kind is Kind.UNNEST:
        return _is_unnested_only(steps) or _is_unnested_total(steps)
    total = _find_total(steps)
    if total is not None:
        return not outside.has(*steps[total].nodes) and _is_pulled_up(steps[:total], outside)
    return _is_single_row(steps) or _is_pulled_up(steps, outside)


def _without_output(steps: Sequence[Step]) -> list[Step]:
    """Leave out the columns that nobody reads."""
    kept = list(steps)
    while kept[-1].kind in _OF_COLUMNS:
        kept.pop()
    return kept


def _is_existence_planned(steps: Sequence[Step], outside: References) -> bool:
    last = steps[-1]
    if len(steps) == 1 or last.kind is Kind.TOTAL:
        # There are rows, whatever they are.
        return last.kind is not Kind.OTHER
    if last.kind is Kind.LIMIT and last.is_ordered:
        return False
    if steps[0].kind is Kind.UNNEST and last.kind is Kind.GROUPING and last.nodes:
        return True
    return _is_unnested_only(steps) or _is_pulled_up(steps, outside)


def _is_filtered_only(steps: Sequence[Step], outside: References) -> bool:
    for index in range(len(steps) - 1, -1, -1):
        step = steps[index]
        if step.kind is Kind.FILTER and not outside.has_nested(*step.nodes):
            continue
        if step.kind in _OF_COLUMNS:
            if outside.has(*step.nodes):
                return False
            continue
        return not any(outside.has(*below.nodes) for below in steps[: index + 1])
    return True


def _is_single_row(steps: Sequence[Step]) -> bool:
    return steps[0].kind is Kind.SINGLE_ROW and _kinds_above(steps) <= _OF_COLUMNS


def _is_unnested_only(steps: Sequence[Step]) -> bool:
    return steps[0].kind is Kind.UNNEST and _kinds_above(steps) <= {*_OF_COLUMNS, Kind.LIMIT}


def _is_unnested_total(steps: Sequence[Step]) -> bool:
    is_filtered = any(isinstance(node, exp.Filter) for step in steps for node in step.nodes)
    return not is_filtered and _kinds_above(steps) <= {*_OF_COLUMNS, Kind.TOTAL}


def _kinds_above(steps: Sequence[Step]) -> set[Kind]:
    return {step.kind for step in steps[1:]}


def _find_total(steps: Sequence[Step]) -> int | None:
    """Find the aggregation without groups above which there are projections only."""
    for index in range(len(steps) - 1, 0, -1):
        if steps[index].kind is Kind.TOTAL:
            return index
        if steps[index].kind not in _OF_COLUMNS:
            return None
    return None


@dataclass
class _Pulled:
    """The conditions pulled up so far.

    `columns` are those in the conditions; of each value outside, the `constants` have one value.
    """

    is_correlated: bool = False
    columns: set[str] = field(default_factory=set)
    constants: set[str] = field(default_factory=set)
    is_single: bool = False
    is_renamed: bool = False


def _is_pulled_up(steps: Sequence[Step], outside: References) -> bool:
    pulled = _Pulled()
    return all(_pull_through(step, pulled, outside) for step in steps)


def _pull_through(step: Step, pulled: _Pulled, outside: References) -> bool:
    """Pull the conditions through a step, and tell whether that works."""
    if step.kind is Kind.FILTER:
        return _pull_filter(step, pulled, outside)
    if outside.has(*step.nodes):
        return False
    if not pulled.is_correlated or step.kind is Kind.PROJECTION:
        return True
    if step.kind is Kind.RENAMING:
        pulled.is_renamed = True
        return True
    if step.kind in (Kind.GROUPING, Kind.LIMIT):
        if pulled.is_renamed:
            raise UnknownFormError
        pull = _pull_through_limit if step.kind is Kind.LIMIT else _pull_through_grouping
        return pull(step, pulled)
    return False


def _pull_filter(step: Step, pulled: _Pulled, outside: References) -> bool:
    if outside.has_nested(*step.nodes):
        return False
    for condition in step.nodes:
        if outside.has(condition):
            pulled.is_correlated = True
            pulled.columns |= outside.local_columns(condition)
            pulled.constants |= _constant_columns(condition, outside)
    return True


def _constant_columns(condition: exp.Expr, outside: References) -> set[str]:
    """Find the column that a condition sets equal to what is outside."""
    sides: tuple[exp.Expr, ...] = ()
    if isinstance(condition, exp.EQ):
        sides = condition.this.unnest(), condition.expression.unnest()
    elif isinstance(condition, exp.In) and len(condition.expressions) == 1:
        sides = condition.this.unnest(), condition.expressions[0].unnest()
    for one, other in (sides, sides[::-1]) if sides else ():
        column = one.this if isinstance(one, exp.Cast) else one
        is_local = isinstance(column, exp.Column) and not outside.has(column)
        if is_local and not outside.local_columns(other):
            return {column.name.lower()}
    return set()


def _pull_through_limit(step: Step, pulled: _Pulled) -> bool:
    if pulled.is_single:
        return True
    is_kept = pulled.columns <= pulled.constants
    if step.is_ordered or step.count > 1:
        pulled.is_single = step.count == 1
        return is_kept
    pulled.is_single = True
    return bool(pulled.constants) and step.columns | pulled.columns <= pulled.constants


def _pull_through_grouping(step: Step, pulled: _Pulled) -> bool:
    added = pulled.columns - step.columns
    pulled.is_single = step.columns | added <= pulled.constants
    return added <= pulled.constants
