"""Arithmetic on numbers, dates and intervals, rounding, and aggregates that keep decimals."""

from collections.abc import Callable
from dataclasses import replace

from sqlglot import exp

from local_athena.backends.duckdb.dialect.context import (
    Call,
    FunctionHandler,
    Handler,
    Translator,
)
from local_athena.backends.duckdb.dialect.function_calls import apply_clauses, apply_signature
from local_athena.backends.duckdb.dialect.trino_types import (
    DAY_TO_SECOND,
    TrinoType,
    common_type,
    decimal_of,
)
from local_athena.backends.duckdb.dialect.typed_sql import Typed, coerce

_SYMBOLS = {exp.Add: "+", exp.Sub: "-", exp.Mul: "*", exp.Div: "/", exp.Mod: "%"}
_TEMPORAL = ("date", "time", "timestamp", "timestamp with time zone")
_MAX_EXACT_DIGITS = 15


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
        return _calculate_decimals(translator, node, symbol, left, right)
    if common is not None and (common.is_number or common.name == "unknown"):
        return _calculate_numbers(symbol, coerce(left, common), coerce(right, common))
    result = _calculate_times(symbol, left, right)
    if result is None:
        raise translator.mismatch(node, shown)
    return result


def _calculate_numbers(symbol: str, left: Typed, right: Typed) -> Typed:
    kind = left.type
    if symbol == "%" and not kind.is_integer:
        return Typed(f"fmod({left.sql}, {right.sql})", kind)
    if symbol == "/" and kind.is_integer:
        symbol = "//"
    return Typed(f"({left.sql} {symbol} {right.sql})", kind)


def _calculate_decimals(
    translator: Translator, node: exp.Expr, symbol: str, left: Typed, right: Typed
) -> Typed:
    one, other = (
        decimal_of(side.type) if side.type.is_integer else side.type for side in (left, right)
    )
    kind = _decimal_result_type(symbol, one, other)
    left, right = coerce(left, one), coerce(right, other)
    if symbol != "/":
        return Typed(f"CAST({left.sql} {symbol} {right.sql} AS {kind.duckdb})", kind)
    if (one.precision or 0) > _MAX_EXACT_DIGITS or (kind.precision or 0) > _MAX_EXACT_DIGITS * 2:
        raise translator.unsupported(node, "division of decimals of many digits")
    quotient = f"athena_decimal_quotient({left.sql}, {right.sql}, {kind.scale})"
    return Typed(f"CAST({quotient} AS {kind.duckdb})", kind)


def _decimal_result_type(symbol: str, one: TrinoType, other: TrinoType) -> TrinoType:
    precision, scale = one.precision or 0, one.scale
    digits, fraction = other.precision or 0, other.scale
    widest = max(scale, fraction)
    whole = max(precision - scale, digits - fraction)
    sizes = {
        "+": (whole + widest + 1, widest),
        "-": (whole + widest + 1, widest),
        "*": (precision + digits, scale + fraction),
        "/": (precision + fraction + max(fraction - scale, 0), widest),
        "%": (min(precision - scale, digits - fraction) + widest, widest),
    }
    size, result = sizes[symbol]
    return TrinoType("decimal", precision=min(38, size), scale=result)


def _calculate_times(symbol: str, left: Typed, right: Typed) -> Typed | None:
    if symbol == "+" and left.type.is_interval and not right.type.is_interval:
        left, right = right, left
    if symbol in "+-" and left.type.name in _TEMPORAL and right.type.is_interval:
        return _shift_by_interval(symbol, left, right)
    if symbol in "+-" and left.type.is_interval and left.type == right.type:
        return Typed(f"({left.sql} {symbol} {right.sql})", left.type)
    if symbol == "*" and right.type.is_interval:
        left, right = right, left
    if symbol in "*/" and left.type.is_interval and right.type.is_number:
        return Typed(f"({left.sql} {symbol} {right.sql})", left.type)
    if symbol == "-" and left.type.name in _TEMPORAL and common_type(left.type, right.type):
        return _subtract_times(left, right)
    return None


def _shift_by_interval(symbol: str, moment: Typed, interval: Typed) -> Typed:
    sql = f"({moment.sql} {symbol} {interval.sql})"
    if moment.type.name in ("date", "time"):
        return Typed(f"CAST({sql} AS {moment.type.duckdb})", moment.type)
    precision = moment.type.precision or 0
    if interval.type.name == DAY_TO_SECOND:
        precision = max(3, precision)
    return Typed(sql, replace(moment.type, precision=precision))


def _subtract_times(left: Typed, right: Typed) -> Typed:
    # DuckDB counts days between dates as a number, and Athena answers with an interval.
    common = common_type(left.type, right.type)
    if common is not None and common.name == "date":
        sql = f"to_days(CAST({left.sql} - {right.sql} AS INTEGER))"
    else:
        pair = [coerce(side, common).sql for side in (left, right) if common]
        sql = f"({pair[0]} - {pair[1]})"
    return Typed(sql, TrinoType(DAY_TO_SECOND))


def _negate(translator: Translator, node: exp.Neg) -> Typed:
    value = translator.translate(node.this)
    if not (value.type.is_number or value.type.is_interval):
        raise translator.mismatch(node, f"Cannot negate {value.type}")
    constant = f"-{value.constant}" if value.constant else None
    return Typed(f"(-{value.sql})", value.type, constant)


def _modulus(translator: Translator, call: Call) -> Typed:
    value, divisor = translator.translate_arguments(call, 2)
    return apply_operator(translator, call.node, "%", value, divisor)


def _make_rounding(
    function: str,
) -> Callable[[Translator, Call], Typed]:
    """Round decimals, which changes their scale; other numbers follow the table of signatures."""

    def handler(translator: Translator, call: Call) -> Typed:
        values = translator.translate_arguments(call, 1)
        kind = values[0].type
        if kind.name != "decimal":
            return apply_signature(translator, call, values)
        if len(values) == 2:
            wider = replace(kind, precision=min(38, (kind.precision or 0) + 1))
            sql = f"CAST({function}({values[0].sql}, {values[1].sql}) AS {wider.duckdb})"
            return Typed(sql, wider)
        digits = (kind.precision or 0) - kind.scale + min(kind.scale, 1)
        whole = TrinoType("decimal", precision=max(1, digits))
        return Typed(f"CAST({function}({values[0].sql}) AS {whole.duckdb})", whole)

    return handler


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
    "round": _make_rounding("round"),
    "ceil": _make_rounding("ceil"),
    "ceiling": _make_rounding("ceil"),
    "floor": _make_rounding("floor"),
    "truncate": _make_rounding("trunc"),
    "sum": _aggregate_decimals,
    "avg": _aggregate_decimals,
}
