"""Time zones: the wall-clock time of an instant.

DuckDB keeps a `timestamp with time zone` as an instant alone; the zone it is shown in is part of
the Athena type. Where the zone differs between rows there is no such time, and the statement is
refused rather than answered in the wrong zone.
"""

import re

from sqlglot import exp

from local_athena.backends.duckdb.dialect.context import Translator
from local_athena.backends.duckdb.dialect.trino_types import TIMESTAMP_TZ
from local_athena.backends.duckdb.dialect.typed_sql import Typed, quote_string
from local_athena.errors import StatementFailure

_OFFSET = re.compile(r"([+-])(\d{2}):?(\d{2})")


def to_wall_clock(sql: str, zone: str) -> str:
    """DuckDB TIMESTAMP of an instant in a zone."""
    return f"({_utc(sql)} + {_shift(zone)})" if _OFFSET.fullmatch(zone) else _named(sql, zone)


def to_instant(sql: str, zone: str) -> str:
    """DuckDB TIMESTAMPTZ of a wall-clock time in a zone."""
    if _OFFSET.fullmatch(zone):
        return f"timezone('UTC', {sql} - {_shift(zone)})"
    return f"timezone({quote_string(zone)}, {sql})"


def _utc(sql: str) -> str:
    return f"timezone('UTC', {sql})"


def _named(sql: str, zone: str) -> str:
    return f"timezone({quote_string(zone)}, {sql})"


def _shift(zone: str) -> str:
    match = _OFFSET.fullmatch(zone)
    sign, hours, minutes = match.groups() if match else ("+", "0", "0")
    return f"INTERVAL '{sign}{int(hours) * 60 + int(minutes)}' MINUTE"


def unknown_zone_failure() -> StatementFailure:
    """The refusal of values whose zone only their row knows."""
    text = "The embedded endpoint does not support a time zone that differs between rows"
    return StatementFailure("NOT_SUPPORTED", text)


def to_local_time(translator: Translator, node: exp.Expr, value: Typed) -> str:
    """A date or timestamp of any kind as wall-clock time, in DuckDB's DATE or TIMESTAMP."""
    if value.type.name != TIMESTAMP_TZ:
        return value.sql
    if value.type.zone is None:
        raise translator.failure("NOT_SUPPORTED", unknown_zone_failure().text, node)
    return to_wall_clock(value.sql, value.type.zone)
