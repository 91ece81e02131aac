"""From values of Python to the `parameters` of a query, without loss."""

import math
from collections.abc import Callable, Sequence
from datetime import date, datetime, time
from decimal import Decimal
from typing import Any
from uuid import UUID

from data_hist_client.errors import UsageError

_LARGEST_PRECISION = 38


def encoded_parameters(values: Sequence[Any] | None) -> list[Any]:
    """Write a value for each `?`; an object `{"type": ..., "value": ...}` stays as it is.

    Raises:
        UsageError: Athena has no literal for a value.
    """
    if isinstance(values, str | bytes):
        raise UsageError("parameters is a list with a value for each `?`.")
    return [_encoded(value) for value in values or ()]


def _encoded(value: Any) -> Any:
    if value is None or isinstance(value, bool | str | dict):
        return value
    for kind, encode in _ENCODERS:
        if isinstance(value, kind):
            return encode(value)
    raise UsageError(
        f"A {type(value).__name__} cannot be a parameter; give its text, or an object with type "
        "and value."
    )


def _typed(kind: str, value: str) -> dict[str, str]:
    return {"type": kind, "value": value}


def _double(value: float) -> str:
    if math.isnan(value):
        return "NaN"
    return repr(value) if math.isfinite(value) else ("Infinity" if value > 0 else "-Infinity")


def _decimal(value: Decimal) -> dict[str, str]:
    _, digits, exponent = value.as_tuple()
    if not isinstance(exponent, int):
        raise UsageError(f"Athena has no decimal {value}.")
    scale = max(0, -exponent)
    precision = max(len(digits) + max(0, exponent), scale, 1)
    if precision > _LARGEST_PRECISION:
        raise UsageError(f"A decimal has at most {_LARGEST_PRECISION} digits.")
    return _typed(f"decimal({precision},{scale})", f"{value:f}")


def _timestamp(value: datetime) -> dict[str, str]:
    text = value.replace(tzinfo=None).isoformat(" ", "microseconds")
    if value.tzinfo is None:
        return _typed("timestamp", text)
    offset = value.utcoffset()
    if offset is None or offset.total_seconds() % 60:
        raise UsageError("Athena's time zones have whole minutes.")
    return _typed("timestamp with time zone", f"{text} {_zone(value)}")


def _zone(value: datetime) -> str:
    shown = value.strftime("%z")
    return f"{shown[:3]}:{shown[3:5]}"


def _integer(value: int) -> Any:
    """Readers of JSON may take a number for a double, which is exact up to 2^53."""
    return value if abs(value) < 2**53 else _typed("bigint", str(value))


def _time(value: time) -> dict[str, str]:
    if value.tzinfo is not None:
        raise UsageError("Athena has no literal for a time with time zone.")
    return _typed("time", value.isoformat("microseconds"))


# A datetime is a date, too.
_ENCODERS: Sequence[tuple[type, Callable[[Any], Any]]] = (
    (int, _integer),
    (float, lambda value: _typed("double", _double(value))),
    (Decimal, _decimal),
    (datetime, _timestamp),
    (date, lambda value: _typed("date", value.isoformat())),
    (time, _time),
    (UUID, str),
)
