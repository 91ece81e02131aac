"""Queries: SELECT, set operations, WITH and VALUES, each as DuckDB text with labelled columns."""

from collections.abc import Sequence
from dataclasses import replace

from sqlglot import exp

from local_athena.backends.duckdb.dialect.context import Translator
from local_athena.backends.duckdb.dialect.grouping import check_grouping, group_by
from local_athena.backends.duckdb.dialect.parsing import sql_words
from local_athena.backends.duckdb.dialect.predicate_pushdown import output_columns, push_down
from local_athena.backends.duckdb.dialect.relations import from_clause, values
from local_athena.backends.duckdb.dialect.scopes import Field, Relation, Scope
from local_athena.backends.duckdb.dialect.select_items import Item, select_items
from local_athena.backends.duckdb.dialect.sorting import Tail, tail
from local_athena.backends.duckdb.dialect.tables import with_clause
from local_athena.backends.duckdb.dialect.trino_types import (
    BOOLEAN,
    UNKNOWN,
    TrinoType,
    common_type,
)
from local_athena.backends.duckdb.dialect.typed_sql import Typed, coerced, selection

_OPERATIONS: dict[type[exp.Expr], str] = {
    exp.Union: "UNION",
    exp.Except: "EXCEPT",
    exp.Intersect: "INTERSECT",
}
_SELECT_PARTS = (
    *("kind", "expressions", "from_", "joins", "where", "group", "having", "windows"),
    *("distinct", "order", "limit", "offset", "with_"),
)


def query(translator: Translator, node: exp.Expr) -> Relation:
    """One query at a place of the statement; its columns are labelled, not named."""
    prefix, inner = with_clause(translator, node, query)
    if isinstance(node, exp.Select):
        relation = _select(inner, node)
    elif type(node) in _OPERATIONS:
        relation = _set_operation(inner, node)
    elif isinstance(node, exp.Values):
        relation = _values(inner, node)
    elif isinstance(node, exp.Subquery | exp.Paren):
        relation = _parenthesised(inner, node)
    else:
        raise translator.unsupported(node, f"{sql_words(node)} as a query")
    return Relation(prefix + relation.sql, relation.fields)


def _values(translator: Translator, node: exp.Values) -> Relation:
    relation = _selected(values(translator, node))
    end = _tail_over(translator, node, relation)
    return _wrapped(translator, relation, end) if end.present else relation


def _selected(relation: Relation) -> Relation:
    labels = [column.sql.split(".")[-1] for column in relation.fields]
    items = ", ".join(column.sql for column in relation.fields)
    fields = zip(relation.fields, labels, strict=True)
    return Relation(
        selection(items, relation.sql),
        tuple(replace(column, sql=label) for column, label in fields),
    )


def _parenthesised(translator: Translator, node: exp.Expr) -> Relation:
    translator.only(node, "this", "order", "limit", "offset", "with_")
    relation = query(translator, node.this)
    end = _tail_over(translator, node, relation)
    return _wrapped(translator, relation, end) if end.present else relation


def _tail_over(translator: Translator, node: exp.Expr, relation: Relation) -> Tail:
    items = [Item(None, column.name, Typed(column.sql, column.type)) for column in relation.fields]
    fields = tuple(replace(column, qualifier=()) for column in relation.fields)
    scope = Scope(fields=fields, parent=translator.scope)
    return tail(translator.within(scope), node, items)


def _wrapped(translator: Translator, relation: Relation, end: Tail) -> Relation:
    labels = ", ".join(column.sql for column in relation.fields)
    alias = translator.fresh("r")
    inner = selection(labels, f"({relation.sql}) AS {alias}")
    return Relation(inner + end.sql, tuple(column.detached() for column in relation.fields))


def _select(translator: Translator, node: exp.Select) -> Relation:
    translator.only(node, *_SELECT_PARTS)
    if not node.expressions:
        raise translator.malformed(node)
    if node.args.get("kind"):
        raise translator.unsupported(node, "SELECT AS")
    base = Scope(parent=translator.scope)
    source = from_clause(translator.within(base), node)
    windows = {window.name.lower(): window for window in node.args.get("windows") or ()}
    fields = source.fields if source else ()
    here = translator.within(replace(base, fields=fields, windows=windows))
    items = select_items(here, node)
    labels = [here.fresh("c") for _ in items]
    parts = [_distinct(here, node)]
    listed = zip(items, labels, strict=True)
    parts.append(", ".join(f"{item.value.sql} AS {label}" for item, label in listed))
    parts.extend(_clauses(here, node, source, items))
    end = tail(here.within(_output_scope(here, items)), node, items)
    check_grouping(here, node, items)
    if node.args.get("where"):
        push_down(here, node.args["where"].this, fields)
    partitions = output_columns(here, node, items, fields)
    fields = tuple(
        Field(item.name, label, item.value.type, partition_columns=columns)
        for item, label, columns in zip(items, labels, partitions, strict=True)
    )
    return Relation(" ".join(part for part in parts if part) + end.sql, fields)


def _output_scope(translator: Translator, items: Sequence[Item]) -> Scope:
    """The names of ORDER BY: those of the output hide those of the source."""
    named = tuple(
        Field(item.name, item.value.sql, item.value.type) for item in items if item.is_alias
    )
    return Scope(fields=named, parent=translator.scope, windows=translator.scope.windows)


def _distinct(translator: Translator, node: exp.Select) -> str:
    distinct = node.args.get("distinct")
    if distinct is not None:
        translator.only(distinct)
    return "SELECT DISTINCT" if distinct is not None else "SELECT"


def _clauses(
    translator: Translator, node: exp.Select, source: Relation | None, items: Sequence[Item]
) -> list[str]:
    parts = [f"FROM {source.sql}"] if source else []
    if node.args.get("where"):
        parts.append(f"WHERE {_condition(translator, node.args['where'], 'WHERE')}")
    if node.args.get("group"):
        parts.append(f"GROUP BY {group_by(translator, node.args['group'], items)}")
    if node.args.get("having"):
        parts.append(f"HAVING {_condition(translator, node.args['having'], 'HAVING')}")
    return parts


def _condition(translator: Translator, clause: exp.Expr, name: str) -> str:
    value = translator.typed(clause.this)
    if value.type.name not in ("boolean", "unknown"):
        text = f"{name} clause must evaluate to a boolean: actual type {value.type}"
        raise translator.mismatch(clause, text)
    return coerced(value, BOOLEAN).sql


def _set_operation(translator: Translator, node: exp.Expr) -> Relation:
    translator.only(node, "this", "expression", "distinct", "with_", "order", "limit", "offset")
    left, right = (query(translator, node.args[side]) for side in ("this", "expression"))
    if len(left.fields) != len(right.fields):
        text = f"{_OPERATIONS[type(node)]} query has different number of fields: "
        raise translator.mismatch(node, f"{text}{len(left.fields)}, {len(right.fields)}")
    kinds = [
        _common(translator, node, one, other)
        for one, other in zip(left.fields, right.fields, strict=True)
    ]
    left, right = (_as_types(translator, side, kinds) for side in (left, right))
    operator = _OPERATIONS[type(node)] + ("" if node.args.get("distinct") else " ALL")
    fields = tuple(
        replace(one, partition_columns=one.partition_columns + other.partition_columns)
        if isinstance(node, exp.Union)
        else one.detached()
        for one, other in zip(left.fields, right.fields, strict=True)
    )
    combined = Relation(f"({left.sql}) {operator} ({right.sql})", fields)
    end = _tail_over(translator, node, combined)
    return _wrapped(translator, combined, end) if end.present else combined


def _common(translator: Translator, node: exp.Expr, one: Field, other: Field) -> TrinoType:
    kind = common_type(one.type, other.type)
    if kind is None:
        text = f"incompatible types: {one.type}, {other.type}"
        raise translator.mismatch(node, f"column in {_OPERATIONS[type(node)]} query has {text}")
    return kind


def _as_types(translator: Translator, side: Relation, kinds: Sequence[TrinoType]) -> Relation:
    pairs = list(zip(side.fields, kinds, strict=True))
    fields = tuple(
        replace(column if _same(column.type, kind) else column.detached(), type=kind)
        for column, kind in pairs
    )
    if all(_same(column.type, kind) for column, kind in pairs):
        return Relation(side.sql, fields)
    items = ", ".join(
        f"{coerced(Typed(column.sql, column.type), kind).sql} AS {column.sql}"
        for column, kind in pairs
    )
    return Relation(selection(items, f"({side.sql}) AS {translator.fresh('r')}"), fields)


def _same(actual: TrinoType, target: TrinoType) -> bool:
    return actual.duckdb == target.duckdb and (actual != UNKNOWN or target == UNKNOWN)
