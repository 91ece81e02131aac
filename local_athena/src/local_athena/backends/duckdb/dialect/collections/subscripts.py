"""Subscripts: elements of arrays, values of maps and fields of rows."""

from sqlglot import exp

from local_athena.backends.duckdb.dialect.collections.arrays import translate_array_item
from local_athena.backends.duckdb.dialect.context import Handler, Translator
from local_athena.backends.duckdb.dialect.types.trino_types import UNKNOWN, common_type, map_of
from local_athena.backends.duckdb.dialect.types.typed_sql import (
    Typed,
    coerce,
    failing_expression,
)


def _subscript(translator: Translator, node: exp.Bracket) -> Typed:
    translator.allow_only(node, "this", "expressions", "offset")
    base, index = translator.translate(node.this), translator.translate(node.expressions[0])
    if base.type == UNKNOWN:
        return base
    is_index = index.type.is_integer or index.type.name == "unknown"
    if len(node.expressions) == 1 and base.type.name == "array" and is_index:
        return translate_array_item(base, index)
    if len(node.expressions) == 1 and base.type.name == "map":
        return _map_item(translator, node, base, index)
    if base.type.name == "row":
        return _row_subscript(translator, node, base, index)
    raise translator.mismatch(node, f"Cannot use {index.type} for subscript of {base.type}")


def _map_item(translator: Translator, node: exp.Expr, base: Typed, index: Typed) -> Typed:
    """Take the value of a key, or fail for a key that the map does not have."""
    kind = common_type(base.type.key, index.type)
    if kind is None:
        raise translator.mismatch(node, f"Cannot use {index.type} for subscript of {base.type}")
    base, key = coerce(base, map_of(kind, base.type.value)), coerce(index, kind)
    missing = failing_expression(
        "INVALID_FUNCTION_ARGUMENT", "Key not present in map", base.type.value
    )
    sql = (
        f"CASE WHEN NOT map_contains({base.sql}, {key.sql}) THEN {missing}"
        f" ELSE map_extract_value({base.sql}, {key.sql}) END"
    )
    return Typed(sql, base.type.value)


def _row_subscript(translator: Translator, node: exp.Expr, base: Typed, index: Typed) -> Typed:
    if index.constant is None or not index.type.is_integer:
        text = "Subscript expression on ROW requires a constant index"
        raise translator.failure("EXPRESSION_NOT_CONSTANT", text, node)
    number, most = int(index.constant), len(base.type.parameters)
    if not 1 <= number <= most:
        text = f"Invalid subscript index: {number}. ROW indices are from 1 to {most}"
        raise translator.failure("INVALID_FUNCTION_ARGUMENT", text, node)
    return Typed(f"({base.sql}).f{number}", base.type.parameters[number - 1])


HANDLERS: dict[type[exp.Expr], Handler] = {exp.Bracket: _subscript}
