"""Arithmetic on decimals: the type of each result, and what DuckDB's decimals cannot do exactly."""

import decimal
from collections.abc import Callable

from local_athena.backends.duckdb.dialect.types.trino_types import TrinoType, decimal_of
from local_athena.backends.duckdb.dialect.types.typed_sql import PythonFunction, Typed, coerce

_MAX_DIGITS = 38
# Trino divides for a remainder, too.
_QUOTIENTS = 2**128
# Up to here DuckDB calculates in 64 bits, and does not widen for the result.
_NARROW_DIGITS = 18
# Every product and every rescaled operand is exact.
_EXACT = decimal.Context(prec=4 * _MAX_DIGITS, rounding=decimal.ROUND_HALF_UP)
_OVERFLOW = "NUMERIC_VALUE_OUT_OF_RANGE:Decimal overflow"


def calculate_decimals(symbol: str, left: Typed, right: Typed) -> Typed:
    """Apply an operator to decimals and integers."""
    one, other = (
        decimal_of(side.type) if side.type.is_integer else side.type for side in (left, right)
    )
    kind, digits = _find_result_type(symbol, one, other)
    left, right = coerce(left, one), coerce(right, other)
    if symbol in "/%" or digits > _MAX_DIGITS:
        return _calculate_exactly(symbol, left, right, kind)
    if symbol == "*" and max(one.precision or 0, other.precision or 0) <= _NARROW_DIGITS < digits:
        left = coerce(left, TrinoType("decimal", precision=_NARROW_DIGITS + 1, scale=one.scale))
    return Typed(f"CAST({left.sql} {symbol} {right.sql} AS {kind.duckdb})", kind)


def _calculate_exactly(symbol: str, left: Typed, right: Typed, kind: TrinoType) -> Typed:
    texts = ", ".join(f"CAST({side.sql} AS VARCHAR)" for side in (left, right))
    call = f"athena_decimal_{_NAMES[symbol]}({texts}, {kind.scale})"
    return Typed(f"CAST({call} AS {kind.duckdb})", kind)


def _find_result_type(symbol: str, one: TrinoType, other: TrinoType) -> tuple[TrinoType, int]:
    """Find the type of a result, and how many digits it would have without a limit."""
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
    return TrinoType("decimal", precision=min(_MAX_DIGITS, size), scale=result), size


def _make_exact(
    operate: Callable[[decimal.Decimal, decimal.Decimal], decimal.Decimal],
) -> Callable[[str, str, int], str]:
    def calculate(left: str, right: str, scale: int) -> str:
        result = operate(decimal.Decimal(left), decimal.Decimal(right))
        rounded = result.quantize(decimal.Decimal(1).scaleb(-scale), context=_EXACT)
        if len(rounded.as_tuple().digits) > _MAX_DIGITS:
            raise ValueError(_OVERFLOW)
        return format(rounded, "f")

    return calculate


def _divide(left: decimal.Decimal, right: decimal.Decimal) -> decimal.Decimal:
    if not right:
        raise ValueError("DIVISION_BY_ZERO:Division by zero")
    return _EXACT.divide(left, right)


def _find_remainder(left: decimal.Decimal, right: decimal.Decimal) -> decimal.Decimal:
    if not right:
        raise ValueError("DIVISION_BY_ZERO:Division by zero")
    if _EXACT.divide_int(abs(left), abs(right)) >= _QUOTIENTS:
        raise ValueError(_OVERFLOW)
    return _EXACT.remainder(left, right)


def _make_rounding(rounding: str) -> Callable[[str, int], str]:
    def round_to(text: str, digits: int) -> str:
        place = decimal.Decimal(1).scaleb(-max(-_MAX_DIGITS, min(digits, _MAX_DIGITS)))
        value = decimal.Decimal(text)
        if value.as_tuple().exponent >= place.as_tuple().exponent:  # type: ignore[operator]
            return text
        return format(value.quantize(place, rounding, _EXACT), "f")

    return round_to


_NAMES = {"+": "sum", "-": "difference", "*": "product", "/": "quotient", "%": "remainder"}
_OPERATIONS = {
    "+": _EXACT.add,
    "-": _EXACT.subtract,
    "*": _EXACT.multiply,
    "/": _divide,
    "%": _find_remainder,
}
_ROUNDINGS = {"round": decimal.ROUND_HALF_UP, "truncate": decimal.ROUND_DOWN}
PYTHON_FUNCTIONS: tuple[PythonFunction, ...] = (
    *(
        (
            f"athena_decimal_{name}",
            _make_exact(_OPERATIONS[symbol]),
            ["VARCHAR", "VARCHAR", "INTEGER"],
            "VARCHAR",
        )
        for symbol, name in _NAMES.items()
    ),
    *(
        (f"athena_decimal_{name}", _make_rounding(mode), ["VARCHAR", "INTEGER"], "VARCHAR")
        for name, mode in _ROUNDINGS.items()
    ),
)
