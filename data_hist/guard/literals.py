"""SQL literals for the parameters of a query.

Athena's own execution parameters are expressions that it evaluates, so they are no safe bind; the
service writes each value itself, and no value can become more than one literal. Knows no query.
"""

import datetime
import json
import math
import re
from collections.abc import Callable, Mapping, Sequence
from typing import Any, TypeAlias

Parameter: TypeAlias = bool | int | float | str | Mapping[str, Any] | None

_INTEGERS = {"tinyint": 8, "smallint": 16, "integer": 32, "int": 32, "bigint": 64}
_DECIMAL = re.compile(r"-?[0-9]+(?:\.[0-9]+)?")
_DATE = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}")
_TIME = re.compile(r"[0-9]{2}:[0-9]{2}(?::[0-9]{2}(?:\.[0-9]{1,12})?)?")
_OFFSET = re.compile(r"[+-][0-9]{2}:[0-9]{2}")
_ZONE = re.compile(r"[A-Za-z][A-Za-z0-9_+-]*(?:/[A-Za-z0-9_+-]+)*")
_TIMESTAMP = re.compile(r"(?P<date>[0-9-]{10})[ T](?P<time>[0-9:.]{5,21})(?P<zone>.*)", re.DOTALL)
_MAX_DECIMAL_DIGITS = 38


class BadParameter(ValueError):
    """A value for which there is no literal; the message says why, without the value."""


def literal(value: Parameter) -> str:
    """The literal of one value; safe before and after any token."""
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
        raise BadParameter("a typed value is an object of exactly 'type' and 'value'")
    name, text = value["type"], value["value"]
    if not isinstance(name, str) or name.lower() not in _WRITERS:
        raise BadParameter(f"the types are {', '.join(_WRITERS)}")
    if text is None:
        return "NULL"
    if isinstance(text, bool) and name.lower() == "boolean":
        text = str(text)
    if isinstance(text, bool) or not isinstance(text, str | int | float):
        raise BadParameter("the value is a string or a number")
    return _WRITERS[name.lower()](str(text))


def _string(value: str) -> str:
    if "\0" in value:
        raise BadParameter("a string holds no NUL character")
    if any("\ud800" <= character <= "\udfff" for character in value):
        raise BadParameter("a string holds no half of a surrogate pair")
    return "'" + value.replace("'", "''") + "'"


def _integer(value: int, bits: int = 64, name: str = "") -> str:
    if not -(1 << bits - 1) <= value < 1 << bits - 1:
        raise BadParameter(f"the number does not fit {bits} bits; use the type decimal")
    if value == -(1 << 63):
        # Engines read the digits before the sign, and these are one too many for a bigint.
        name = "BIGINT"
    if name:
        return f"{name} '{value}'"
    return _signed(str(value))


def _double(value: float) -> str:
    if not math.isfinite(value):
        raise BadParameter("a number is finite")
    digits, _, exponent = repr(value).partition("e")
    return _signed(f"{digits}E{int(exponent or 0)}")


def _signed(digits: str) -> str:
    # `-` before a bare negative number would begin a comment.
    return f"({digits})" if digits.startswith("-") else digits


def _integer_writer(name: str, bits: int) -> Callable[[str], str]:
    def write(text: str) -> str:
        if not re.fullmatch(r"-?[0-9]{1,19}", text):
            raise BadParameter(f"the value of {name} is a whole number")
        return _integer(int(text), bits, name.upper())

    return write


def _boolean(text: str) -> str:
    if text.lower() not in ("true", "false"):
        raise BadParameter("the value of boolean is true or false")
    return text.upper()


def _float_writer(name: str) -> Callable[[str], str]:
    def write(text: str) -> str:
        try:
            written = _double(float(text))
        except ValueError as fault:
            if isinstance(fault, BadParameter):
                raise
            raise BadParameter(f"the value of {name} is a number") from None
        return f"CAST({written} AS {name.upper()})" if name == "real" else written

    return write


def _decimal(text: str) -> str:
    digits = text.lstrip("-").replace(".", "").lstrip("0")
    if not _DECIMAL.fullmatch(text) or len(digits) > _MAX_DECIMAL_DIGITS:
        raise BadParameter(f"the value of decimal is at most {_MAX_DECIMAL_DIGITS} digits")
    return f"DECIMAL '{text}'"


def _date(text: str) -> str:
    try:
        if not _DATE.fullmatch(text):
            raise ValueError
        datetime.date.fromisoformat(text)
    except ValueError:
        raise BadParameter("the value of date is a day of the calendar, YYYY-MM-DD") from None
    return f"DATE '{text}'"


def _time(text: str) -> str:
    if not _is_time_of_day(text):
        raise BadParameter("the value of time is HH:MM:SS with up to twelve decimals")
    return f"TIME '{text}'"


def _is_time_of_day(text: str) -> bool:
    if not _TIME.fullmatch(text):
        return False
    limits = (24, 60, 60)
    return all(float(part) < limit for part, limit in zip(text.split(":"), limits, strict=False))


def _timestamp(text: str) -> str:
    match = _TIMESTAMP.fullmatch(text)
    if match is None or not _is_time_of_day(match["time"]):
        raise BadParameter("the value of timestamp is YYYY-MM-DD HH:MM:SS, with a zone or without")
    _date(match["date"])
    return f"TIMESTAMP '{match['date']} {match['time']}{_zone(match['zone'].strip())}'"


def _zone(text: str) -> str:
    if not text:
        return ""
    zone = "UTC" if text == "Z" else text
    if not (_OFFSET.fullmatch(zone) or _ZONE.fullmatch(zone)):
        raise BadParameter("the zone is an offset such as +01:00 or a name such as Europe/Zurich")
    return f" {zone}"


def _json(text: str) -> str:
    try:
        json.loads(text)
    except (ValueError, RecursionError):
        raise BadParameter("the value of json is JSON text") from None
    return f"JSON {_string(text)}"


_WRITERS: dict[str, Callable[[str], str]] = {
    "varchar": _string,
    "char": _string,
    "boolean": _boolean,
    **{name: _integer_writer(name, bits) for name, bits in _INTEGERS.items()},
    "real": _float_writer("real"),
    "double": _float_writer("double"),
    "decimal": _decimal,
    "date": _date,
    "time": _time,
    "timestamp": _timestamp,
    "timestamp with time zone": _timestamp,
    "json": _json,
}


def literals(values: Sequence[Parameter]) -> list[str]:
    """The literals of all values; a fault names the position of its value, from 1."""
    written = []
    for number, value in enumerate(values, start=1):
        try:
            written.append(literal(value))
        except BadParameter as fault:
            raise BadParameter(f"Parameter {number}: {fault}.") from None
    return written
