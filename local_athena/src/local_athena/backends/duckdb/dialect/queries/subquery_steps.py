"""The steps of a subquery from its source up, and which parts of it refer to queries around."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from enum import Enum

from sqlglot import exp

from local_athena.backends.duckdb.dialect.context import Translator
from local_athena.backends.duckdb.dialect.signatures import aggregate_names

_GROUPING_SETS = (exp.GroupingSets, exp.Cube, exp.Rollup)
_TAIL = ("with_", "order", "limit", "offset")


class Kind(Enum):
    """What a step does."""

    ROWS = "rows"
    SINGLE_ROW = "single row"
    UNNEST = "unnest"
    FILTER = "filter"
    GROUPING = "grouping"
    TOTAL = "total"
    PROJECTION = "projection"
    RENAMING = "renaming"
    LIMIT = "limit"
    OTHER = "other"


@dataclass(frozen=True)
class Step:
    """One step: its expressions, the columns that pass groupings and limits, the most rows."""

    kind: Kind
    nodes: tuple[exp.Expr, ...] = ()
    columns: frozenset[str] = frozenset()
    count: int = 0
    is_ordered: bool = False


class UnknownFormError(Exception):
    """Whether Trino plans a subquery of this form is not known."""


class References:
    """Tells which expressions refer to queries around a place."""

    def __init__(self, translator: Translator) -> None:
        self._depths = translator.statement.depths
        self._depth = translator.scope.depth
        self.tables: dict[str, exp.Expr] = {}

    def has(self, *nodes: exp.Expr) -> bool:
        """Tell whether any of some expressions refers outside."""
        return any(self._is_reference(part) for node in nodes for part in node.walk())

    def has_nested(self, *nodes: exp.Expr) -> bool:
        """Tell whether a query inside of an expression refers outside."""
        return any(self.has(query) for node in nodes for query in node.find_all(exp.Query))

    def local_columns(self, node: exp.Expr) -> set[str]:
        """List the columns in an expression that are not of a query around."""
        columns = node.find_all(exp.Column)
        return {column.name.lower() for column in columns if not self.has(column)}

    def _is_reference(self, node: exp.Expr) -> bool:
        start = node._meta.get("start") if node._meta else None
        return start is not None and self._depths.get(start, self._depth + 1) <= self._depth


def read_steps(query: exp.Expr, outside: References) -> list[Step]:
    """Read a query as steps from its source up."""
    if isinstance(query, exp.Subquery | exp.Paren):
        if any(query.args.get(name) for name in _TAIL):
            raise UnknownFormError
        return read_steps(query.this, outside)
    if isinstance(query, exp.Values):
        return [_read_values(query)]
    if not isinstance(query, exp.Select):
        return [Step(Kind.OTHER, (query,))]
    for table in query.args["with_"].expressions if query.args.get("with_") else ():
        outside.tables[table.alias.lower()] = table
    steps, conditions = _read_source(query, outside)
    where = query.args.get("where")
    conditions += list(_split_conjuncts(where.this)) if where else []
    if conditions:
        steps.append(Step(Kind.FILTER, tuple(conditions)))
    steps += _read_aggregation(query)
    if any(item.find(exp.Window) for item in query.expressions):
        steps.append(Step(Kind.OTHER, tuple(query.expressions)))
    steps.append(Step(Kind.PROJECTION, tuple(query.expressions)))
    if query.args.get("distinct") and not _has_total(steps):
        steps.append(Step(Kind.GROUPING, columns=_columns_of(query.expressions)))
    return steps + _read_tail(query, _most_rows(steps))


def _most_rows(steps: Sequence[Step]) -> int | None:
    """Find how many rows steps give at most, where their text says it."""
    if _has_total(steps):
        return 1
    return steps[0].count if steps[0].kind is not Kind.UNNEST and steps[0].count else None


def _has_total(steps: Sequence[Step]) -> bool:
    return any(step.kind is Kind.TOTAL for step in steps)


def _read_values(query: exp.Values) -> Step:
    count = len(query.expressions)
    kind = Kind.SINGLE_ROW if count == 1 else Kind.ROWS
    return Step(kind, tuple(query.expressions), count=count)


def _read_source(query: exp.Select, outside: References) -> tuple[list[Step], list[exp.Expr]]:
    """Read FROM, with the conditions of inner joins apart."""
    source = query.args.get("from_")
    if source is None:
        return [Step(Kind.SINGLE_ROW, count=1)], []
    joins = [*(source.this.args.get("joins") or ()), *(query.args.get("joins") or ())]
    parts = [source.this, *(join.this for join in joins)]
    if len(parts) == 1:
        return _read_relation(source.this, outside), []
    conditions: list[exp.Expr] = []
    for join in joins:
        condition = join.args.get("on")
        if condition is None:
            continue
        if join.args.get("side"):
            if outside.has(condition):
                return [Step(Kind.OTHER, (condition,))], []
        else:
            conditions.extend(_split_conjuncts(condition))
    chains = [_read_relation(part, outside) for part in parts]
    if any(_refers(chain, outside) for chain in chains):
        if any(chain[0].kind is Kind.SINGLE_ROW for chain in chains):
            raise UnknownFormError
        return [Step(Kind.OTHER, tuple(parts))], conditions
    is_single = all(step.kind is Kind.SINGLE_ROW for chain in chains for step in chain)
    return [Step(Kind.SINGLE_ROW if is_single else Kind.ROWS)], conditions


def _read_relation(node: exp.Expr, outside: References) -> list[Step]:
    if isinstance(node, exp.Unnest):
        return [Step(Kind.UNNEST if outside.has(node) else Kind.ROWS, tuple(node.expressions))]
    if isinstance(node, exp.Values):
        return [_read_values(node)]
    if isinstance(node, exp.Table) and not node.args.get("db"):
        node = outside.tables.get(node.name.lower(), node)
    if isinstance(node, exp.Subquery | exp.CTE) and isinstance(node.this, exp.Query):
        return _read_derived_table(node, outside)
    if outside.has(node):
        raise UnknownFormError
    return [Step(Kind.ROWS)]


def _read_derived_table(node: exp.Subquery | exp.CTE, outside: References) -> list[Step]:
    steps = read_steps(node.this, outside)
    if not _refers(steps, outside):
        return [Step(Kind.SINGLE_ROW if _gives_one_row(steps) else Kind.ROWS)]
    return [*steps, Step(Kind.RENAMING)] if _renames(node) else steps


def _renames(node: exp.Subquery | exp.CTE) -> bool:
    alias = node.args.get("alias")
    has_names = alias is not None and bool(alias.args.get("columns"))
    items = getattr(node.this, "expressions", ())
    return has_names or any(isinstance(item, exp.Alias) for item in items)


def _read_aggregation(query: exp.Select) -> list[Step]:
    group, having = query.args.get("group"), query.args.get("having")
    parts = [*query.expressions, *([having.this] if having else [])]
    calls = tuple(call for part in parts for call in _aggregate_calls(part))
    steps = []
    if group is not None:
        steps.append(_read_grouping(query, group, calls))
    elif calls or having:
        steps.append(Step(Kind.TOTAL, calls))
    if having:
        steps.append(Step(Kind.FILTER, tuple(_split_conjuncts(having.this))))
    return steps


def _read_grouping(query: exp.Select, group: exp.Group, calls: tuple[exp.Expr, ...]) -> Step:
    if any(isinstance(key, _GROUPING_SETS) for key in group.expressions):
        return Step(Kind.OTHER, calls)
    keys = [_grouping_key(query, key) for key in group.expressions]
    return Step(Kind.GROUPING, (*keys, *calls), _columns_of(keys))


def _grouping_key(query: exp.Select, key: exp.Expr) -> exp.Expr:
    if isinstance(key, exp.Literal) and key.is_int and int(key.name) <= len(query.expressions):
        item: exp.Expr = query.expressions[int(key.name) - 1]
        return item.unalias()
    return key


def _aggregate_calls(node: exp.Expr) -> Iterator[exp.Expr]:
    for part in node.walk(prune=lambda part: isinstance(part, exp.Query | exp.Window)):
        is_call = isinstance(part, exp.Anonymous) and part.name.lower() in aggregate_names()
        if is_call or isinstance(part, exp.GroupConcat):
            around = part.parent
            yield around if isinstance(around, exp.Filter) else part


def _read_tail(query: exp.Select, most_rows: int | None) -> list[Step]:
    offset, limit = query.args.get("offset"), query.args.get("limit")
    steps = []
    if offset is not None and offset.expression.name != "0":
        if most_rows is not None and _is_at_most(most_rows, offset.expression):
            raise UnknownFormError
        steps.append(Step(Kind.OTHER, (offset,)))
    if limit is None:
        return steps
    count = limit.args.get("count") if isinstance(limit, exp.Fetch) else limit.expression
    if isinstance(limit, exp.Fetch) and limit.args.get("limit_options"):
        raise UnknownFormError
    if count is not None and not (isinstance(count, exp.Literal) and count.is_int):
        # LIMIT ALL, or a parameter.
        raise UnknownFormError
    number = 1 if count is None else int(count.name)
    if most_rows is not None and most_rows <= number:
        return steps
    if number == 0:
        raise UnknownFormError
    is_ordered = query.args.get("order") is not None
    columns = _all_columns(query.expressions)
    return [*steps, Step(Kind.LIMIT, columns=columns, count=number, is_ordered=is_ordered)]


def _is_at_most(rows: int, number: exp.Expr) -> bool:
    return isinstance(number, exp.Literal) and number.is_int and rows <= int(number.name)


def _columns_of(nodes: Sequence[exp.Expr]) -> frozenset[str]:
    bare = (node.unalias() for node in nodes)
    return frozenset(node.name.lower() for node in bare if isinstance(node, exp.Column))


def _all_columns(nodes: Sequence[exp.Expr]) -> frozenset[str]:
    if any(node.find(exp.Star) for node in nodes):
        raise UnknownFormError
    found = (column for node in nodes for column in node.find_all(exp.Column))
    return frozenset(column.name.lower() for column in found)


def _split_conjuncts(node: exp.Expr) -> Iterator[exp.Expr]:
    bare = node.unnest()
    if isinstance(bare, exp.And):
        yield from _split_conjuncts(bare.this)
        yield from _split_conjuncts(bare.expression)
    else:
        yield bare


def _refers(steps: Sequence[Step], outside: References) -> bool:
    return any(outside.has(*step.nodes) for step in steps)


def _gives_one_row(steps: Sequence[Step]) -> bool:
    kinds = [step.kind for step in steps if step.kind is not Kind.PROJECTION]
    return kinds == [Kind.SINGLE_ROW] or kinds[-1] is Kind.TOTAL
