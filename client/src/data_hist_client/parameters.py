"""From arguments of Python to those of a request, without loss."""

import base64
import math
from collections.abc import Callable, Iterable, Mapping, Sequence, Set
from datetime import date, datetime, time
from decimal import Decimal
from numbers import Integral, Real
from typing import Any, TypeVar
from urllib.parse import quote
from uuid import UUID

from data_hist_client.errors import UsageError

_LARGEST_PRECISION = 38
_Number = TypeVar("_Number", int, float)


def encoded_parameters(values: Iterable[Any] | None) -> list[Any]:
    """Write a value for each `?`; an object `{"type": ..., "value": ...}` stays as it is.

    Raises:
        UsageError: Athena has no literal for a value.
    """
    if values is None:
        return []
    if isinstance(values, str | bytes | Mapping | Set) or not isinstance(values, Iterable):
        raise UsageError("The parameters are a list with a value for each `?`.")
    return [_encoded(value) for value in values]


def segment(name: str) -> str:
    """Write a name as one segment of a path.

    Raises:
        UsageError: It is none, or would be another path.
    """
    if not isinstance(name, str) or name in ("", ".", ".."):
        raise UsageError(f"{name!r} is no name or id.")
    try:
        return quote(name, safe="")
    except UnicodeEncodeError as error:
        raise UsageError(f"{name!r} is no name or id.") from error


def checked_number(name: str, value: _Number) -> _Number:
    """Return an argument that has to be a number.

    Raises:
        UsageError: It is none.
    """
    if not isinstance(value, Real) or math.isnan(value):
        raise UsageError(f"{name} is a number, not {value!r}.")
    return value


def _encoded(value: Any) -> Any:
    if value is None or isinstance(value, bool | str):
        return value
    for kind, encode in _ENCODERS:
        if isinstance(value, kind):
            return encode(value)
    if _is_boolean(value):
        return value.item()
    raise UsageError(
        f"A {type(value).__name__} cannot be a parameter; give its text, or an object with type "
        "and value."
    )


def _is_boolean(value: Any) -> bool:
    """Whether it is a boolean of numpy, which is registered nowhere."""
    return getattr(value, "shape", None) == () and isinstance(value.item(), bool)


def _object(value: Mapping[str, Any]) -> dict[str, str]:
    if value.keys() != {"type", "value"} or not all(isinstance(x, str) for x in value.values()):
        raise UsageError('A typed parameter is {"type": ..., "value": ...}, both of them texts.')
    return dict(value)


def _typed(kind: str, value: str) -> dict[str, str]:
    return {"type": kind, "value": value}


def _real(value: Any) -> dict[str, str]:
    converted = float(value)
    if converted != value and not math.isnan(converted):
        raise UsageError(f"{value} is no double; give its text and type.")
    return _typed("double", _double(converted))


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


def _timestamp(value: datetime) -> Any:
    if value != value:  # noqa: PLR0124 - NaT of pandas is a datetime that equals nothing
        return None
    if getattr(value, "nanosecond", 0):
        raise UsageError(f"{value} is finer than a microsecond; give its text and type.")
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


def _varbinary(value: bytes | bytearray | memoryview) -> dict[str, str]:
    return _typed("varbinary", base64.b64encode(value).decode())


def _time(value: time) -> dict[str, str]:
    if value.tzinfo is not None:
        raise UsageError("Athena has no literal for a time with time zone.")
    return _typed("time", value.isoformat("microseconds"))


# A datetime is a date, too.
_ENCODERS: Sequence[tuple[type, Callable[[Any], Any]]] = (
    (Mapping, _object),
    # Numbers of numpy are registered here, too.
    (Integral, lambda value: _integer(int(value))),
    (Decimal, _decimal),
    (datetime, _timestamp),
    (date, lambda value: _typed("date", value.isoformat())),
    (time, _time),
    (UUID, str),
    *((kind, _varbinary) for kind in (bytes, bytearray, memoryview)),
    (Real, _real),
)
