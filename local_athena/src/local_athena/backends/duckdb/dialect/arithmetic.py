"""Arithmetic on numbers, dates and intervals, and aggregates that keep decimals."""

from sqlglot import exp

from local_athena.backends.duckdb.dialect.context import (
    Call,
    FunctionHandler,
    Handler,
    Translator,
)
from local_athena.backends.duckdb.dialect.datetime_arithmetic import calculate_times
from local_athena.backends.duckdb.dialect.decimal_arithmetic import calculate_decimals
from local_athena.backends.duckdb.dialect.function_calls import apply_clauses, apply_signature
from local_athena.backends.duckdb.dialect.trino_types import (
    TrinoType,
    common_type,
)
from local_athena.backends.duckdb.dialect.typed_sql import Typed, coerce

_SYMBOLS = {exp.Add: "+", exp.Sub: "-", exp.Mul: "*", exp.Div: "/", exp.Mod: "%"}


def _arithmetic(translator: Translator, node: exp.Binary) -> Typed:
    symbol = _SYMBOLS[type(node)]
    left, right = translator.translate(node.this), translator.translate(node.expression)
    return apply_operator(translator, node, symbol, left, right)


def apply_operator(
    translator: Translator, node: exp.Expr, symbol: str, left: Typed, right: Typed
) -> Typed:
    """Apply one arithmetic operator to two values."""
    shown = f"Cannot apply operator: {left.type} {symbol} {right.type}"
    common = common_type(left.type, right.type)
    if common is not None and common.name == "decimal":
        return calculate_decimals(symbol, left, right)
    if common is not None and (common.is_number or common.name == "unknown"):
        return _calculate_numbers(symbol, coerce(left, common), coerce(right, common))
    result = calculate_times(translator, node, symbol, left, right)
    if result is None:
        raise translator.mismatch(node, shown)
    return result


def _calculate_numbers(symbol: str, left: Typed, right: Typed) -> Typed:
    kind = left.type
    if symbol == "/" and kind.is_integer:
        symbol = "//"
    return Typed(f"({left.sql} {symbol} {right.sql})", kind)


def _negate(translator: Translator, node: exp.Neg) -> Typed:
    value = translator.translate(node.this)
    if not (value.type.is_number or value.type.is_interval):
        raise translator.mismatch(node, f"Cannot negate {value.type}")
    constant = f"-{value.constant}".removeprefix("--") if value.constant else None
    # DuckDB negates the least tinyint to a smallint, and so on.
    sql = f"(-{value.sql})"
    kept = sql if constant or not value.type.is_integer else f"CAST({sql} AS {value.type.duckdb})"
    return Typed(kept, value.type, constant)


def _modulus(translator: Translator, call: Call) -> Typed:
    value, divisor = translator.translate_arguments(call, 2)
    return apply_operator(translator, call.node, "%", value, divisor)


def _aggregate_decimals(translator: Translator, call: Call) -> Typed:
    """Sum or average decimals and reals as the kind of number they are."""
    values = translator.translate_arguments(call, 1)
    kind = values[0].type
    if kind.name not in ("decimal", "real"):
        return apply_signature(translator, call, values)
    wide = TrinoType("decimal", precision=38, scale=kind.scale) if call.name == "sum" else kind
    result = kind if kind.name == "real" else wide
    core = apply_clauses(translator, call, f"<<{call.name}({values[0].sql})>>")
    return Typed(f"CAST({core} AS {result.duckdb})", result)


HANDLERS: dict[type[exp.Expr], Handler] = {
    **dict.fromkeys(_SYMBOLS, _arithmetic),
    exp.Neg: _negate,
}
FUNCTIONS: dict[str, FunctionHandler] = {
    "mod": _modulus,
    "sum": _aggregate_decimals,
    "avg": _aggregate_decimals,
}
