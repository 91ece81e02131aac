"""Time zones that functions take: names, offsets in hours and minutes, and intervals."""

from dataclasses import dataclass

from local_athena.backends.duckdb.dialect.datetimes.zone_names import format_offset, resolve_zone
from local_athena.backends.duckdb.dialect.failures import failure, invalid_argument
from local_athena.backends.duckdb.dialect.types.typed_sql import (
    PythonFunction,
    Typed,
    quote_string,
)

_MOST_OFFSET = 14 * 60
_LONG = 1 << 64


@dataclass(frozen=True)
class Zone:
    """A zone: DuckDB's text of its name, and the name if it is the same for all rows."""

    sql: str
    name: str | None = None


def read_zone(value: Typed, *, is_key: bool = False) -> Zone:
    """Read a zone from a text; a function of which it `is_key` does not know it in other words."""
    name = resolve_zone(value.constant) if value.constant else None
    if name is not None:
        return Zone(quote_string(name), name)
    return Zone(f"athena_zone({value.sql}, {str(is_key).upper()})")


def read_offset(hours: Typed, minutes: Typed) -> Zone:
    """Read a zone from hours and minutes."""
    if hours.constant is not None and minutes.constant is not None:
        try:
            name = _offset_zone(int(hours.constant), int(minutes.constant))
        except ValueError:
            pass  # It fails when it is evaluated, where TRY catches it.
        else:
            return Zone(quote_string(name), name)
    return Zone(f"athena_offset_zone({hours.sql}, {minutes.sql})")


def read_interval(interval: Typed) -> Zone:
    """Read a zone from an interval."""
    if interval.constant is not None:
        try:
            name = _interval_zone(int(interval.constant))
        except ValueError:
            pass  # As above.
        else:
            return Zone(quote_string(name), name)
    return Zone(f"athena_interval_zone(athena_interval_ms({interval.sql}))")


def _find_zone(name: str, is_key: bool) -> str:
    zone = resolve_zone(name)
    if zone is not None:
        return zone
    if not name:
        raise invalid_argument("Zone id is an empty string")
    if is_key:
        raise failure("NOT_SUPPORTED", f"Time zone not supported: {name}")
    raise invalid_argument(f"'{name}' is not a valid time zone")


def _offset_zone(hours: int, minutes: int) -> str:
    total = (hours * 60 + minutes + _LONG // 2) % _LONG - _LONG // 2
    if abs(total) > _MOST_OFFSET:
        raise invalid_argument(f"Invalid offset minutes {total}")
    return format_offset(total) if total else "UTC"


def _interval_zone(milliseconds: int) -> str:
    minutes, rest = divmod(milliseconds, 60_000)
    if rest:
        raise invalid_argument("Invalid time zone offset interval: interval contains seconds")
    return _offset_zone(0, minutes)


PYTHON_FUNCTIONS: tuple[PythonFunction, ...] = (
    ("athena_zone", _find_zone, ["VARCHAR", "BOOLEAN"], "VARCHAR"),
    ("athena_offset_zone", _offset_zone, ["BIGINT", "BIGINT"], "VARCHAR"),
    ("athena_interval_zone", _interval_zone, ["BIGINT"], "VARCHAR"),
)
