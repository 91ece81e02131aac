"""Convert Athena's text of a value into the API's JSON value, for types that JSON lacks.

Nothing is refused: a text that is not valid for its type is returned unchanged. None stands for
NULL and never reaches a converter. Nested types stay text: Athena prints them without quotes, so
that the text cannot be parsed again.
"""

import base64
import math
from collections.abc import Callable, Sequence
from datetime import datetime, timedelta
from typing import Any, TypeVar
from zoneinfo import ZoneInfo

from data_hist.results.moments import in_utc, utc_offset
from data_hist.strict_json import JsonText, is_json

_T = TypeVar("_T")

_YEAR_DIGITS = 4
_LOCAL_TIME = len("2026-11-20T05:15:00")
_OFFSET = len("-05:00")


def converted(values: Sequence[_T | None], convert: Callable[[_T], Any]) -> list[Any]:
    """Convert the values of a column, but for its NULLs.

    Raises:
        ValueError: A value is not one of its type.
    """
    return [None if value is None else convert(value) for value in values]


def iso_moment(text: str) -> str:
    """ISO 8601 of a date or timestamp: a year of more than four digits has a sign."""
    iso = text.replace(" ", "T", 1)
    needs_sign = text[_YEAR_DIGITS : _YEAR_DIGITS + 1] != "-" and text[:1].isdigit()
    return "+" + iso if needs_sign else iso


def zoned_timestamp(text: str) -> str:
    """ISO 8601 with an offset: Athena prints a zone's name or an offset after the local time."""
    local, _, zone = text.rpartition(" ")
    if zone.startswith(("+", "-")):
        return iso_moment(local) + zone
    if zone in ("UTC", "Z"):
        return iso_moment(local) + "+00:00"
    try:
        offset = _common_offset(local, zone)
        return iso_moment(local) + offset if offset else _uncommon_zoned(local, zone)
    except ValueError:
        return text


def base64_of_binary(text: str) -> str:
    """Base64: Athena prints the bytes in hexadecimal."""
    try:
        return base64.b64encode(bytes.fromhex(text)).decode("ascii")
    except ValueError:
        return text


def json_value(text: str) -> JsonText | str:
    """The value as it stands, on one line: newlines are nothing but space between its parts.

    A text of this type that is no JSON is a string: json_array_get gives `a` for `["a"]`.
    """
    if not is_json(text):
        return text
    return JsonText(text.replace("\n", " ").replace("\r", " "))


def floating(number: float) -> float | str:
    """The number, or Athena's word for one that JSON has no number for."""
    if math.isfinite(number):
        return number
    return "NaN" if math.isnan(number) else "Infinity" if number > 0 else "-Infinity"


def _common_offset(local: str, zone: str) -> str | None:
    """The offset of a zone, unless Python has no such year or the offset has seconds."""
    try:
        # A fraction of any length is fine for Athena; the offset does not depend on it.
        moment = datetime.fromisoformat(local.partition(".")[0]).replace(tzinfo=ZoneInfo(zone))
    except (ValueError, KeyError, OSError):
        return None
    offset = moment.isoformat()[_LOCAL_TIME:]
    return offset if len(offset) == _OFFSET else None


def _uncommon_zoned(local: str, zone: str) -> str:
    """In UTC where the offset has seconds, as before there was standard time."""
    offset = utc_offset(local, zone)
    minutes, seconds = divmod(int(offset.total_seconds()), 60)
    if seconds:
        return in_utc(local, zone)
    hours, minutes = divmod(abs(minutes), 60)
    return f"{iso_moment(local)}{'-' if offset < timedelta() else '+'}{hours:02}:{minutes:02}"
