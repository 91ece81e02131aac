"""Typed literals such as `DECIMAL '1.50'`, whose type depends on their text, and their errors."""

import re
from dataclasses import replace
from datetime import UTC, datetime
from zoneinfo import ZoneInfo

from sqlglot import exp

from local_athena.backends.duckdb.dialect.context import Translator
from local_athena.backends.duckdb.dialect.datetimes.calendar_fields import count_days_of_month
from local_athena.backends.duckdb.dialect.datetimes.time_zones import to_instant
from local_athena.backends.duckdb.dialect.datetimes.zone_names import resolve_zone
from local_athena.backends.duckdb.dialect.types.trino_types import TIMESTAMP_TZ, TrinoType
from local_athena.backends.duckdb.dialect.types.typed_sql import Typed, quote_string

_DATE = r"(?P<year>[+-]?\d{4,})-(?P<month>\d{1,2})-(?P<day>\d{1,2})"
_TIME = (
    r"(?P<hour>\d{1,2}):(?P<minute>\d{1,2})(?::(?P<second>\d{1,2})(?:\.(?P<fraction>\d{1,12}))?)?"
)
_FORMS = {
    "date": re.compile(rf"\s*{_DATE}\s*"),
    "time": re.compile(_TIME),
    "timestamp": re.compile(rf"\s*{_DATE}(?:\s+{_TIME})?\s*"),
    TIMESTAMP_TZ: re.compile(
        rf"\s*(?P<moment>{_DATE}(?:\s+{_TIME})?)\s*(?P<zone>[A-Za-z+-]\S*)?\s*"
    ),
    "decimal": re.compile(r"[+-]?(?:\d+\.?\d*|\.\d+)"),
}
_BITS = {"tinyint": 8, "smallint": 16, "integer": 32, "bigint": 64}
_LIMITS = {"month": 12, "day": 31, "hour": 23, "minute": 59, "second": 59}
_MAX_DIGITS = 38


def translate_literal(translator: Translator, node: exp.Cast, target: TrinoType) -> Typed | None:
    """Translate a literal, or the cast of one; None if that is like any other cast."""
    text = node.this.name
    before = translator.statement.sql[: node.this.meta.get("start", 0)].rstrip()
    is_literal = before[-1:].isalpha()
    if is_literal and not _is_valid(text, target):
        shown = f"'{text}' is not a valid {target.name.partition(' ')[0].upper()} literal"
        raise translator.failure("INVALID_LITERAL", shown, node)
    if is_literal and target.name == "decimal":
        return _translate_decimal(text)
    if target.name == TIMESTAMP_TZ:
        return _translate_zoned(text, target)
    return None


def _is_valid(text: str, target: TrinoType) -> bool:
    if target.name in _BITS:
        return bool(re.fullmatch(r"[+-]?\d{1,20}", text.strip())) and _fits(text, target)
    if target.name not in _FORMS:
        return True
    match = _FORMS[target.name].fullmatch(text)
    return (
        match is not None and _exists(match) and (target.name != TIMESTAMP_TZ or _is_shown(match))
    )


def _fits(text: str, target: TrinoType) -> bool:
    limit = 1 << (_BITS[target.name] - 1)
    return -limit <= int(text) < limit


def _exists(match: re.Match[str]) -> bool:
    """Tell whether the calendar has a date and the clock a time."""
    parts = {
        name: int(text) for name, text in match.groupdict().items() if name in _LIMITS and text
    }
    if any(value > _LIMITS[name] for name, value in parts.items()):
        return False
    if "month" not in parts:
        return True
    days = count_days_of_month(int(match["year"]), parts["month"]) if parts["month"] else 0
    return 0 < parts["day"] <= days


def _is_shown(match: re.Match[str]) -> bool:
    """Tell whether a zone has a local time: clocks skip an hour in spring."""
    zone = resolve_zone(match["zone"] or "UTC")
    year = int(match["year"])
    if zone is None or zone[0] in "+-" or not 1 < year < 9999:
        return zone is not None
    hour, minute, second = (int(match[name] or 0) for name in ("hour", "minute", "second"))
    day = datetime(year, int(match["month"]), int(match["day"]), tzinfo=ZoneInfo(zone))
    local = day.replace(hour=hour, minute=minute, second=second)
    again = local.astimezone(UTC).astimezone(ZoneInfo(zone))
    return again.replace(tzinfo=None) == local.replace(tzinfo=None)


def _translate_decimal(text: str) -> Typed:
    whole, _, fraction = text.lstrip("+-").partition(".")
    digits = max(1, len(whole.lstrip("0")) + len(fraction))
    exact = TrinoType("decimal", precision=min(digits, _MAX_DIGITS), scale=len(fraction))
    return Typed(f"CAST({quote_string(text)} AS {exact.duckdb})", exact)


def _translate_zoned(text: str, target: TrinoType) -> Typed | None:
    match = _FORMS[TIMESTAMP_TZ].fullmatch(text)
    zone = resolve_zone(match["zone"] or "UTC") if match else None
    if match is None or zone is None:
        return None
    moment = f"athena_cast_timestamp({quote_string(match['moment'])})"
    digits = target.precision or 0
    if len(match["fraction"] or "") > digits:
        moment = f"athena_round_timestamp({moment}, {10 ** (6 - digits)})"
    return Typed(to_instant(moment, zone), replace(target, zone=zone))
