"""Push conditions on partition columns down to the scans of the tables.

A condition is pushed through the queries in between as long as they hand the column on unchanged.
"""

from collections import defaultdict
from collections.abc import Iterator, Sequence
from dataclasses import replace

from sqlglot import exp

from local_athena.backends.duckdb.dialect.context import PartitionPredicate, Translator
from local_athena.backends.duckdb.dialect.expressions.conditional_expressions import (
    is_allowed_in_try,
)
from local_athena.backends.duckdb.dialect.queries.scopes import Field, Item, PartitionColumn, Scope
from local_athena.backends.duckdb.dialect.types.trino_types import BOOLEAN
from local_athena.backends.duckdb.dialect.types.typed_sql import coerce, quote_identifier
from local_athena.errors import MalformedQuery, StatementFailure

_Origin = tuple[Field, PartitionColumn]


def push_down(translator: Translator, condition: exp.Expr, fields: Sequence[Field]) -> None:
    """Add a condition that all wanted rows fulfil to the scans that the fields come from."""
    by_scan: dict[int, list[_Origin]] = defaultdict(list)
    for field in fields:
        for column in field.partition_columns:
            by_scan[column.scan].append((field, column))
    bare = condition.unnest()
    for conjunct in bare.flatten() if isinstance(bare, exp.And) else [bare]:
        for scan, origins in by_scan.items():
            translator.statement.predicates[scan].extend(
                _translate_predicates(translator, conjunct, origins)
            )


def _translate_predicates(
    translator: Translator, conjunct: exp.Expr, origins: Sequence[_Origin]
) -> Iterator[PartitionPredicate]:
    """Translate a condition for each depth of the folder tree that tells more about it."""
    columns = [column for _, column in origins]
    null_extended = any(column.null_extended for column in columns)
    common_tables = frozenset(name for column in columns for name in column.common_tables)
    names = _identifier_names(conjunct)
    for depth in sorted({column.depth for field, column in origins if _field_name(field) in names}):
        known = tuple(
            replace(field, sql=f"folder.{quote_identifier(column.name)}")
            for field, column in origins
            if column.depth <= depth
        )
        folder = translator.within(Scope(fields=known))
        # With a row of NULLs, a term that the folder leaves unknown may be true.
        sql = _translate_known(folder, conjunct) if null_extended else _weaken(folder, conjunct)
        if sql is not None:
            yield PartitionPredicate(sql, depth, null_extended, common_tables)


def _weaken(folder: Translator, node: exp.Expr) -> str | None:
    """Translate a condition with NULL for each term that needs more than the folder.

    By three-valued logic the result is false only where the condition cannot be true.
    """
    bare = node.unnest()
    if isinstance(bare, exp.And | exp.Or):
        terms = [_weaken(folder, term) for term in bare.flatten()]
        word = " AND " if isinstance(bare, exp.And) else " OR "
        return f"({word.join(term or 'NULL' for term in terms)})" if any(terms) else None
    if isinstance(bare, exp.Not):
        inner = _weaken(folder, bare.this)
        return inner and f"(NOT {inner})"
    sql = _translate_known(folder, bare)
    return sql and f"TRY({sql})"


def _translate_known(folder: Translator, node: exp.Expr) -> str | None:
    # Most terms name no partition column; to learn that from an error would be slow.
    if _identifier_names(node).isdisjoint(
        map(_field_name, folder.scope.fields)
    ) or not is_allowed_in_try(node):
        return None
    try:
        value = folder.translate(node)
    except (StatementFailure, MalformedQuery):
        return None
    return coerce(value, BOOLEAN).sql


def _identifier_names(node: exp.Expr) -> set[str]:
    return {identifier.name.lower() for identifier in node.find_all(exp.Identifier)}


def _field_name(field: Field) -> str:
    return (field.name or "").lower()


def pass_on_partition_columns(
    translator: Translator, select: exp.Select, items: Sequence[Item], source: Sequence[Field]
) -> list[tuple[PartitionColumn, ...]]:
    """Find the partition columns that the items of a SELECT hand on unchanged.

    A condition must not be pushed through what looks at several rows at once: LIMIT, windows, or a
    grouping by something else.
    """
    kept = _find_transparent_items(translator, select, items)
    columns = {field.sql: field.partition_columns for field in source}
    return [
        columns.get(item.value.sql, ()) if kept is None or item.value.sql in kept else ()
        for item in items
    ]


def _find_transparent_items(
    translator: Translator, select: exp.Select, items: Sequence[Item]
) -> set[str] | None:
    """Find the items that a condition can be pushed through, or None for all of them."""
    if select.args.get("limit") or select.args.get("offset"):
        return set()
    if any(item.find(exp.Window) for item in select.expressions):
        return set()
    group = select.args.get("group")
    if group is None:
        return None
    if any(value for name, value in group.args.items() if name != "expressions"):
        return set()
    if any(isinstance(key, exp.Cube | exp.Rollup | exp.GroupingSets) for key in group.expressions):
        return set()
    return {_group_key(translator, key, items) for key in group.expressions}


def _group_key(translator: Translator, key: exp.Expr, items: Sequence[Item]) -> str:
    if isinstance(key, exp.Literal):
        return items[int(key.name) - 1].value.sql
    return translator.translate(key).sql if isinstance(key, exp.Column) else ""
