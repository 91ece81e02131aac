"""Texts of amounts: large numbers, durations and sizes of data, written for people and read."""

import math
import re
from decimal import ROUND_HALF_UP, Context, Decimal, InvalidOperation

from local_athena.backends.duckdb.dialect.failures import failure, invalid_argument
from local_athena.backends.duckdb.dialect.types.typed_sql import PythonFunction

_GREATEST = 2**63 - 1
_EXACT = Context(prec=100)
_THOUSANDS = ("", "K", "M", "B", "T", "Q")
_SECONDS = {"week": 604_800, "day": 86_400, "hour": 3600, "minute": 60, "second": 1}
_SIZE = re.compile(r"([\d.]+)(.*)", re.DOTALL)
_FACTORS = {f"{letter}B": 1024**power for power, letter in enumerate(["", *"kMGTPEZY"])}
_MOST_DIGITS = 38
_DURATION = re.compile(r"[ \t-\r]*([0-9]+(?:\.[0-9]+)?)[ \t-\r]*([a-zA-Z]+)[ \t-\r]*")
_MILLISECONDS = {
    **{"ns": 1 / 1_000_000, "us": 1 / 1000, "ms": 1.0},
    **{"s": 1000.0, "m": 60_000.0, "h": 3_600_000.0, "d": 86_400_000.0},
}
# DuckDB counts microseconds in 64 bits.
_MOST_MILLISECONDS = _GREATEST // 1000


def _format_number(value: int) -> str:
    """Write a number with three digits, or two decimals, and a letter for its thousands."""
    fraction, letters = float(value), iter(_THOUSANDS)
    letter = next(letters)
    while abs(fraction) >= 1000 and letter != _THOUSANDS[-1]:
        fraction, letter = fraction / 1000, next(letters)
    digits = 2 if fraction < 10 else 1 if fraction < 100 else 0
    rounded = Decimal(fraction).quantize(Decimal(1).scaleb(-digits), ROUND_HALF_UP, _EXACT)
    shown = f"{rounded:f}"
    return f"{shown.rstrip('0').rstrip('.') if digits else shown}{letter}"


def _whole(value: float) -> int:
    """Cut a number to 64 bits, as Java's cast does."""
    if math.isnan(value):
        return 0
    return (
        int(max(min(value, _GREATEST), -_GREATEST - 1))
        if math.isfinite(value)
        else (_GREATEST if value > 0 else -_GREATEST - 1)
    )


def _human_readable_seconds(value: float) -> str:
    if not math.isfinite(value):
        shown = "NaN" if math.isnan(value) else f"{'-' if value < 0 else ''}Infinity"
        raise invalid_argument(f"Invalid argument found: {shown}")
    whole = math.floor(abs(value))
    rest = min(whole + (abs(value) - whole >= 0.5), _GREATEST)
    parts = []
    for name, size in _SECONDS.items():
        count, rest = divmod(rest, size)
        if count:
            parts.append(f"{count} {name}{'' if count == 1 else 's'}")
    return ", ".join(parts) or "0 seconds"


def _parse_data_size(text: str) -> str:
    found = _SIZE.fullmatch(text)
    factor = _FACTORS.get(found[2]) if found else None
    try:
        number = Decimal(found[1]) if found else None
    except InvalidOperation:
        number = None
    if number is None or factor is None:
        raise invalid_argument(f"Invalid data size: '{text}'")
    size = str(int(Context(prec=len(text) + 30).multiply(number, Decimal(factor))))
    if len(size) > _MOST_DIGITS:
        raise failure("NUMERIC_VALUE_OUT_OF_RANGE", f"Value out of range: '{text}' ('{size}B')")
    return size


def _parse_duration(text: str) -> int:
    """Read a duration in milliseconds."""
    if not text:
        raise invalid_argument("duration is empty")
    found = _DURATION.fullmatch(text)
    if found is None:
        raise invalid_argument(f"duration is not a valid data duration string: {text}")
    if found[2] not in _MILLISECONDS:
        raise invalid_argument(f"Unknown time unit: {found[2]}")
    count = float(found[1]) * _MILLISECONDS[found[2]] + 0.5
    if not count <= _MOST_MILLISECONDS:
        reason = "The embedded endpoint does not support durations this long"
        raise failure("NOT_SUPPORTED", reason)
    return math.floor(count)


PYTHON_FUNCTIONS: tuple[PythonFunction, ...] = (
    ("athena_format_number", _format_number, ["BIGINT"], "VARCHAR"),
    ("athena_whole", _whole, ["DOUBLE"], "BIGINT"),
    ("athena_human_readable_seconds", _human_readable_seconds, ["DOUBLE"], "VARCHAR"),
    ("athena_parse_data_size", _parse_data_size, ["VARCHAR"], "VARCHAR"),
    ("athena_parse_duration", _parse_duration, ["VARCHAR"], "BIGINT"),
)
