"""Typed literals such as `DECIMAL '1.50'`, whose type depends on their text, and their errors."""

import re
from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, datetime
from zoneinfo import ZoneInfo

from local_athena.backends.duckdb.dialect.binary.ip_addresses import parse_ip_address
from local_athena.backends.duckdb.dialect.context import Translator
from local_athena.backends.duckdb.dialect.datetimes.calendar_fields import count_days_of_month
from local_athena.backends.duckdb.dialect.datetimes.time_zones import locate_time
from local_athena.backends.duckdb.dialect.datetimes.zone_names import resolve_zone
from local_athena.backends.duckdb.dialect.expressions.picosecond_texts import (
    read_moment,
    read_time_of_day,
)
from local_athena.backends.duckdb.dialect.expressions.text_casts import parse_double
from local_athena.backends.duckdb.dialect.syntax.type_grammar import TypedLiteral
from local_athena.backends.duckdb.dialect.types.time_values import (
    MICROSECONDS,
    PICOSECONDS,
    change_digits,
)
from local_athena.backends.duckdb.dialect.types.trino_types import (
    TIME_TZ,
    TIMESTAMP_TZ,
    TrinoType,
)
from local_athena.backends.duckdb.dialect.types.type_resolution import resolve_type
from local_athena.backends.duckdb.dialect.types.typed_sql import Typed, pad_text, quote_string

_DATE = r"(?P<year>[+-]?\d{4,})-(?P<month>\d{1,2})-(?P<day>\d{1,2})"
_TIME = r"(?P<hour>\d{1,2}):(?P<minute>\d{1,2})(?::(?P<second>\d{1,2})(?:\.(?P<fraction>\d+))?)?"
_FORMS = {
    "date": re.compile(rf"\s*{_DATE}\s*"),
    "time": re.compile(rf"{_TIME}\s*"),
    TIME_TZ: re.compile(rf"{_TIME}\s*(?P<zone>[+-]\d\d:\d\d)"),
    "timestamp": re.compile(rf"{_DATE}(?: (?:{_TIME})?)?"),
    TIMESTAMP_TZ: re.compile(rf"(?P<moment>{_DATE}(?: {_TIME})?)\s*(?P<zone>[A-Za-z+-]\S*)?"),
    "boolean": re.compile("t|f|true|false|0|1", re.IGNORECASE),
    "uuid": re.compile(r"[0-9a-fA-F]{8}(?:-[0-9a-fA-F]{4}){3}-[0-9a-fA-F]{12}"),
    "decimal": re.compile(r"[+-]?(?:\d+\.?\d*|\.\d+)"),
}
_PARSERS: dict[str, Callable[[str], float | None]] = {
    "real": parse_double,
    "double": parse_double,
    "ipaddress": parse_ip_address,
}
_CLOCKS = ("time", TIME_TZ, "timestamp", TIMESTAMP_TZ)
_ZONED = {"time": TIME_TZ, "timestamp": TIMESTAMP_TZ}
_BITS = {"tinyint": 8, "smallint": 16, "integer": 32, "bigint": 64}
_LIMITS = {"month": 12, "day": 31, "hour": 23, "minute": 59, "second": 59}
_MAX_DIGITS = 38
_PICOSECONDS_OF_MICROSECOND = 10**6
_PICOSECONDS_OF_DAY = 86_400 * 10**12


def resolve_literal_type(translator: Translator, node: TypedLiteral) -> TrinoType:
    """Resolve the type of a literal, whose text is checked."""
    text, target = node.this.name, resolve_type(translator, node.args["to"])
    zoned = _ZONED.get(target.name)
    if zoned and _has_zone(text, zoned):
        target = replace(target, name=zoned, zone="UTC")
    if not _is_valid(text, target):
        shown = f"'{text}' is not a valid {target.name.partition(' ')[0].upper()} literal"
        raise translator.failure("INVALID_LITERAL", shown, node)
    if target.name in _CLOCKS:
        target = replace(target, precision=_count_digits(translator, node, target))
    return target


def translate_typed_literal(text: str, target: TrinoType) -> Typed | None:
    """Translate a literal; None if it is like the cast of its text."""
    if target.name == "decimal":
        return _translate_decimal(text)
    if target.name == "char":
        kind = replace(target, length=len(text))
        return Typed(pad_text(quote_string(text), kind), kind)
    return translate_constant(text, target)


def translate_constant(text: str, target: TrinoType) -> Typed | None:
    """Translate the cast of a constant; None if that is like any other cast."""
    try:
        return _translate_time(text, target)
    except ValueError:
        # It fails when it is evaluated, where TRY catches it.
        return None


def _count_digits(translator: Translator, node: TypedLiteral, target: TrinoType) -> int:
    match = _FORMS[target.name].fullmatch(node.this.name)
    digits = len(match["fraction"] or "") if match else 0
    if digits > PICOSECONDS:
        text = f"{target.name.upper()} precision must be in range [0, {PICOSECONDS}]: {digits}"
        raise translator.failure("NUMERIC_VALUE_OUT_OF_RANGE", text, node)
    return digits


def _has_zone(text: str, zoned: str) -> bool:
    match = _FORMS[zoned].fullmatch(text)
    return match is not None and match["zone"] is not None


def _is_valid(text: str, target: TrinoType) -> bool:
    if target.name in _BITS:
        return bool(re.fullmatch(r"[+-]?\d{1,20}", text.strip())) and _fits(text, target)
    if parse := _PARSERS.get(target.name):
        return parse(text) is not None
    if target.name not in _FORMS:
        return True
    match = _FORMS[target.name].fullmatch(text)
    if match is None or not _exists(match):
        return False
    if target.name == TIME_TZ:
        return resolve_zone(match["zone"]) is not None
    return target.name != TIMESTAMP_TZ or _is_shown(match)


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


def _translate_time(text: str, target: TrinoType) -> Typed | None:
    """Translate a text as a time whose zone is known, or that has many digits."""
    digits = target.precision or 0
    if target.name == TIMESTAMP_TZ:
        picos, zone = read_moment(text)
        kind = replace(target, zone=zone, precision=_exact_digits(picos, digits))
        local = f"make_timestamp({picos // _PICOSECONDS_OF_MICROSECOND})"
        below = str(picos % _PICOSECONDS_OF_MICROSECOND)
        sql = locate_time(local, kind, quote_string(zone), below=below)
        return Typed(*change_digits(sql, kind, digits))
    if target.name == TIME_TZ:
        picos, offset = read_time_of_day(text)
        zone = offset or "UTC"
        utc = (picos - _offset_picoseconds(zone)) % _PICOSECONDS_OF_DAY
        exact = replace(target, precision=PICOSECONDS, zone=zone)
        return Typed(*change_digits(f"CAST({utc} AS HUGEINT)", exact, digits))
    if target.is_fine and target.name in ("time", "timestamp"):
        picos = (read_time_of_day(text, "time") if target.name == "time" else read_moment(text))[0]
        exact = replace(target, precision=_exact_digits(picos, digits))
        return Typed(*change_digits(f"CAST({picos} AS HUGEINT)", exact, digits))
    return None


def _exact_digits(picos: int, digits: int) -> int:
    """Find how many digits hold a time: those of its type, unless they have to be rounded."""
    if picos % 10 ** (PICOSECONDS - digits) == 0:
        return digits
    return PICOSECONDS if picos % _PICOSECONDS_OF_MICROSECOND else MICROSECONDS


def _offset_picoseconds(zone: str) -> int:
    if zone == "UTC":
        return 0
    minutes = int(zone[1:3]) * 60 + int(zone[4:])
    return (-minutes if zone[0] == "-" else minutes) * 60 * 10**12
