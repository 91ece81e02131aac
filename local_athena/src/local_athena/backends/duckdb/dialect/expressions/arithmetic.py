"""Arithmetic on numbers, dates and intervals."""

from collections.abc import Sequence

from sqlglot import exp

from local_athena.backends.duckdb.dialect.context import (
    Call,
    FunctionHandler,
    Handler,
    Translator,
)
from local_athena.backends.duckdb.dialect.datetimes.datetime_arithmetic import calculate_times
from local_athena.backends.duckdb.dialect.expressions.primary_expressions import integer_literal
from local_athena.backends.duckdb.dialect.numbers.decimal_arithmetic import calculate_decimals
from local_athena.backends.duckdb.dialect.types.trino_types import (
    TINYINT,
    UNKNOWN,
    TrinoType,
    common_type,
    least_value,
)
from local_athena.backends.duckdb.dialect.types.typed_sql import Typed, coerce, null_of

_SYMBOLS = {exp.Add: "+", exp.Sub: "-", exp.Mul: "*", exp.Div: "/", exp.Mod: "%"}

# What NULL is beside a decimal.
_NULL_DECIMAL = TrinoType("decimal", precision=1)


def _arithmetic(translator: Translator, node: exp.Binary) -> Typed:
    symbol = _SYMBOLS[type(node)]
    left, right = translator.translate(node.this), translator.translate(node.expression)
    return apply_operator(translator, node, symbol, left, right)


def apply_operator(
    translator: Translator, node: exp.Expr, symbol: str, left: Typed, right: Typed
) -> Typed:
    """Apply one arithmetic operator to two values."""
    _refuse_ambiguous_null(translator, node, symbol, (left.type, right.type))
    shown = f"Cannot apply operator: {left.type} {symbol} {right.type}"
    common = common_type(left.type, right.type)
    if common is not None and common.name == "decimal":
        left, right = (
            coerce(side, _NULL_DECIMAL) if side.type == UNKNOWN else side for side in (left, right)
        )
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
    if symbol == "%" and kind.is_integer and right.constant in (None, "-1"):
        # DuckDB's remainder of the least number and -1 overflows.
        wide = "HUGEINT" if kind.name == "bigint" else "BIGINT"
        return Typed(f"CAST(CAST({left.sql} AS {wide}) % {right.sql} AS {kind.duckdb})", kind)
    return Typed(f"({left.sql} {symbol} {right.sql})", kind)


def _negate(translator: Translator, node: exp.Neg) -> Typed:
    operand = node.this
    if isinstance(operand, exp.Literal) and not operand.is_string and operand.name.isdecimal():
        # The sign is part of the literal.
        return integer_literal(translator, node, -int(operand.name))
    value = translator.translate(operand)
    kind = value.type
    if kind.name == "unknown":
        raise translator.ambiguous(node)
    if not (kind.is_number or kind.is_interval):
        raise translator.mismatch(node, f"Cannot negate {kind}")
    constant = f"-{value.constant}".removeprefix("--") if value.constant else None
    sql = f"(-{value.sql})"
    if kind.is_integer and (not value.constant or int(value.constant) == least_value(kind)):
        constant = None
        sql = f"athena_negated({value.sql}, {least_value(kind)}, '{kind}')"
    if kind.is_integer:
        # DuckDB takes -(2147483648) for an integer of four bytes.
        sql = f"CAST({sql} AS {kind.duckdb})"
    return Typed(sql, kind, constant)


def _refuse_ambiguous_null(
    translator: Translator, node: exp.Expr, symbol: str, kinds: Sequence[TrinoType]
) -> None:
    """Refuse NULL as an operand where several types of it would do."""
    known = [kind for kind in kinds if kind != UNKNOWN]
    is_operator = not isinstance(node, exp.Anonymous)
    if not is_operator or len(known) == len(kinds):
        return
    if not known or _may_be_interval(symbol, known[0], is_left=kinds[0] == UNKNOWN):
        raise translator.ambiguous(node)


def _may_be_interval(symbol: str, other: TrinoType, *, is_left: bool) -> bool:
    """Tell whether NULL beside a type may be an interval, or a time, as well as a number."""
    if other.is_interval:
        return symbol == "+" or (symbol == "-" and is_left)
    scales = ("bigint", "double") if symbol == "*" else ("double",)
    return other.name in scales and (symbol == "*" or (symbol == "/" and is_left))


def _modulus(translator: Translator, call: Call) -> Typed:
    value, divisor = translator.translate_arguments(call, 2)
    if value.type == divisor.type == UNKNOWN:
        return null_of(TINYINT)
    return apply_operator(translator, call.node, "%", value, divisor)


HANDLERS: dict[type[exp.Expr], Handler] = {
    **dict.fromkeys(_SYMBOLS, _arithmetic),
    exp.Neg: _negate,
}
FUNCTIONS: dict[str, FunctionHandler] = {
    "mod": _modulus,
}
