"""Subqueries as operands: scalar ones, EXISTS, IN and comparisons with ALL or ANY."""

from collections.abc import Sequence

from sqlglot import exp

from local_athena.backends.duckdb.dialect.context import Handler, Translator
from local_athena.backends.duckdb.dialect.datetimes.time_zones import without_zone
from local_athena.backends.duckdb.dialect.queries.correlation import Use, check_correlation
from local_athena.backends.duckdb.dialect.queries.scopes import Relation
from local_athena.backends.duckdb.dialect.types.trino_types import BOOLEAN, common_type, row_of
from local_athena.backends.duckdb.dialect.types.typed_sql import (
    Typed,
    coerce,
    is_held_alike,
    select_from,
)


def translate_quantified(
    translator: Translator, node: exp.Binary, operator: str, quantifier: str, query: exp.Expr
) -> Typed:
    """Translate a comparison with ALL or ANY of the values of a query."""
    left = without_zone(translator.translate(node.this))
    relation = translator.translate_query(query)
    is_membership = (operator, quantifier) in (("=", "ANY"), ("<>", "ALL"))
    check_correlation(translator, query, Use.MEMBERSHIP if is_membership else Use.QUANTIFIED)
    translator.require_comparable(node, relation.fields[0].type)
    if len(relation.fields) != 1:
        raise translator.mismatch(node, "Multiple columns returned by subquery")
    if common_type(left.type, relation.fields[0].type) is None:
        text = f"Cannot apply operator: {left.type} {operator} {relation.fields[0].type}"
        raise translator.mismatch(node, text)
    (left,), query_sql = _coerce_to_query(translator, [left], relation)
    return Typed(f"({left.sql} {operator} {quantifier} ({query_sql}))", BOOLEAN)


def _coerce_to_query(
    translator: Translator, values: Sequence[Typed], relation: Relation
) -> tuple[list[Typed], str]:
    """Coerce values and the columns of a query, with which they are compared, to common types."""
    columns = [Typed(column.sql, column.type) for column in relation.fields]
    kinds = [
        common_type(value.type, column.type) or column.type
        for value, column in zip(values, columns, strict=True)
    ]
    values = [coerce(value, kind) for value, kind in zip(values, kinds, strict=True)]
    if all(is_held_alike(column.type, kind) for column, kind in zip(columns, kinds, strict=True)):
        return values, relation.sql
    items = ", ".join(coerce(column, kind).sql for column, kind in zip(columns, kinds, strict=True))
    return values, select_from(items, f"({relation.sql}) AS {translator.new_name('r')}")


def translate_in_query(
    translator: Translator, node: exp.In, value: Typed, query: exp.Expr
) -> Typed:
    """Translate IN over a query."""
    relation = translator.translate_query(query)
    check_correlation(translator, query, Use.MEMBERSHIP)
    kinds = value.type.parameters if value.type.name == "row" else (value.type,)
    if len(relation.fields) != len(kinds):
        raise translator.mismatch(node, "Subquery must return as many columns as the value has")
    for kind, column in zip(kinds, relation.fields, strict=True):
        translator.require_comparable(node, column.type)
        if common_type(kind, column.type) is None:
            text = f"value and result of subquery must be of the same type: {kind} vs {column.type}"
            raise translator.mismatch(node, text)
    parts = [value]
    if value.type.name == "row":
        parts = [Typed(f"({value.sql}).f{n}", kind) for n, kind in enumerate(kinds, 1)]
    parts, query_sql = _coerce_to_query(translator, parts, relation)
    if len(parts) == 1:
        return Typed(f"({parts[0].sql} IN ({query_sql}))", BOOLEAN)
    return Typed(_find_row(translator, value, parts, query_sql), BOOLEAN)


def _find_row(translator: Translator, value: Typed, parts: Sequence[Typed], query_sql: str) -> str:
    """Write a search for a row; Trino finds its NULLs as any other values."""
    alias = translator.new_name("r")
    names = [translator.new_name("c") for _ in parts]
    pairs = zip(names, parts, strict=True)
    same = " AND ".join(f"{alias}.{name} IS NOT DISTINCT FROM {part.sql}" for name, part in pairs)
    source = select_from("1", f"({query_sql}) AS {alias}({', '.join(names)}) WHERE {same}")
    return f"(CASE WHEN ({value.sql}) IS NOT NULL THEN EXISTS ({source}) END)"


def _exists(translator: Translator, node: exp.Exists) -> Typed:
    relation = translator.translate_query(node.this)
    check_correlation(translator, node.this, Use.EXISTENCE)
    return Typed(f"(EXISTS ({relation.sql}))", BOOLEAN)


def _scalar_query(translator: Translator, node: exp.Subquery) -> Typed:
    relation = translator.translate_query(node)
    check_correlation(translator, node, Use.RELATION)
    if len(relation.fields) == 1:
        return Typed(f"({relation.sql})", relation.fields[0].type)
    # Several columns are one row, which is there even if the query has none.
    names = tuple(column.name for column in relation.fields)
    kind = row_of(*(column.type for column in relation.fields), names=names)
    fields = ", ".join(f"'f{n}': {column.sql}" for n, column in enumerate(relation.fields, 1))
    nothing = ", ".join(f"'f{n}': NULL" for n in range(1, len(relation.fields) + 1))
    row = select_from(f"{{{fields}}}", f"({relation.sql}) AS {translator.new_name('r')}")
    return Typed(f"coalesce(({row}), CAST({{{nothing}}} AS {kind.duckdb}))", kind)


HANDLERS: dict[type[exp.Expr], Handler] = {
    exp.Exists: _exists,
    exp.Subquery: _scalar_query,
}
