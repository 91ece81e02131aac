"""Casts that DuckDB does otherwise than Java: numbers, and times with a zone behind."""

import math
import re
from decimal import ROUND_HALF_UP, Context, Decimal

from local_athena.backends.duckdb.dialect.datetimes.zone_names import resolve_zone
from local_athena.backends.duckdb.dialect.types.typed_sql import PythonFunction

_INVALID = "INVALID_CAST_ARGUMENT"
# What Java's trim removes.
_BLANKS = "".join(map(chr, range(33)))
_DECIMAL = re.compile(r"[+-]?(?:\d+\.?\d*|\.\d+)(?:[eE][+-]?\d+)?[fFdD]?", re.ASCII)
_HEXADECIMAL = re.compile(
    r"[+-]?0[xX](?:[0-9a-fA-F]+\.?[0-9a-fA-F]*|\.[0-9a-fA-F]+)[pP][+-]?\d+[fFdD]?", re.ASCII
)
# Digits of decimals that Trino holds in 64 bits, and what overflows the 128 of the others.
_SHORT, _OVERFLOWING = 18, Decimal(10) ** 38
_EXACT = Context(prec=400)
_SPECIAL = {
    **{f"{sign}NaN": math.nan for sign in ("", "+", "-")},
    **{"Infinity": math.inf, "+Infinity": math.inf, "-Infinity": -math.inf},
}
_CLOCK = r"(?:[01]?\d|2[0-3]):\d{1,2}(?::\d{1,2}(?:\.\d+)?)?"
_ZONED = re.compile(
    rf"(\s*[+-]?\d{{4,}}-\d{{1,2}}-\d{{1,2}}(?: (?:{_CLOCK})?)?)\s*([A-Za-z+-]\S*)?\s*", re.ASCII
)


def _read_double(text: str, kind: str) -> float:
    number = parse_double(text)
    if number is None:
        raise ValueError(f"{_INVALID}:Cannot cast '{text}' to {kind}")
    return number


def parse_double(text: str) -> float | None:
    """Read a number as Java's parseDouble does, or None if it is none."""
    trimmed = text.strip(_BLANKS)
    if trimmed in _SPECIAL:
        return _SPECIAL[trimmed]
    if _DECIMAL.fullmatch(trimmed):
        return float(trimmed.rstrip("fFdD"))
    if _HEXADECIMAL.fullmatch(trimmed):
        try:
            return float.fromhex(trimmed.rstrip("fFdD"))
        except OverflowError:
            return -math.inf if trimmed[0] == "-" else math.inf
    return None


def _spell_digits(text: str) -> str:
    """Write an integer of any script's digits in those of ASCII."""
    return str(int(text.strip(_BLANKS)))


def _overflows(unscaled: Decimal) -> bool:
    return _OVERFLOWING <= unscaled < 2**127


def _spell_decimal(text: str, precision: int, scale: int) -> str:
    """Write a number, as DuckDB prints one with an exponent, without the exponent."""
    value = Decimal(text)
    if precision <= _SHORT and value.is_finite() and _overflows(abs(value).scaleb(scale)):
        raise ValueError("NUMERIC_VALUE_OUT_OF_RANGE:Decimal overflow")
    if not value.is_finite() or value.adjusted() >= precision:
        raise ValueError(f"{_INVALID}:Cannot cast '{text}' to DECIMAL({precision}, {scale})")
    value = value.quantize(Decimal(1).scaleb(-scale), ROUND_HALF_UP, _EXACT)
    if value.adjusted() >= precision - scale:
        raise ValueError(f"{_INVALID}:Cannot cast '{text}' to DECIMAL({precision}, {scale})")
    return f"{value:f}"


def _split_zone(text: str) -> tuple[str, str]:
    """Split a time, as DuckDB reads it, from the zone behind it."""
    match = _ZONED.fullmatch(text)
    zone = resolve_zone(match[2] or "UTC") if match else None
    if match is None or zone is None:
        raise ValueError(f"{_INVALID}:Value cannot be cast to timestamp: {text}")
    moment = match[1].strip().removeprefix("+")
    return f"{moment}:00" if moment.count(":") == 1 else moment, zone


PYTHON_FUNCTIONS: tuple[PythonFunction, ...] = (
    ("athena_java_double", _read_double, ["VARCHAR", "VARCHAR"], "DOUBLE"),
    ("athena_ascii_digits", _spell_digits, ["VARCHAR"], "VARCHAR"),
    ("athena_plain_decimal", _spell_decimal, ["VARCHAR", "BIGINT", "BIGINT"], "VARCHAR"),
    ("athena_before_zone", lambda text: _split_zone(text)[0], ["VARCHAR"], "VARCHAR"),
    ("athena_zone_of", lambda text: _split_zone(text)[1], ["VARCHAR"], "VARCHAR"),
)
