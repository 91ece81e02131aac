"""Values of SQL types inside SQL/JSON paths: arithmetic and comparison as Trino has them."""

import math
import struct
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from local_athena.backends.duckdb.dialect.failures import failure
from local_athena.backends.duckdb.dialect.json.json_text import (
    Number,
    Printed,
    is_whole,
    plain_text,
    print_double,
)

MAX_DIGITS = 38
_INTEGER_BITS = {"tinyint": 8, "smallint": 16, "integer": 32, "bigint": 64}
_INTEGER_DIGITS = {"tinyint": 3, "smallint": 5, "integer": 10, "bigint": 19}
DATETIMES = ("date", "time", "timestamp", "timestamp with time zone")
NUMBERS = (*_INTEGER_BITS, "decimal", "real", "double")


class PathFailure(Exception):
    """A path cannot be evaluated for a document."""


@dataclass(frozen=True, slots=True)
class SqlValue:
    """A value of a SQL type: of a decimal its unscaled digits, of a date or time its text."""

    type: str
    value: Any
    precision: int = 0
    scale: int = 0

    @property
    def is_number(self) -> bool:
        """Whether the type is one of numbers."""
        return self.type in NUMBERS


def integer_of(number: int) -> SqlValue | None:
    """Build the integer or bigint of a number, or None if it is beyond both."""
    for kind in ("integer", "bigint"):
        if _fits(number, kind):
            return SqlValue(kind, number)
    return None


def _fits(number: int, kind: str) -> bool:
    limit = 1 << (_INTEGER_BITS[kind] - 1)
    return -limit <= number < limit


def number_of(number: Number) -> SqlValue:
    """Read a number of a document: integer, bigint or double.

    Raises:
        PathFailure: it is an integer beyond bigint.
    """
    if not is_whole(number):
        return SqlValue("double", float(number))
    value = integer_of(int(number))
    if value is None:
        raise PathFailure("")
    return value


def read_sql_value(kind: str, text: str, scale: int) -> SqlValue:
    """Read a value from its text as `CAST AS varchar` prints it."""
    if kind in _INTEGER_BITS:
        return SqlValue(kind, int(text))
    if kind in ("double", "real"):
        return SqlValue(kind, float(text))
    if kind == "decimal":
        unscaled = int(text.replace(".", ""))
        return SqlValue(kind, unscaled, max(len(str(abs(unscaled))), scale), scale)
    return SqlValue(kind, text == "true" if kind == "boolean" else text)


def calculate(operator: str, left: SqlValue, right: SqlValue) -> SqlValue:
    """Apply an arithmetic operator as Trino does to the types of the operands.

    Raises:
        PathFailure: the types have no such operator, or the result is none.
    """
    if not (left.is_number and right.is_number):
        raise PathFailure(f"invalid operand types ({left.type}, {right.type})")
    kind = max(left.type, right.type, key=NUMBERS.index)
    if kind in ("double", "real"):
        return _of_doubles(kind, operator, _as_float(kind, left), _as_float(kind, right))
    if kind == "decimal":
        return _of_decimals(operator, _as_decimal(left), _as_decimal(right))
    number = _of_integers(operator, left.value, right.value)
    if not _fits(number, kind):
        raise PathFailure("")
    return SqlValue(kind, number)


def _of_integers(operator: str, left: int, right: int) -> int:
    if operator in "+-*":
        return left * right if operator == "*" else left + (right if operator == "+" else -right)
    if right == 0:
        raise PathFailure("")
    quotient = abs(left) // abs(right) * (1 if (left < 0) == (right < 0) else -1)
    return quotient if operator == "/" else left - quotient * right


def _of_doubles(kind: str, operator: str, left: float, right: float) -> SqlValue:
    if operator == "+":
        number = left + right
    elif operator == "-":
        number = left - right
    elif operator == "*":
        number = left * right
    elif operator == "%":
        number = math.fmod(left, right) if right and math.isfinite(left) else math.nan
    elif right:
        number = left / right
    else:
        number = left * math.copysign(math.inf, right) if left else math.nan
    return SqlValue(kind, _round_to_real(number) if kind == "real" else number)


def _round_to_real(number: float) -> float:
    try:
        return float(struct.unpack("f", struct.pack("f", number))[0])
    except OverflowError:
        return math.copysign(math.inf, number)


def _of_decimals(operator: str, left: SqlValue, right: SqlValue) -> SqlValue:
    scale = max(left.scale, right.scale)
    whole = [one.precision - one.scale for one in (left, right)]
    if operator == "*":
        number, scale = left.value * right.value, left.scale + right.scale
        precision = left.precision + right.precision
    elif operator == "/":
        shift = scale + right.scale - left.scale
        number = _divide_half_up(left.value * 10**shift, right.value)
        precision = left.precision + right.scale + max(right.scale - left.scale, 0)
    else:
        one, other = _at_scale(left, scale), _at_scale(right, scale)
        number = _of_integers(operator, one, other)
        precision = (min(whole) if operator == "%" else max(whole) + 1) + scale
    if abs(number) >= 10**MAX_DIGITS or scale > MAX_DIGITS:
        raise PathFailure("")
    return SqlValue("decimal", number, min(MAX_DIGITS, precision), scale)


def _at_scale(value: SqlValue, scale: int) -> int:
    power: int = 10 ** (scale - value.scale)
    return int(value.value) * power


def _divide_half_up(dividend: int, divisor: int) -> int:
    if divisor == 0:
        raise PathFailure("")
    quotient, rest = divmod(abs(dividend), abs(divisor))
    quotient += rest * 2 >= abs(divisor)
    return quotient if (dividend < 0) == (divisor < 0) else -quotient


def _exact(value: SqlValue) -> Decimal:
    return Decimal(f"{value.value}E-{value.scale}")


def _as_double(value: SqlValue) -> float:
    if value.type == "decimal":
        return float(_exact(value))
    return float(value.value)


def _as_float(kind: str, value: SqlValue) -> float:
    """Convert a number to a double or real."""
    number = _as_double(value)
    return _round_to_real(number) if kind == "real" else number


def _as_decimal(value: SqlValue) -> SqlValue:
    if value.type == "decimal":
        return value
    return SqlValue("decimal", value.value, _INTEGER_DIGITS[value.type], 0)


def comparable_numbers(left: SqlValue, right: SqlValue) -> tuple[Any, Any]:
    """Convert two numbers to their common type."""
    kind = max(left.type, right.type, key=NUMBERS.index)
    if kind in ("double", "real"):
        return _as_float(kind, left), _as_float(kind, right)
    scale = max(left.scale, right.scale)
    return _at_scale(left, scale), _at_scale(right, scale)


def negate(value: SqlValue) -> SqlValue:
    """Negate a number.

    Raises:
        PathFailure: it is the least of its type.
    """
    if value.type in _INTEGER_BITS and not _fits(-value.value, value.type):
        raise PathFailure("")
    return SqlValue(value.type, -value.value, value.precision, value.scale)


def absolute(value: SqlValue) -> SqlValue:
    """Take the absolute value of a number.

    Raises:
        PathFailure: it is the least of its type.
    """
    return negate(value) if value.value < 0 else value


def round_to(value: SqlValue, upwards: bool) -> SqlValue:
    """Round a number up or down to a whole one of the same kind of type."""
    if value.type in _INTEGER_BITS:
        return value
    if value.type == "decimal":
        unit = 10**value.scale
        whole = -(-value.value // unit) if upwards else value.value // unit
        digits = value.precision - value.scale + min(value.scale, 1)
        return SqlValue("decimal", whole, digits, 0)
    if not math.isfinite(value.value):
        return value
    whole = math.ceil(value.value) if upwards else math.floor(value.value)
    return SqlValue(value.type, math.copysign(float(whole), value.value))


def to_double(value: SqlValue) -> SqlValue:
    """Convert a number to a double."""
    return SqlValue("double", _as_double(value))


def to_index(value: SqlValue) -> int:
    """Round a number to a position in an array.

    Raises:
        PathFailure: it is none.
    """
    if value.type in _INTEGER_BITS:
        return int(value.value)
    if value.type == "decimal":
        return _divide_half_up(int(value.value), 10**value.scale)
    if not abs(value.value) < 2**63:
        raise PathFailure("")
    return _divide_half_up(*Decimal(value.value).as_integer_ratio())


def decimal_text(value: SqlValue) -> str:
    """Print a decimal as `CAST AS varchar` does."""
    digits = str(abs(value.value)).rjust(value.scale + 1, "0")
    text = f"{digits[: -value.scale]}.{digits[-value.scale :]}" if value.scale else digits
    return f"-{text}" if value.value < 0 else text


def datetime_text(value: SqlValue, target: str) -> str:
    """Take the part of a date or time that another type of them has, from its text."""
    text = str(value.value)
    if value.type == "time" and target.startswith("timestamp"):
        raise failure("NOT_SUPPORTED", "The embedded endpoint does not support a time of today")
    if not value.type.startswith("timestamp") or target.startswith("timestamp"):
        return text
    return text.split(" ")[target == "time"]


def to_json_item(value: SqlValue) -> Any:
    """Convert a value to an item of a document.

    Raises:
        PathFailure: JSON has nothing for its type.
    """
    if value.type == "boolean":
        return value.value
    if value.type == "varchar":
        return plain_text(value.value)
    if value.type in _INTEGER_BITS:
        return Printed(value.value)
    if value.type == "decimal":
        return Printed(_exact(value))
    if not value.is_number:
        raise PathFailure(value.type)
    if math.isfinite(value.value):
        text = repr_of_real(value.value) if value.type == "real" else value.value
        return Printed(print_double(float(text)))
    return str(value.value).replace("inf", "Infinity").replace("nan", "NaN")


def repr_of_real(number: float) -> str:
    """Print a real with the fewest digits that tell it from the others."""
    for digits in range(1, 10):
        text = f"{number:.{digits}g}"
        if _round_to_real(float(text)) == number:
            break
    return text
