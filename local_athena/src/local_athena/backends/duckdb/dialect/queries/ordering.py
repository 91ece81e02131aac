"""Translate what orders rows: sort keys, and OFFSET, LIMIT and FETCH of a query."""

from collections.abc import Sequence
from dataclasses import dataclass

from sqlglot import exp

from local_athena.backends.duckdb.dialect.context import Translator
from local_athena.backends.duckdb.dialect.datetimes.time_zones import without_zone
from local_athena.backends.duckdb.dialect.expressions.structure_comparisons import (
    check_comparable,
    check_order,
)
from local_athena.backends.duckdb.dialect.queries.scopes import Item
from local_athena.backends.duckdb.dialect.types.trino_types import TrinoType
from local_athena.backends.duckdb.dialect.types.typed_sql import Typed


def sort_direction(item: exp.Ordered) -> str:
    """Translate the direction of a sort key; Athena sorts NULL last either way."""
    nulls = "FIRST" if item.args.get("nulls_first") else "LAST"
    return f"{'DESC' if item.args.get('desc') else 'ASC'} NULLS {nulls}"


def translate_order(translator: Translator, items: Sequence[exp.Expr]) -> str:
    """Translate the sort keys of an aggregate or a window."""
    return ", ".join(
        _write_sort_key(
            translator, item, _check_structure(without_zone(translator.translate(item.this)))
        )
        for item in items
        if isinstance(item, exp.Ordered)
    )


def _check_structure(value: Typed) -> Typed:
    return Typed(check_comparable(value), value.type) if _is_ordered_structure(value) else value


def _is_ordered_structure(value: Typed) -> bool:
    return bool(value.type.parameters) and value.type.is_orderable


def _write_sort_key(
    translator: Translator, item: exp.Ordered, value: Typed, shown: str | None = None
) -> str:
    """Write a sort key; `shown` stands for it where NaN needs no place of its own."""
    check_orderable(translator, item, value.type)
    if value.type.name in ("double", "real") and item.args.get("nulls_first"):
        # NULL first moves NaN to the side of the least number.
        nan, other = (2, 1) if item.args.get("desc") else (1, 2)
        test = f"WHEN isnan({value.sql}) THEN {nan} ELSE {other}"
        place = f"CASE WHEN {value.sql} IS NULL THEN 0 {test} END"
        return f"{place}, {value.sql} {sort_direction(item)}"
    return f"{shown or value.sql} {sort_direction(item)}"


def check_orderable(translator: Translator, node: exp.Expr, kind: TrinoType) -> None:
    """Refuse a sort key whose type has no order."""
    if not kind.is_orderable:
        text = f"Type {kind} is not orderable, and therefore cannot be used in ORDER BY"
        raise translator.mismatch(node, text)


@dataclass(frozen=True)
class Tail:
    """The clauses after the body of a query."""

    sql: str

    @property
    def present(self) -> bool:
        """Tell whether there is any clause."""
        return bool(self.sql)


def translate_tail(translator: Translator, node: exp.Expr, items: Sequence[Item]) -> Tail:
    """Translate the clauses at the end of a query, in DuckDB's order."""
    order = node.args.get("order")
    distinct = isinstance(node, exp.Select) and node.args.get("distinct") is not None
    written = order.expressions if order else []
    values: list[Typed] = []
    keys = [_sort_key(translator, key, items, values, distinct=distinct) for key in written]
    limit, offset = node.args.get("limit"), node.args.get("offset")
    parts = [f" ORDER BY {', '.join(keys)}"] if keys else []
    if isinstance(limit, exp.Fetch) and _has_ties(translator, limit):
        if not keys or offset is not None:
            raise translator.unsupported(limit, "WITH TIES without ORDER BY or with OFFSET")
        parts.insert(0, _with_ties_clause(translator, limit, written, items))
    elif limit is not None and _row_count(translator, limit) is not None:
        parts.append(f" LIMIT {_row_count(translator, limit)}")
    if offset is not None:
        parts.append(f" OFFSET {_read_count(translator, offset, offset.expression)}")
    return Tail("".join(parts))


def _sort_key(
    translator: Translator,
    key: exp.Expr,
    items: Sequence[Item],
    before: list[Typed],
    *,
    distinct: bool,
) -> str:
    place = find_output_position(translator, key.this, items)
    value = items[place - 1].value if place else translator.translate(key.this)
    if distinct and not place and all(item.value.sql != value.sql for item in items):
        text = "For SELECT DISTINCT, ORDER BY expressions must appear in select list"
        raise translator.failure("EXPRESSION_NOT_IN_DISTINCT", text, key)
    if not isinstance(key, exp.Ordered):
        return value.sql
    if distinct:
        check_orderable(translator, key, value.type)
        return f"{place or value.sql} {sort_direction(key)}"
    earlier = list(before)
    before.append(value)
    if isinstance(key.find_ancestor(exp.Query), exp.Select) and _is_ordered_structure(value):
        checked = _check_against_previous(translator, key, value, earlier)
        return _write_sort_key(translator, key, checked)
    return _write_sort_key(translator, key, value, str(place) if place else None)


def _check_against_previous(
    translator: Translator, key: exp.Expr, value: Typed, earlier: Sequence[Typed]
) -> Typed:
    """Write an array or row that fails where Trino cannot compare it with its predecessor.

    Those that an earlier sort key tells apart are not compared.
    """
    if key.find(exp.Window) or " OVER " in value.sql:
        return Typed(check_comparable(value), value.type)
    parts = f"PARTITION BY {', '.join(other.sql for other in earlier)} " if earlier else ""
    previous = f"lag({value.sql}) OVER ({parts}ORDER BY {value.sql})"
    pair = translator.new_name("o")
    checked = check_order(Typed(f"{pair}.v", value.type), f"{pair}.p")
    packed = f"{{'v': {value.sql}, 'p': {previous}}}"
    return Typed(f"list_transform([{packed}], lambda {pair}: {checked})[1]", value.type)


def find_output_position(
    translator: Translator, node: exp.Expr, items: Sequence[Item]
) -> int | None:
    """Find the output column that a key means, by number, name or equal expression."""
    if isinstance(node, exp.Literal) and not node.is_string:
        number = int(node.name) if node.name.isdecimal() else 0
        if not 1 <= number <= len(items):
            text = f"Position {node.name} is not in select list"
            raise translator.failure("INVALID_COLUMN_REFERENCE", text, node)
        return number
    if isinstance(node, exp.Column) and not node.table:
        named = [
            place
            for place, item in enumerate(items, 1)
            if item.name is not None and item.name.lower() == node.name.lower()
        ]
        if len(named) > 1:
            text = f"Column '{node.name.lower()}' is ambiguous"
            raise translator.failure("AMBIGUOUS_NAME", text, node)
        return named[0] if named else None
    same = (place for place, item in enumerate(items, 1) if item.node == node)
    return next(same, None)


def _has_ties(translator: Translator, fetch: exp.Fetch) -> bool:
    translator.allow_only(fetch, "direction", "count", "limit_options")
    options = fetch.args.get("limit_options")
    if options is None:
        return False
    translator.allow_only(options, "rows", "with_ties")
    return bool(options.args.get("with_ties"))


def _with_ties_clause(
    translator: Translator, fetch: exp.Fetch, keys: Sequence[exp.Expr], items: Sequence[Item]
) -> str:
    ranked = []
    for key in keys:
        place = find_output_position(translator, key.this, items)
        sql = items[place - 1].value.sql if place else translator.translate(key.this).sql
        ranked.append(f"{sql} {sort_direction(key)}" if isinstance(key, exp.Ordered) else sql)
    return f" QUALIFY rank() OVER (ORDER BY {', '.join(ranked)}) <= {_row_count(translator, fetch)}"


def _row_count(translator: Translator, limit: exp.Expr) -> int | None:
    if isinstance(limit, exp.Fetch):
        count = limit.args.get("count")
        return 1 if count is None else _read_count(translator, limit, count)
    translator.allow_only(limit, "this", "expression")
    if isinstance(limit.expression, exp.Var) and limit.expression.name.upper() == "ALL":
        return None
    return _read_count(translator, limit, limit.expression)


def _read_count(translator: Translator, clause: exp.Expr, value: exp.Expr | None) -> int:
    if isinstance(value, exp.Literal) and not value.is_string and value.name.isdecimal():
        return int(value.name)
    raise translator.malformed(value or clause)
