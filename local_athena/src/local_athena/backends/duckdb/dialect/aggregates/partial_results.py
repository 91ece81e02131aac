"""Whether Trino aggregates in two steps: to partial results on its workers, which it merges."""

from collections.abc import Iterator

from sqlglot import exp

from local_athena.backends.duckdb.dialect.context import Call, Translator
from local_athena.backends.duckdb.dialect.signatures import aggregate_names

_REGROUPING = ("distinct", "group", "having", "limit", "offset", "order", "laterals")


def is_merged(translator: Translator, call: Call) -> bool:
    """Tell whether there are two steps: not in a window, nor for all rows of VALUES as they are."""
    clauses = call.clauses
    if clauses.window is not None:
        return False
    select = call.node.find_ancestor(exp.Select)
    if clauses.distinct and select is not None and _groups_distinct_rows(select, call):
        return False
    if clauses.filter is not None or clauses.distinct or translator.statement.scans:
        return True
    return select is not None and bool(select.args.get("group") or select.find(exp.Unnest))


def count_steps(translator: Translator, call: Call) -> int:
    """Count the steps; 0 if rows may come in any order, or several partial results be merged."""
    select = call.node.find_ancestor(exp.Select)
    if call.clauses.window is None and select is not None:
        spreads = call.clauses.distinct and not _groups_distinct_rows(select, call)
        if spreads or not _is_read_in_order(select):
            return 0
    return 2 if is_merged(translator, call) else 1


def _groups_distinct_rows(select: exp.Select, call: Call) -> bool:
    """Tell whether the rows of each group are made distinct in one place, for all aggregates."""
    group = select.args.get("group")
    names = ("rollup", "cube", "grouping_sets")
    kinds = (exp.Rollup, exp.Cube, exp.GroupingSets)
    if group is None or any(map(group.args.get, names)) or group.find(*kinds):
        return False
    others = [other for other in _aggregates_of(select) if other is not call.node]
    return not any(
        other.expressions != call.node.expressions or isinstance(other.parent, exp.Filter)
        for other in others
    ) and not (others and call.clauses.filter)


def _aggregates_of(select: exp.Select) -> Iterator[exp.Anonymous]:
    for node in select.walk(prune=lambda node: node is not select and isinstance(node, exp.Query)):
        if isinstance(node, exp.Anonymous) and node.name.lower() in aggregate_names():
            yield node


def _is_read_in_order(select: exp.Select) -> bool:
    """Tell whether rows come from one VALUES, with arrays unnested beside it."""
    source = select.args.get("from_")
    if source is None:
        return True
    joins = [*(source.this.args.get("joins") or ()), *(select.args.get("joins") or ())]
    if not all(isinstance(join.this, exp.Unnest) for join in joins):
        return False
    return isinstance(source.this, exp.Values | exp.Unnest) or _is_filtered(source.this)


def _is_filtered(node: exp.Expr) -> bool:
    """Tell whether a relation is a subquery that selects some rows, one after the other."""
    inner = node.this if isinstance(node, exp.Subquery) else None
    if isinstance(inner, exp.Values):
        return True
    if not isinstance(inner, exp.Select) or any(map(inner.args.get, _REGROUPING)):
        return False
    return not any(_aggregates_of(inner)) and _is_read_in_order(inner)
