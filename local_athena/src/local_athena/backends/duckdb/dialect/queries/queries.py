"""Queries: SELECT and its output columns, set operations and parentheses, as DuckDB SQL."""

from collections.abc import Sequence
from dataclasses import replace

from sqlglot import exp

from local_athena.backends.duckdb.dialect.context import Translator
from local_athena.backends.duckdb.dialect.queries.grouping import (
    check_grouping,
    expand_automatic_keys,
    translate_group_by,
)
from local_athena.backends.duckdb.dialect.queries.ordering import Tail, translate_tail
from local_athena.backends.duckdb.dialect.queries.predicate_pushdown import (
    pass_on_partition_columns,
    push_down,
)
from local_athena.backends.duckdb.dialect.queries.relations import translate_from
from local_athena.backends.duckdb.dialect.queries.row_sources import translate_values
from local_athena.backends.duckdb.dialect.queries.scopes import Field, Item, Relation, Scope
from local_athena.backends.duckdb.dialect.queries.select_stars import expand_star
from local_athena.backends.duckdb.dialect.queries.tables import translate_with
from local_athena.backends.duckdb.dialect.queries.windows import check_definitions
from local_athena.backends.duckdb.dialect.syntax.parsing import describe_node
from local_athena.backends.duckdb.dialect.types.trino_types import (
    BOOLEAN,
    UNKNOWN,
    TrinoType,
    common_type,
)
from local_athena.backends.duckdb.dialect.types.typed_sql import (
    Typed,
    coerce,
    is_held_alike,
    select_from,
)

_OPERATIONS: dict[type[exp.Expr], str] = {
    exp.Union: "UNION",
    exp.Except: "EXCEPT",
    exp.Intersect: "INTERSECT",
}
_SELECT_PARTS = (
    *("kind", "expressions", "from_", "joins", "where", "group", "having", "windows"),
    *("distinct", "order", "limit", "offset", "with_"),
)


def translate_query(translator: Translator, node: exp.Expr) -> Relation:
    """Translate a query; DuckDB knows its columns by labels, not by their names."""
    prefix, inner = translate_with(translator, node)
    if isinstance(node, exp.Select):
        relation = _translate_select(inner, node)
    elif type(node) in _OPERATIONS:
        relation = _translate_set_operation(inner, node)
    elif isinstance(node, exp.Values):
        relation = _translate_values_query(inner, node)
    elif isinstance(node, exp.Subquery | exp.Paren):
        relation = _translate_parentheses(inner, node)
    else:
        raise translator.unsupported(node, f"{describe_node(node)} as a query")
    return Relation(prefix + relation.sql, relation.fields)


def _translate_values_query(translator: Translator, node: exp.Values) -> Relation:
    inner = translator.within(Scope(parent=translator.scope))
    relation = _select_all(translate_values(inner, node))
    end = _translate_tail_over(translator, node, relation)
    return _append_tail(translator, relation, end) if end.present else relation


def _select_all(relation: Relation) -> Relation:
    labels = [column.sql.split(".")[-1] for column in relation.fields]
    items = ", ".join(column.sql for column in relation.fields)
    fields = zip(relation.fields, labels, strict=True)
    return Relation(
        select_from(items, relation.sql),
        tuple(replace(column, sql=label) for column, label in fields),
    )


def _translate_parentheses(translator: Translator, node: exp.Expr) -> Relation:
    translator.allow_only(node, "this", "order", "limit", "offset", "with_")
    relation = translate_query(translator, node.this)
    end = _translate_tail_over(translator, node, relation)
    return _append_tail(translator, relation, end) if end.present else relation


def _translate_tail_over(translator: Translator, node: exp.Expr, relation: Relation) -> Tail:
    items = [Item(None, column.name, Typed(column.sql, column.type)) for column in relation.fields]
    fields = tuple(replace(column, qualifier=()) for column in relation.fields)
    scope = Scope(fields=fields, parent=translator.scope)
    return translate_tail(translator.within(scope), node, items)


def _append_tail(translator: Translator, relation: Relation, end: Tail) -> Relation:
    labels = ", ".join(column.sql for column in relation.fields)
    alias = translator.new_name("r")
    inner = select_from(labels, f"({relation.sql}) AS {alias}")
    return Relation(inner + end.sql, tuple(column.detached() for column in relation.fields))


def _translate_select(translator: Translator, node: exp.Select) -> Relation:
    translator.allow_only(node, *_SELECT_PARTS)
    if not node.expressions:
        raise translator.malformed(node)
    if node.args.get("kind"):
        raise translator.unsupported(node, "SELECT AS")
    base = Scope(parent=translator.scope)
    source = translate_from(translator.within(base), node)
    windows = {window.name.lower(): window for window in node.args.get("windows") or ()}
    fields = source.fields if source else ()
    here = translator.within(replace(base, fields=fields, windows=windows))
    check_definitions(here)
    items = translate_select_items(here, node)
    expand_automatic_keys(here, node, items)
    labels = [here.new_name("c") for _ in items]
    parts = [_distinct(here, node, items)]
    listed = zip(items, labels, strict=True)
    parts.append(", ".join(f"{item.value.sql} AS {label}" for item, label in listed))
    parts.extend(_clauses(here, node, source, items))
    end = translate_tail(here.within(_output_scope(here, items)), node, items, labels)
    check_grouping(here, node, items)
    if node.args.get("where"):
        push_down(here, node.args["where"].this, fields)
    partitions = pass_on_partition_columns(here, node, items, fields)
    fields = tuple(
        Field(item.name, label, item.value.type, partition_columns=columns)
        for item, label, columns in zip(items, labels, partitions, strict=True)
    )
    body = " ".join(part for part in parts if part)
    if end.is_of_output:
        return _append_tail(here, Relation(body, fields), end)
    return Relation(body + end.sql, fields)


def translate_select_items(translator: Translator, select: exp.Select) -> list[Item]:
    """Translate the output columns of a SELECT."""
    items: list[Item] = []
    for node in select.expressions:
        items.extend(_translate_item(translator, node))
    return items


def _translate_item(translator: Translator, node: exp.Expr) -> list[Item]:
    expanded = expand_star(translator, node)
    if expanded is not None:
        return expanded
    if isinstance(node, exp.PropertyEQ):
        raise translator.malformed(node)
    if isinstance(node, exp.Alias):
        value = translator.translate(node.this)
        return [Item(node.this, node.alias, value, is_alias=True)]
    return [Item(node, _reference_name(node), translator.translate(node))]


def _reference_name(node: exp.Expr) -> str | None:
    """Name an item without alias; only references, and fields of them, have a name of their own."""
    node = node.unnest()
    if isinstance(node, exp.Column):
        return node.name
    if isinstance(node, exp.Dot) and isinstance(node.expression, exp.Identifier):
        return node.expression.name if _reference_name(node.this) else None
    return None


def _output_scope(translator: Translator, items: Sequence[Item]) -> Scope:
    """Build the scope of ORDER BY, in which names of the output hide those of the source."""
    named = tuple(
        Field(item.name, item.value.sql, item.value.type) for item in items if item.is_alias
    )
    return Scope(fields=named, parent=translator.scope, windows=translator.scope.windows)


def _distinct(translator: Translator, node: exp.Select, items: Sequence[Item]) -> str:
    distinct = node.args.get("distinct")
    if distinct is None:
        return "SELECT"
    translator.allow_only(distinct)
    for item in items:
        translator.require_comparable(node, item.value.type)
    return "SELECT DISTINCT"


def _clauses(
    translator: Translator, node: exp.Select, source: Relation | None, items: Sequence[Item]
) -> list[str]:
    parts = [f"FROM {source.sql}"] if source else []
    if node.args.get("where"):
        parts.append(f"WHERE {_condition(translator, node.args['where'], 'WHERE')}")
    if node.args.get("group"):
        parts.append(f"GROUP BY {translate_group_by(translator, node.args['group'], items)}")
    if node.args.get("having"):
        parts.append(f"HAVING {_condition(translator, node.args['having'], 'HAVING')}")
    return parts


def _condition(translator: Translator, clause: exp.Expr, name: str) -> str:
    value = translator.translate(clause.this)
    if value.type.name not in ("boolean", "unknown"):
        text = f"{name} clause must evaluate to a boolean: actual type {value.type}"
        raise translator.mismatch(clause, text)
    return coerce(value, BOOLEAN).sql


def _translate_set_operation(translator: Translator, node: exp.Expr) -> Relation:
    translator.allow_only(
        node, "this", "expression", "distinct", "with_", "order", "limit", "offset"
    )
    left, right = (translate_query(translator, node.args[side]) for side in ("this", "expression"))
    if len(left.fields) != len(right.fields):
        text = f"{_OPERATIONS[type(node)]} query has different number of fields: "
        raise translator.mismatch(node, f"{text}{len(left.fields)}, {len(right.fields)}")
    kinds = [
        _common_column_type(translator, node, one, other)
        for one, other in zip(left.fields, right.fields, strict=True)
    ]
    if node.args.get("distinct") or not isinstance(node, exp.Union):
        for kind in kinds:
            translator.require_comparable(node, kind)
    left, right = (_coerce_columns(translator, side, kinds) for side in (left, right))
    operator = _OPERATIONS[type(node)] + ("" if node.args.get("distinct") else " ALL")
    fields = tuple(
        replace(one, partition_columns=one.partition_columns + other.partition_columns)
        if isinstance(node, exp.Union)
        else one.detached()
        for one, other in zip(left.fields, right.fields, strict=True)
    )
    combined = Relation(f"({left.sql}) {operator} ({right.sql})", fields)
    end = _translate_tail_over(translator, node, combined)
    return _append_tail(translator, combined, end) if end.present else combined


def _common_column_type(
    translator: Translator, node: exp.Expr, one: Field, other: Field
) -> TrinoType:
    kind = common_type(one.type, other.type)
    if kind is None:
        text = f"incompatible types: {one.type}, {other.type}"
        raise translator.mismatch(node, f"column in {_OPERATIONS[type(node)]} query has {text}")
    return kind


def _coerce_columns(translator: Translator, side: Relation, kinds: Sequence[TrinoType]) -> Relation:
    pairs = list(zip(side.fields, kinds, strict=True))
    fields = tuple(
        replace(column if _is_same_type(column.type, kind) else column.detached(), type=kind)
        for column, kind in pairs
    )
    if all(_is_same_type(column.type, kind) for column, kind in pairs):
        return Relation(side.sql, fields)
    items = ", ".join(
        f"{coerce(Typed(column.sql, column.type), kind).sql} AS {column.sql}"
        for column, kind in pairs
    )
    return Relation(select_from(items, f"({side.sql}) AS {translator.new_name('r')}"), fields)


def _is_same_type(actual: TrinoType, target: TrinoType) -> bool:
    return is_held_alike(actual, target) and (actual != UNKNOWN or target == UNKNOWN)
