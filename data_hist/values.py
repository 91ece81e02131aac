"""Athena's text of a value, by Athena's type, as the JSON value of the contract.

One converter for each type; None stands for NULL and never reaches one. Nested types stay text:
Athena prints them without quotes, so that the text cannot be taken apart again.
"""

import base64
import math
from collections.abc import Callable, Sequence
from datetime import datetime
from typing import Any
from zoneinfo import ZoneInfo

from data_hist.errors import EngineFailed
from data_hist.model import Column
from data_hist.wire_json import JsonText, is_json

Converter = Callable[[str], Any]


def converters(columns: Sequence[Column]) -> tuple[Converter, ...]:
    """The converter of each column."""
    return tuple(_CONVERTERS.get(column.type.lower(), str) for column in columns)


def converted_row(row: Sequence[str | None], by_column: Sequence[Converter]) -> list[Any]:
    """The JSON values of a row.

    Raises:
        EngineFailed: A text is not one of its type.
    """
    try:
        return [
            None if text is None else convert(text)
            for text, convert in zip(row, by_column, strict=True)
        ]
    except (ValueError, KeyError) as error:
        raise EngineFailed("The result holds a value that does not fit its type.") from error


def converted_column(texts: Sequence[str | None], convert: Converter) -> list[Any]:
    """The JSON values of a column.

    Raises:
        EngineFailed: A text is not one of its type.
    """
    if convert is str:
        return list(texts)
    try:
        return [None if text is None else convert(text) for text in texts]
    except (ValueError, KeyError) as error:
        raise EngineFailed("The result holds a value that does not fit its type.") from error


def _boolean(text: str) -> bool:
    return {"true": True, "false": False}[text]


def _floating(text: str) -> float | str:
    number = float(text)
    return number if math.isfinite(number) else text


def _timestamp(text: str) -> str:
    return text.replace(" ", "T", 1)


def _zoned_timestamp(text: str) -> str:
    """RFC 3339: Athena prints a zone's name or an offset after the local time."""
    local, _, zone = text.rpartition(" ")
    if not zone.startswith(("+", "-")):
        zone = _offset(local, zone)
    return _timestamp(local) + zone


def _offset(local: str, zone: str) -> str:
    if zone in ("UTC", "Z"):
        return "+00:00"
    # A fraction of any length is fine for Athena; the offset does not depend on it.
    moment = datetime.fromisoformat(local.partition(".")[0]).replace(tzinfo=ZoneInfo(zone))
    return moment.isoformat()[-6:]


def _binary(text: str) -> str:
    return base64.b64encode(bytes.fromhex(text)).decode("ascii")


def _json(text: str) -> JsonText:
    if not is_json(text):
        raise ValueError("not JSON")
    return JsonText(text)


_CONVERTERS: dict[str, Converter] = {
    "boolean": _boolean,
    "tinyint": int,
    "smallint": int,
    "integer": int,
    "int": int,
    "bigint": int,
    "real": _floating,
    "float": _floating,
    "double": _floating,
    "timestamp": _timestamp,
    "timestamp with time zone": _zoned_timestamp,
    "varbinary": _binary,
    "json": _json,
}
