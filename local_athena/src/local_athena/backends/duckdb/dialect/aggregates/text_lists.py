"""`listagg`, whose result has a limit: it fails beyond, or tells how many values it left out."""

from collections.abc import Sequence

from sqlglot import exp

from local_athena.backends.duckdb.dialect.context import (
    Call,
    Clauses,
    FunctionHandler,
    Translator,
)
from local_athena.backends.duckdb.dialect.function_calls import apply_clauses
from local_athena.backends.duckdb.dialect.types.trino_types import VARCHAR
from local_athena.backends.duckdb.dialect.types.typed_sql import (
    PythonFunction,
    Typed,
    failing_expression,
    quote_string,
)

_MOST_BYTES = 1 << 20
_TOO_LONG = (
    "Concatenated string has the length in bytes larger than the maximum output length"
    f" {_MOST_BYTES}"
)


def _listagg(translator: Translator, call: Call) -> Typed:
    node = call.node
    order = node.this
    distinct = isinstance(order.this, exp.Distinct)
    argument = order.this.expressions[0] if distinct else order.this
    value = translator.translate(argument)
    if value.type.name != "varchar":
        shown = argument.sql("trino", normalize_functions=False)
        text = f"Expected expression of varchar, but '{shown}' has {value.type} type"
        raise translator.mismatch(node, text)
    clauses = Clauses(call.clauses.filter, call.clauses.window, False, order.expressions, distinct)
    separator = node.args.get("separator")
    sql = _join(value.sql, quote_string(separator.name if separator else ""), node)
    outer = Call(call.name, [argument], node, clauses)
    return Typed(apply_clauses(translator, outer, sql), VARCHAR)


def _join(value: str, separator: str, node: exp.Expr) -> str:
    overflow = node.args.get("on_overflow")
    if isinstance(overflow, exp.OverflowTruncateBehavior):
        filler = quote_string(overflow.name if overflow.this else "...")
        counts = str(bool(overflow.args["with_count"])).upper()
        return f"athena_truncated_list(<<list({value})>>, {separator}, {filler}, {counts})"
    failing = failing_expression("EXCEEDED_FUNCTION_MEMORY_LIMIT", _TOO_LONG, VARCHAR)
    checked = f"CASE WHEN strlen(joined) > {_MOST_BYTES} THEN {failing} ELSE joined END"
    return f"list_transform([<<string_agg({value}, {separator})>>], lambda joined: {checked})[1]"


def _truncate_list(
    values: Sequence[str | None], separator: str, filler: str, counts: bool
) -> str | None:
    present = [value for value in values if value is not None]
    if not present:
        return None
    between = len(separator.encode())
    size = -between
    for place, value in enumerate(present):
        size += between + len(value.encode())
        if size > _MOST_BYTES:
            left_out = f"({len(present) - place})" if counts else ""
            return separator.join([*present[:place], filler + left_out])
    return separator.join(present)


FUNCTIONS: dict[str, FunctionHandler] = {"listagg": _listagg}
PYTHON_FUNCTIONS: tuple[PythonFunction, ...] = (
    (
        "athena_truncated_list",
        _truncate_list,
        ["VARCHAR[]", "VARCHAR", "VARCHAR", "BOOLEAN"],
        "VARCHAR",
    ),
)
