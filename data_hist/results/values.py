"""Athena's text of a value as the JSON value of the contract, for types that no reader knows.

None stands for NULL and never reaches a converter. Nested types stay text: Athena prints them
without quotes, so that the text cannot be taken apart again.
"""

import base64
import math
from collections.abc import Callable, Sequence
from datetime import datetime
from typing import Any, TypeVar
from zoneinfo import ZoneInfo

from data_hist.wire_json import JsonText, is_json

_T = TypeVar("_T")


def converted(values: Sequence[_T | None], convert: Callable[[_T], Any]) -> list[Any]:
    """Convert the values of a column, but for its NULLs.

    Raises:
        ValueError: A value is not one of its type.
    """
    return [None if value is None else convert(value) for value in values]


def zoned_timestamp(text: str) -> str:
    """RFC 3339: Athena prints a zone's name or an offset after the local time."""
    local, _, zone = text.rpartition(" ")
    if not zone.startswith(("+", "-")):
        zone = _offset(local, zone)
    return local.replace(" ", "T", 1) + zone


def base64_of_binary(text: str) -> str:
    """Base64: Athena prints the bytes in hexadecimal."""
    return base64.b64encode(bytes.fromhex(text)).decode("ascii")


def json_value(text: str) -> JsonText:
    """The value as it stands, on one line: newlines are nothing but space between its parts."""
    if not is_json(text):
        raise ValueError("not JSON")
    return JsonText(text.replace("\n", " ").replace("\r", " "))


def floating(number: float) -> float | str:
    """The number, or Athena's word for one that JSON has no number for."""
    if math.isfinite(number):
        return number
    return "NaN" if math.isnan(number) else "Infinity" if number > 0 else "-Infinity"


def _offset(local: str, zone: str) -> str:
    if zone in ("UTC", "Z"):
        return "+00:00"
    try:
        # A fraction of any length is fine for Athena; the offset does not depend on it.
        moment = datetime.fromisoformat(local.partition(".")[0]).replace(tzinfo=ZoneInfo(zone))
    except KeyError as error:
        raise ValueError("not a time zone") from error
    return moment.isoformat()[-6:]
