"""The literals of numbers, and which texts are numbers."""

import math
import re
from collections.abc import Callable

from data_hist.sql_guard.parameter import BadParameter

INTEGER_BITS = {"tinyint": 8, "smallint": 16, "integer": 32, "int": 32, "bigint": 64}
MAX_DECIMAL_DIGITS = 38

_INTEGER = re.compile(r"-?[0-9]{1,19}")
_DECIMAL = re.compile(r"-?(?P<whole>[0-9]+)(?:\.(?P<fraction>[0-9]+))?")
_FLOAT = re.compile(r"-?[0-9]+(?:\.[0-9]+)?(?:[eE][+-]?[0-9]+)?")
_NO_NUMBERS = {"NaN": "nan()", "Infinity": "infinity()", "-Infinity": "(-infinity())"}
# What is larger rounds to infinity.
_MAX_REAL = 2.0**128 - 2.0**103


def integer(value: int) -> str:
    """The literal of a whole number without a type."""
    _check_range(value, 64, ", or of the type decimal")
    if value == -(1 << 63):
        # Engines read the digits before the sign, and these are one too many for a bigint.
        return f"BIGINT '{value}'"
    return _signed(str(value))


def double(value: float) -> str:
    """The literal of a number with a fraction."""
    if not math.isfinite(value):
        raise BadParameter("must be a number that a double can hold")
    digits, _, exponent = repr(value).partition("e")
    return _signed(f"{digits}E{int(exponent or 0)}")


def integer_writer(name: str, bits: int) -> Callable[[str], str]:
    """What writes the literals of one whole-number type."""

    def write(text: str) -> str:
        # What has more digits fits no type.
        value = int(text) if _INTEGER.fullmatch(text) else 1 << 64
        _check_range(value, bits)
        return f"{name.upper()} '{value}'"

    return write


def float_writer(name: str) -> Callable[[str], str]:
    """What writes the literals of `double` or `real`."""

    def write(text: str) -> str:
        if text in _NO_NUMBERS:
            written = _NO_NUMBERS[text]
        elif _FLOAT.fullmatch(text):
            value = float(text)
            if name == "real" and abs(value) >= _MAX_REAL:
                raise BadParameter("must be a number that a real can hold")
            written = double(value)
        else:
            raise BadParameter("must be a number such as -1.5e3, or NaN, Infinity or -Infinity")
        return f"CAST({written} AS REAL)" if name == "real" else written

    return write


def decimal(text: str) -> str:
    """The literal of an exact number; it has the digits that are written."""
    whole, fraction = _decimal_digits(text)
    if len(whole) + len(fraction) > MAX_DECIMAL_DIGITS:
        raise BadParameter(f"must have at most {MAX_DECIMAL_DIGITS} digits")
    return f"DECIMAL '{text}'"


def sized_decimal(text: str, precision: int, scale: int) -> str:
    """The literal of a number as `decimal(precision, scale)`, if that holds it exactly."""
    if not (1 <= precision <= MAX_DECIMAL_DIGITS and scale <= precision):
        raise BadParameter(f"must be of a decimal type with at most {MAX_DECIMAL_DIGITS} digits")
    literal = decimal(text)
    whole, fraction = _decimal_digits(text)
    if len(whole) > precision - scale or len(fraction.rstrip("0")) > scale:
        raise BadParameter(f"must fit decimal({precision},{scale}) without rounding")
    return f"CAST({literal} AS DECIMAL({precision},{scale}))"


def _decimal_digits(text: str) -> tuple[str, str]:
    match = _DECIMAL.fullmatch(text)
    if match is None:
        raise BadParameter("must be a number such as -12.50, without an exponent")
    return match["whole"].lstrip("0"), match["fraction"] or ""


def _check_range(value: int, bits: int, advice: str = "") -> None:
    limit = 1 << bits - 1
    if not -limit <= value < limit:
        raise BadParameter(f"must be a whole number from {-limit} to {limit - 1}{advice}")


def _signed(digits: str) -> str:
    # `-` before a bare negative number would begin a comment.
    return f"({digits})" if digits.startswith("-") else digits
