"""Render the values of parameters as SQL literals.

Athena's own execution parameters are expressions that it evaluates, so they do not bind safely.
Here no value can become more than one literal.
"""

import base64
import datetime
import json
import math
import re
from collections.abc import Callable, Mapping
from typing import Any, TypeAlias

from data_hist.spelling import offer

Parameter: TypeAlias = bool | int | float | str | Mapping[str, Any] | None
"""A value for a `?`, as JSON holds it."""

_SIZED = re.compile(r"(decimal|varchar|char) ?\(([1-9][0-9]{0,9})(?:, ?([0-9]{1,2}))?\)")
_SURROGATE = re.compile("[\ud800-\udfff]")
_MAX_CHARS = {"varchar": 2_147_483_646, "char": 65_536}
_INTEGER_BITS = {"tinyint": 8, "smallint": 16, "integer": 32, "int": 32, "bigint": 64}
_MAX_DECIMAL_DIGITS = 38
_INTEGER = re.compile(r"-?[0-9]{1,19}")
_DECIMAL = re.compile(r"-?(?P<whole>[0-9]+)(?:\.(?P<fraction>[0-9]+))?")
_FLOAT = re.compile(r"-?[0-9]+(?:\.[0-9]+)?(?:[eE][+-]?[0-9]+)?")
SPECIAL_FLOATS = {"NaN": "nan()", "Infinity": "infinity()", "-Infinity": "(-infinity())"}
# Larger numbers round to infinity.
_MAX_REAL = 2.0**128 - 2.0**103
_DATE = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}")
_TIME = re.compile(r"[0-9]{2}:[0-9]{2}(?::[0-9]{2}(?:\.[0-9]{1,12})?)?")
_OFFSET = re.compile(r"[+-](?:0[0-9]|1[0-3]):[0-5][0-9]|[+-]14:00")
_ZONE = re.compile(r"[A-Za-z][A-Za-z0-9_+-]*(?:/[A-Za-z0-9_+-]+)*")
_TIMESTAMP = re.compile(r"(?P<date>[0-9-]{10})[ T](?P<time>[0-9:.]{5,21})(?: ?(?P<zone>\S+))?")


class BadParameter(ValueError):
    """A value that has no literal; the message says what it must be, and never repeats the value.

    `field` is the wrong field of an object of type and value, if only one is wrong.
    """

    def __init__(self, message: str, field: str | None = None) -> None:
        super().__init__(message)
        self.field = field


def render_literal(value: Parameter) -> str:
    """Render one value; the literal is safe next to any token but a word or a number."""
    if value is None:
        return "NULL"
    if isinstance(value, bool):
        return "TRUE" if value else "FALSE"
    if isinstance(value, int):
        return _integer(value)
    if isinstance(value, float):
        return _double(value)
    if isinstance(value, str):
        return _string(value)
    return _typed(value)


def _typed(value: Mapping[str, Any]) -> str:
    if not isinstance(value, Mapping) or set(value) != {"type", "value"}:
        raise BadParameter("must be an object of exactly 'type' and 'value'")
    write = _writer(value["type"])
    text = value["value"]
    if text is None:
        return "NULL"
    if isinstance(text, bool) and write is _boolean:
        text = str(text)
    if isinstance(text, bool) or not isinstance(text, str | int | float):
        raise BadParameter("must have a string or a number as its value")
    return write(str(text))


def _writer(name: object) -> Callable[[str], str]:
    lower = name.lower() if isinstance(name, str) else ""
    if lower in _WRITERS:
        return _WRITERS[lower]
    sized = _SIZED.fullmatch(lower)
    if sized is None or (sized[1] != "decimal" and sized[3] is not None):
        raise _unknown_type(lower)
    if sized[1] != "decimal":
        return _sized_string(sized[1], int(sized[2]))
    return lambda text: _sized_decimal(text, int(sized[2]), int(sized[3] or 0))


def _unknown_type(name: str) -> BadParameter:
    listed = f"; the types are {', '.join(_WRITERS)}, decimal(p,s), varchar(n), char(n)"
    return BadParameter(f"is not a known type{offer(name, _WRITERS) or listed}", "type")


def _string(value: str) -> str:
    if "\0" in value:
        raise BadParameter("must be without a NUL character")
    if _SURROGATE.search(value):
        raise BadParameter("must be without half of a surrogate pair")
    return "'" + value.replace("'", "''") + "'"


def _sized_string(name: str, size: int) -> Callable[[str], str]:
    def write(text: str) -> str:
        if size > _MAX_CHARS[name]:
            raise BadParameter(f"must be of a type of at most {name}({_MAX_CHARS[name]})")
        if len(text) > size:
            raise BadParameter(f"must fit {name}({size})")
        return f"CAST({_string(text)} AS {name.upper()}({size}))"

    return write


def _boolean(text: str) -> str:
    if text.lower() not in ("true", "false"):
        raise BadParameter("must be true or false")
    return text.upper()


def _varbinary(text: str) -> str:
    try:
        content = base64.b64decode(text, validate=True)
    except ValueError:
        raise BadParameter("must be Base64") from None
    return f"X'{content.hex().upper()}'"


def _json(text: str) -> str:
    try:
        json.loads(text)
    except (ValueError, RecursionError):
        raise BadParameter("must be JSON text") from None
    return f"JSON {_string(text)}"


def _integer(value: int) -> str:
    _check_range(value, 64, ", or of the type decimal")
    if value == -(1 << 63):
        # Engines parse the digits before the sign, and these are too large for a bigint.
        return f"BIGINT '{value}'"
    return _signed(str(value))


def _double(value: float) -> str:
    if not math.isfinite(value):
        raise BadParameter("must be a number that a double can hold")
    digits, _, exponent = repr(value).partition("e")
    return _signed(f"{digits}E{int(exponent or 0)}")


def _integer_writer(name: str, bits: int) -> Callable[[str], str]:

    def write(text: str) -> str:
        # A text of more digits fits no type.
        value = int(text) if _INTEGER.fullmatch(text) else 1 << 64
        _check_range(value, bits)
        return f"{name.upper()} '{value}'"

    return write


def _float_writer(name: str) -> Callable[[str], str]:

    def write(text: str) -> str:
        if text in SPECIAL_FLOATS:
            written = SPECIAL_FLOATS[text]
        elif _FLOAT.fullmatch(text):
            value = float(text)
            if name == "real" and abs(value) >= _MAX_REAL:
                raise BadParameter("must be a number that a real can hold")
            written = _double(value)
        else:
            raise BadParameter("must be a number such as -1.5e3, or NaN, Infinity or -Infinity")
        return f"CAST({written} AS REAL)" if name == "real" else written

    return write


def _decimal(text: str) -> str:
    """Render an exact number with the digits that are written."""
    whole, fraction = _decimal_digits(text)
    if len(whole) + len(fraction) > _MAX_DECIMAL_DIGITS:
        raise BadParameter(f"must have at most {_MAX_DECIMAL_DIGITS} digits")
    return f"DECIMAL '{text}'"


def _sized_decimal(text: str, precision: int, scale: int) -> str:
    """Render a number as `decimal(precision, scale)`, if that holds it exactly."""
    if not (1 <= precision <= _MAX_DECIMAL_DIGITS and scale <= precision):
        raise BadParameter(f"must be of a decimal type with at most {_MAX_DECIMAL_DIGITS} digits")
    literal = _decimal(text)
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
    # A `-` before a negative number would begin a comment.
    return f"({digits})" if digits.startswith("-") else digits


def _date(text: str) -> str:
    _check_date(text)
    return f"DATE '{text}'"


def _time(text: str) -> str:
    if not _is_time_of_day(text):
        raise BadParameter("must be a time of day, HH:MM:SS with up to twelve decimals")
    return f"TIME '{text}'"


def _timestamp(text: str) -> str:
    """Render a moment, with a zone if the text has one."""
    match = _TIMESTAMP.fullmatch(text)
    if match is None or not _is_time_of_day(match["time"]):
        raise BadParameter("must be YYYY-MM-DD HH:MM:SS, with a zone or without")
    _check_date(match["date"])
    return f"TIMESTAMP '{match['date']} {match['time']}{_zone(match['zone'])}'"


def _timestamp_with_zone(text: str) -> str:
    written = _timestamp(text)
    match = _TIMESTAMP.fullmatch(text)
    if match is None or match["zone"] is None:
        raise BadParameter("must end with a zone, such as UTC, +01:00 or Europe/Zurich")
    return written


def _check_date(text: str) -> None:
    try:
        if not _DATE.fullmatch(text):
            raise ValueError
        datetime.date.fromisoformat(text)
    except ValueError:
        raise BadParameter("must be a day of the calendar, YYYY-MM-DD") from None


def _is_time_of_day(text: str) -> bool:
    if not _TIME.fullmatch(text):
        return False
    limits = (24, 60, 60)
    return all(float(part) < limit for part, limit in zip(text.split(":"), limits, strict=False))


def _zone(text: str | None) -> str:
    if text is None:
        return ""
    zone = "UTC" if text == "Z" else text
    if not (_OFFSET.fullmatch(zone) or _ZONE.fullmatch(zone)):
        raise BadParameter("must have a zone such as UTC, +01:00 or Europe/Zurich")
    return f" {zone}"


_WRITERS: dict[str, Callable[[str], str]] = {
    "varchar": _string,
    "char": _string,
    "boolean": _boolean,
    **{name: _integer_writer(name, bits) for name, bits in _INTEGER_BITS.items()},
    "real": _float_writer("real"),
    "double": _float_writer("double"),
    "decimal": _decimal,
    "date": _date,
    "time": _time,
    "timestamp": _timestamp,
    "timestamp with time zone": _timestamp_with_zone,
    "varbinary": _varbinary,
    "json": _json,
}
