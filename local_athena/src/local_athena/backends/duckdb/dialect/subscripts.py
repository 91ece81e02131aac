"""Subscripts of arrays, maps and rows: what is not there is an error, not NULL."""

from sqlglot import exp

from local_athena.backends.duckdb.dialect.context import Handler, Translator
from local_athena.backends.duckdb.dialect.typed_sql import Typed, failing


def _subscript(translator: Translator, node: exp.Bracket) -> Typed:
    translator.only(node, "this", "expressions", "offset")
    base, index = translator.typed(node.this), translator.typed(node.expressions[0])
    if len(node.expressions) == 1 and base.type.name == "array" and index.type.is_integer:
        return array_item(base, index)
    if len(node.expressions) == 1 and base.type.name == "map":
        return map_item(base, translator.typed_as(node.expressions[0], base.type.key))
    if base.type.name == "row" and index.constant and index.type.is_integer:
        number = int(index.constant)
        if 1 <= number <= len(base.type.parameters):
            return Typed(f"({base.sql}).f{number}", base.type.parameters[number - 1])
    raise translator.mismatch(node, f"Cannot use {index.type} for subscript of {base.type}")


def array_item(base: Typed, index: Typed) -> Typed:
    """An element of an array; a subscript outside of it is an error."""
    kind = base.type.element
    zero = failing("INVALID_FUNCTION_ARGUMENT", "SQL array indices start at 1", kind)
    negative = failing("INVALID_FUNCTION_ARGUMENT", "Array subscript is negative", kind)
    over = "Array subscript must be less than or equal to array length"
    beyond = failing("INVALID_FUNCTION_ARGUMENT", over, kind)
    sql = (
        f"CASE WHEN {index.sql} = 0 AND {base.sql} IS NOT NULL THEN {zero}"
        f" WHEN {index.sql} < 0 AND {base.sql} IS NOT NULL THEN {negative}"
        f" WHEN {index.sql} > len({base.sql}) THEN {beyond}"
        f" ELSE ({base.sql})[{index.sql}] END"
    )
    return Typed(sql, kind)


def map_item(base: Typed, key: Typed) -> Typed:
    """The value of a key; a key that is not there is an error."""
    missing = failing("INVALID_FUNCTION_ARGUMENT", "Key not present in map", base.type.value)
    sql = (
        f"CASE WHEN NOT map_contains({base.sql}, {key.sql}) THEN {missing}"
        f" ELSE map_extract_value({base.sql}, {key.sql}) END"
    )
    return Typed(sql, base.type.value)


HANDLERS: dict[type[exp.Expr], Handler] = {exp.Bracket: _subscript}
