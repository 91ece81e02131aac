"""Translate what orders rows: sort keys, and OFFSET, LIMIT and FETCH of a query."""

from collections.abc import Sequence
from dataclasses import dataclass

from sqlglot import exp

from local_athena.backends.duckdb.dialect.context import Call, Translator
from local_athena.backends.duckdb.dialect.datetimes.time_zones import without_zone
from local_athena.backends.duckdb.dialect.expressions.structure_comparisons import (
    check_comparable,
    check_order,
)
from local_athena.backends.duckdb.dialect.queries.scopes import Item
from local_athena.backends.duckdb.dialect.types.trino_types import TrinoType
from local_athena.backends.duckdb.dialect.types.typed_sql import Typed

# What Trino's parser takes for a number of rows.
_MOST_ROWS = 2**63 - 1


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


def check_order_of_distinct(translator: Translator, call: Call) -> None:
    """Refuse sort keys of an aggregate of distinct values that are none of its arguments."""
    text = "For aggregate function with DISTINCT, ORDER BY expressions must appear in arguments"
    for item in call.clauses.order:
        key = item.this
        if key in call.arguments:
            continue
        arguments = [translator.translate(argument).sql for argument in call.arguments]
        if translator.translate(key).sql not in arguments:
            raise translator.failure("EXPRESSION_NOT_IN_DISTINCT", text, key)


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
    """The clauses after the body of a query.

    Attributes:
        sql: In DuckDB's order.
        is_of_output: Whether they see only the columns of the output, by their labels.
    """

    sql: str
    is_of_output: bool = False

    @property
    def present(self) -> bool:
        """Tell whether there is any clause."""
        return bool(self.sql)


def translate_tail(
    translator: Translator, node: exp.Expr, items: Sequence[Item], labels: Sequence[str] = ()
) -> Tail:
    """Translate the clauses at the end of a query.

    Args:
        translator: In the scope of ORDER BY.
        node: The query.
        items: Its output.
        labels: What the columns of the output are called; needed for SELECT DISTINCT.
    """
    order = node.args.get("order")
    distinct = isinstance(node, exp.Select) and node.args.get("distinct") is not None
    written = order.expressions if order else []
    values: list[Typed] = []
    keys = [_sort_key(translator, key, items, values, distinct=distinct) for key in written]
    parts = [f" ORDER BY {', '.join(keys)}"] if keys else []
    limit, offset = node.args.get("limit"), node.args.get("offset")
    count = None if limit is None else _row_count(translator, limit)
    skipped = None if offset is None else _read_count(translator, offset, offset.expression)
    if isinstance(limit, exp.Fetch) and _has_ties(translator, limit):
        if not keys:
            text = "FETCH FIRST WITH TIES clause requires ORDER BY"
            raise translator.failure("MISSING_ORDER_BY", text, limit)
        ranked = [_rank_key(translator, key, items, labels if distinct else ()) for key in written]
        parts.insert(0, _with_ties_clause(", ".join(ranked), count or 1, skipped or 0))
        return Tail("".join(parts), is_of_output=distinct)
    if count is not None:
        parts.append(f" LIMIT {count}")
    if skipped is not None:
        parts.append(f" OFFSET {skipped}")
    return Tail("".join(parts))


def _sort_key(
    translator: Translator,
    key: exp.Expr,
    items: Sequence[Item],
    before: list[Typed],
    *,
    distinct: bool,
) -> str:
    place, value = _find_value(translator, key, items)
    if distinct and not (place and _keeps_meaning(key.this, items)):
        text = "For SELECT DISTINCT, ORDER BY expressions must appear in select list"
        raise translator.failure("EXPRESSION_NOT_IN_DISTINCT", text, key)
    if not isinstance(key, exp.Ordered):
        return value.sql
    if distinct:
        check_orderable(translator, key, value.type)
        return f"{place} {sort_direction(key)}"
    earlier = list(before)
    before.append(value)
    if isinstance(key.find_ancestor(exp.Query), exp.Select) and _is_ordered_structure(value):
        checked = _check_against_previous(translator, key, value, earlier)
        return _write_sort_key(translator, key, checked)
    return _write_sort_key(translator, key, value, str(place) if place else None)


def _find_value(
    translator: Translator, key: exp.Expr, items: Sequence[Item]
) -> tuple[int | None, Typed]:
    """Find the value of a sort key, and the output column that has it, if there is one."""
    place = find_output_position(translator, key.this, items)
    if place:
        return place, items[place - 1].value
    value = translator.translate(key.this)
    same = (place for place, item in enumerate(items, 1) if item.value.sql == value.sql)
    return next(same, None), value


def _keeps_meaning(key: exp.Expr, items: Sequence[Item]) -> bool:
    """Tell whether names inside of a sort key mean what they mean in the list of columns."""
    if isinstance(key, exp.Column):
        return True
    named = {item.name.lower() for item in items if item.name is not None}
    columns = (column for column in key.find_all(exp.Column) if not column.table)
    return all(column.name.lower() not in named for column in columns)


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


def _rank_key(
    translator: Translator, key: exp.Expr, items: Sequence[Item], labels: Sequence[str]
) -> str:
    """Write a sort key for a window, over the labels of the output if there are any."""
    place, value = _find_value(translator, key, items)
    if place and labels:
        value = Typed(labels[place - 1], value.type)
    if not isinstance(key, exp.Ordered):
        return value.sql
    return _write_sort_key(translator, key, _check_structure(without_zone(value)))


def _with_ties_clause(keys: str, count: int, skipped: int) -> str:
    window = f"OVER (ORDER BY {keys})"
    kept = f" QUALIFY rank() {window} <= {count + skipped}"
    return f"{kept} AND row_number() {window} > {skipped}" if skipped else kept


def _row_count(translator: Translator, limit: exp.Expr) -> int | None:
    if isinstance(limit, exp.Fetch):
        written = limit.args.get("count")
        count = 1 if written is None else _read_count(translator, limit, written)
        if count == 0:
            text = "FETCH FIRST row count must be positive (actual value: 0)"
            raise translator.failure("NUMERIC_VALUE_OUT_OF_RANGE", text, limit)
        return count
    translator.allow_only(limit, "this", "expression")
    if isinstance(limit.expression, exp.Var) and limit.expression.name.upper() == "ALL":
        return None
    return _read_count(translator, limit, limit.expression)


def _read_count(translator: Translator, clause: exp.Expr, value: exp.Expr | None) -> int:
    if isinstance(value, exp.Literal) and not value.is_string and value.name.isdecimal():
        count = int(value.name)
        if count <= _MOST_ROWS:
            return count
    raise translator.malformed(value or clause)
