"""Time zones: instants to wall-clock times and back.

DuckDB stores the instant of a `timestamp with time zone`; the zone is part of our type of it.
"""

import re

from sqlglot import exp

from local_athena.backends.duckdb.dialect.context import Translator
from local_athena.backends.duckdb.dialect.trino_types import TIMESTAMP_TZ
from local_athena.backends.duckdb.dialect.typed_sql import Typed, quote_string
from local_athena.errors import StatementFailure

_OFFSET = re.compile(r"([+-])(\d{2}):?(\d{2})")


def to_wall_clock(sql: str, zone: str) -> str:
    """Convert an instant to a DuckDB TIMESTAMP in a zone."""
    return (
        f"({_in_utc(sql)} + {_offset_interval(zone)})"
        if _OFFSET.fullmatch(zone)
        else _in_zone(sql, zone)
    )


def to_instant(sql: str, zone: str) -> str:
    """Convert a wall-clock time in a zone to a DuckDB TIMESTAMPTZ."""
    if _OFFSET.fullmatch(zone):
        return f"timezone('UTC', {sql} - {_offset_interval(zone)})"
    return f"timezone({quote_string(zone)}, {sql})"


def _in_utc(sql: str) -> str:
    return f"timezone('UTC', {sql})"


def _in_zone(sql: str, zone: str) -> str:
    return f"timezone({quote_string(zone)}, {sql})"


def _offset_interval(zone: str) -> str:
    match = _OFFSET.fullmatch(zone)
    sign, hours, minutes = match.groups() if match else ("+", "0", "0")
    return f"INTERVAL '{sign}{int(hours) * 60 + int(minutes)}' MINUTE"


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
