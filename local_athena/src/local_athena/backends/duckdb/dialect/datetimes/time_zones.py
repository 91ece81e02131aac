"""Time zones: instants to wall-clock times and back.

DuckDB stores the instant of a `timestamp with time zone`; the zone is part of our type of it.
"""

from sqlglot import exp

from local_athena.backends.duckdb.dialect.context import Translator
from local_athena.backends.duckdb.dialect.datetimes.zone_names import resolve_zone
from local_athena.backends.duckdb.dialect.types.trino_types import TIMESTAMP_TZ
from local_athena.backends.duckdb.dialect.types.typed_sql import Typed, quote_string
from local_athena.errors import StatementFailure


def to_wall_clock(sql: str, zone: str) -> str:
    """Convert an instant to a DuckDB TIMESTAMP in a zone."""
    if zone[0] in "+-":
        return f"(timezone('UTC', {sql}) + {_offset_interval(zone)})"
    return f"timezone({quote_string(zone)}, {sql})"


def to_instant(sql: str, zone: str) -> str:
    """Convert a wall-clock time in a zone to a DuckDB TIMESTAMPTZ.

    A time that a zone has twice is the earlier one; one that it skips is as much later.
    """
    if zone[0] in "+-":
        return f"timezone('UTC', {sql} - {_offset_interval(zone)})"
    if zone == "UTC":
        return f"timezone('UTC', {sql})"
    return f"athena_instant({sql}, {quote_string(zone)})"


def to_instant_near(sql: str, zone: str, instant: str) -> str:
    """Convert a wall-clock time, to the offset of another instant if the zone has both."""
    if zone[0] in "+-" or zone == "UTC":
        return to_instant(sql, zone)
    return f"athena_instant_near({sql}, {quote_string(zone)}, {instant})"


def _offset_interval(zone: str) -> str:
    return f"INTERVAL '{zone[0]}{int(zone[1:3]) * 60 + int(zone[4:6])}' MINUTE"


def require_zone(translator: Translator, node: exp.Expr, zone: Typed) -> str:
    """Find the zone that a constant names."""
    if zone.constant is None:
        raise translator.unsupported(node, "time zones that are not constants")
    if not zone.constant:
        text = "Zone id is an empty string"
        raise translator.failure("INVALID_FUNCTION_ARGUMENT", text, node)
    known = resolve_zone(zone.constant)
    if known is None:
        text = f"Time zone not supported: {zone.constant}"
        raise translator.failure("NOT_SUPPORTED", text, node)
    return known


def unknown_zone_failure() -> StatementFailure:
    """Build the error for a zone that differs between rows, which has no wall-clock time."""
    text = "The embedded endpoint does not support a time zone that differs between rows"
    return StatementFailure("NOT_SUPPORTED", text)


def to_local_time(translator: Translator, node: exp.Expr, value: Typed) -> str:
    """Convert a date or timestamp of any kind to wall-clock time, a DuckDB DATE or TIMESTAMP."""
    if value.type.name != TIMESTAMP_TZ:
        return value.sql
    if value.type.zone is None:
        raise translator.failure("NOT_SUPPORTED", unknown_zone_failure().text, node)
    return to_wall_clock(value.sql, value.type.zone)
