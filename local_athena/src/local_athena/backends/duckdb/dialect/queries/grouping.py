"""GROUP BY, and what a grouped query may select.

Checked here, because DuckDB's messages have no position in the caller's text.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from sqlglot import exp

from local_athena.backends.duckdb.dialect.context import (
    Call,
    FunctionHandler,
    Translator,
)
from local_athena.backends.duckdb.dialect.queries.grouping_sets import write_distinct_sets
from local_athena.backends.duckdb.dialect.queries.ordering import find_output_position
from local_athena.backends.duckdb.dialect.queries.scopes import Field, Item
from local_athena.backends.duckdb.dialect.signatures import aggregate_names
from local_athena.backends.duckdb.dialect.types.trino_types import (
    TrinoType,
)
from local_athena.backends.duckdb.dialect.types.typed_sql import Typed

# Catalog, database and table.
_MAX_QUALIFIERS = 3
_KEY_LISTS = (exp.Tuple, exp.Cube, exp.Rollup, exp.GroupingSets)


def translate_group_by(translator: Translator, group: exp.Expr, items: Sequence[Item]) -> str:
    """Translate the keys after GROUP BY."""
    translator.allow_only(group, "all", "expressions", "grouping_sets", "cube", "rollup")
    if group.args.get("all") is False:
        return write_distinct_sets(translator, group, items)
    parts = [_group_key(translator, key, items) for key in group.expressions]
    for name in ("cube", "rollup", "grouping_sets"):
        parts.extend(_grouping_set(translator, part) for part in group.args.get(name) or ())
    return ", ".join(parts)


def _group_key(translator: Translator, key: exp.Expr, items: Sequence[Item]) -> str:
    if isinstance(key, exp.Cube | exp.Rollup | exp.GroupingSets):
        return _grouping_set(translator, key)
    if isinstance(key, exp.Tuple) and key.expressions:
        return ", ".join(_group_key(translator, part, items) for part in key.expressions)
    # A bare name is a column of the source here, never an alias of the output.
    by_place = not isinstance(key, exp.Column)
    place = find_output_position(translator, key, items) if by_place else None
    if isinstance(key, exp.Tuple) and not key.expressions:
        return "()"
    value = items[place - 1].value if place else translator.translate(key)
    if not value.type.is_comparable:
        text = f"{value.type} is not comparable, and therefore cannot be used in GROUP BY"
        raise translator.mismatch(key, text)
    return str(place) if place else value.sql


def _key_list(translator: Translator, keys: Sequence[exp.Expr]) -> str:
    return ", ".join(_grouping_set_member(translator, key) for key in keys)


def _grouping_set_member(translator: Translator, key: exp.Expr) -> str:
    if isinstance(key, exp.Tuple):
        return f"({_key_list(translator, key.expressions)})"
    return translator.translate_key(key).sql


def _grouping_set(translator: Translator, part: exp.Expr) -> str:
    if isinstance(part, exp.GroupingSets):
        listed = ", ".join(_grouping_set(translator, inner) for inner in part.expressions)
        return f"GROUPING SETS ({listed})"
    if isinstance(part, exp.Tuple):
        return f"({_key_list(translator, part.expressions)})"
    if isinstance(part, exp.Paren):
        return f"({translator.translate_key(part.this).sql})"
    if isinstance(part, exp.Cube | exp.Rollup):
        return f"{type(part).__name__.upper()} ({_key_list(translator, part.expressions)})"
    return translator.translate_key(part).sql


@dataclass(frozen=True)
class _Keys:
    """What a query is grouped by: columns by their DuckDB text, and whole expressions."""

    columns: frozenset[str]
    expressions: frozenset[exp.Expr]
    kinds: frozenset[type[exp.Expr]]

    def holds(self, node: exp.Expr) -> bool:
        """Tell whether a resolved expression is one of the keys."""
        if isinstance(node, exp.Var):
            return node.name in self.columns
        return type(node) in self.kinds and node in self.expressions


def expand_automatic_keys(
    translator: Translator, select: exp.Select, items: Sequence[Item]
) -> None:
    """Replace AUTO after GROUP BY by the numbers of the output columns that do not aggregate."""
    group = select.args.get("group")
    keys = group.expressions if group else []
    is_name = len(keys) == 1 and isinstance(keys[0], exp.Column) and not keys[0].table
    if not is_name or keys[0].name.upper() != "AUTO" or translator.scope.candidates("auto"):
        return
    numbers = [
        exp.Literal.number(place)
        for place, item in enumerate(items, 1)
        if item.node is None or not _has_aggregate(item.node)
    ]
    if numbers:
        select.args["group"].set("expressions", numbers)
    else:
        select.set("group", None)


def check_grouping(translator: Translator, select: exp.Select, items: Sequence[Item]) -> None:
    """Refuse a source column that is neither grouped by nor inside an aggregate."""
    written = _expressions_after_grouping(select, items)
    group = select.args.get("group")
    if group is None and not any(_has_aggregate(node) for node in written):
        return
    keys = _collect_keys(translator, group, items)
    for item in items:
        if item.node is None and item.value.sql not in keys.columns:
            _refuse_star(translator, select, item)
    for node in written:
        if _has_ungrouped_column(translator, _resolve_columns(translator, node), keys):
            shown = node.sql("trino", normalize_functions=False)
            text = f"'{shown}' must be an aggregate expression or appear in GROUP BY clause"
            raise translator.failure("EXPRESSION_NOT_AGGREGATE", text, node)


def _expressions_after_grouping(select: exp.Select, items: Sequence[Item]) -> list[exp.Expr]:
    """List the expressions that are evaluated after grouping."""
    having, order = select.args.get("having"), select.args.get("order")
    aliases = {item.name.lower() for item in items if item.is_alias and item.name}
    keys = (key.this for key in (order.expressions if order else ()))
    return [
        *(item.node for item in items if item.node is not None),
        *([having.this] if having else []),
        # An alias of the output hides a column of the source here.
        *(key for key in keys if not any(c.name.lower() in aliases for c in _columns(key))),
    ]


def _columns(node: exp.Expr) -> Iterator[exp.Expr]:
    return node.find_all(exp.Column, exp.Identifier)


def _refuse_star(translator: Translator, select: exp.Select, item: Item) -> None:
    found = (column for column in translator.scope.fields if column.sql == item.value.sql)
    qualifier = next(found).qualifier[-1:]
    shown = ".".join([*qualifier, item.name or ""])
    text = f"Column '{shown}' not in GROUP BY clause"
    raise translator.failure("EXPRESSION_NOT_AGGREGATE", text, select.find(exp.Star))


def _collect_keys(translator: Translator, group: exp.Expr | None, items: Sequence[Item]) -> _Keys:
    columns: set[str] = set()
    expressions: set[exp.Expr] = set()
    for key in _flatten_keys(group) if group else ():
        place = int(key.name) if isinstance(key, exp.Literal) and key.name.isdecimal() else 0
        chosen = items[place - 1] if 0 < place <= len(items) else None
        if chosen is not None and chosen.node is None:
            columns.add(chosen.value.sql)
            continue
        written = chosen.node if chosen and chosen.node else key
        _refuse_aggregate(translator, written)
        node = _resolve_columns(translator, written)
        if isinstance(node, exp.Var):
            columns.add(node.name)
        else:
            expressions.add(node)
    return _Keys(frozenset(columns), frozenset(expressions), frozenset(map(type, expressions)))


def _refuse_aggregate(translator: Translator, key: exp.Expr) -> None:
    if _has_aggregate(key) or key.find(exp.Window):
        text = (
            "GROUP BY clause cannot contain aggregations, window functions or grouping operations"
        )
        raise translator.failure("EXPRESSION_NOT_SCALAR", text, key)


def _flatten_keys(node: exp.Expr) -> Iterator[exp.Expr]:
    names = ("expressions", "cube", "rollup", "grouping_sets")
    for key in (part for name in names for part in node.args.get(name) or ()):
        bare = key.unnest()
        if isinstance(bare, _KEY_LISTS):
            yield from _flatten_keys(bare)
        else:
            yield bare


def _resolve_columns(translator: Translator, node: exp.Expr) -> exp.Expr:
    """Resolve the columns of an expression, so that what means the same compares equal."""

    def step(part: exp.Expr) -> exp.Expr:
        if isinstance(part, exp.Column):
            return _resolve_column(translator, part)
        if isinstance(part, exp.Anonymous):
            part.set("this", part.name.lower())
        return part

    tree = node.unnest().copy()
    for paren in list(tree.find_all(exp.Paren)):
        paren.replace(paren.this)
    return tree.transform(step, copy=False)


def _resolve_column(translator: Translator, node: exp.Column) -> exp.Expr:
    parts = [part.name for part in node.parts]
    for split in range(min(len(parts) - 1, _MAX_QUALIFIERS), -1, -1):
        names = [part.lower() for part in parts[: split + 1]]
        field = _find_field(translator, names)
        if field is not None and not _is_parameter(node, names[0]):
            column: exp.Expr = exp.Var(this=field.sql)
            for name in parts[split + 1 :]:
                column = exp.Dot(this=column, expression=exp.to_identifier(name.lower()))
            return column
    return node


def _find_field(translator: Translator, names: Sequence[str]) -> Field | None:
    found = translator.scope.candidates(names[-1], names[:-1])
    return found[0] if found else None


def _is_parameter(node: exp.Expr, name: str) -> bool:
    """Tell whether a name is the parameter of a lambda around it, or belongs to a sub-query."""
    around = node.parent
    while around is not None:
        if isinstance(around, exp.Query):
            return True
        parameters = around.expressions if isinstance(around, exp.Lambda) else ()
        if name in (parameter.name.lower() for parameter in parameters):
            return True
        around = around.parent
    return False


def _has_ungrouped_column(translator: Translator, node: exp.Expr, keys: _Keys) -> bool:
    fields = {column.sql for column in translator.scope.fields}
    # An explicit stack, because a chain can have thousands of terms.
    rest = [node]
    while rest:
        part = rest.pop()
        if isinstance(part, exp.Query) or _is_aggregate(part) or keys.holds(part):
            continue
        if isinstance(part, exp.Var) and part.name in fields:
            return True
        rest.extend(_children(part))
    return False


def _children(node: exp.Expr) -> Iterator[exp.Expr]:
    return _window_parts(node) if isinstance(node, exp.Window) else node.iter_expressions()


def _window_parts(node: exp.Window) -> Iterator[exp.Expr]:
    """List what a window function is applied to; the function itself is no aggregate here."""
    yield from node.args.get("partition_by") or ()
    if node.args.get("order"):
        yield node.args["order"]
    call = node.this
    while isinstance(call, exp.Filter | exp.IgnoreNulls | exp.RespectNulls):
        call = call.this
    yield from call.iter_expressions()


def _has_aggregate(node: exp.Expr) -> bool:
    """Tell whether an expression contains an aggregate of its own query."""
    rest = [node]
    while rest:
        part = rest.pop()
        if _is_aggregate(part):
            return True
        if not isinstance(part, exp.Query):
            rest.extend(_children(part))
    return False


def _is_aggregate(node: exp.Expr) -> bool:
    while isinstance(node, exp.Filter):
        node = node.this
    if isinstance(node, exp.GroupConcat):
        return True
    return isinstance(node, exp.Anonymous) and node.name.lower() in aggregate_names()


def _grouping(translator: Translator, call: Call) -> Typed:
    select = call.node.find_ancestor(exp.Select)
    if select is None or select.args.get("group") is None:
        text = "A GROUPING() operation can only be used with a corresponding GROUP BY clause"
        raise translator.failure("MISSING_GROUP_BY", text, call.node)
    columns = ", ".join(value.sql for value in translator.translate_arguments(call, 1))
    return Typed(f"CAST(grouping({columns}) AS INTEGER)", TrinoType("integer"))


FUNCTIONS: dict[str, FunctionHandler] = {"grouping": _grouping}
