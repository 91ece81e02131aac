"""The straightforward writer and reader of Athena's result format, to compare with."""

import base64
import json
import math
from collections.abc import Callable, Sequence
from datetime import datetime
from typing import Any
from zoneinfo import ZoneInfo

Row = tuple[str | None, ...]


def csv_of(rows: Sequence[Sequence[str | None]], names: Sequence[str]) -> bytes:
    """A result object: the header and the rows."""
    return b"".join(
        ",".join("" if v is None else '"' + v.replace('"', '""') + '"' for v in line).encode()
        + b"\n"
        for line in [names, *rows]
    )


def json_value(text: str | None, kind: str) -> Any:
    """What the contract makes of a value, read back from JSON."""
    return None if text is None else _READ.get(kind, str)(text)


def _floating(text: str) -> float | str:
    return float(text) if math.isfinite(float(text)) else text


def _zoned(text: str) -> str:
    local, zone = text.rsplit(" ", 1)
    offset = datetime.fromisoformat(local).replace(tzinfo=ZoneInfo(zone)).isoformat()[-6:]
    return local.replace(" ", "T") + offset


_READ: dict[str, Callable[[str], Any]] = {
    **dict.fromkeys(("boolean", "json"), json.loads),
    **dict.fromkeys(("tinyint", "smallint", "integer", "int", "bigint"), int),
    **dict.fromkeys(("real", "float", "double"), _floating),
    "varbinary": lambda text: base64.b64encode(bytes.fromhex(text)).decode(),
    "timestamp": lambda text: text.replace(" ", "T", 1),
    "timestamp with time zone": _zoned,
}
