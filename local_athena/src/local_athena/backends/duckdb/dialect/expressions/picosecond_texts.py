"""Texts of times read to picoseconds, and times of day with an offset from UTC behind them."""

import re

from local_athena.backends.duckdb.dialect.datetimes.calendar_fields import (
    count_days_of_month,
    days_from_date,
)
from local_athena.backends.duckdb.dialect.datetimes.zone_names import resolve_zone
from local_athena.backends.duckdb.dialect.failures import failure
from local_athena.backends.duckdb.dialect.types.typed_sql import PythonFunction

_CLOCK = (
    r"(?P<hour>[01]?\d|2[0-3]):(?P<minute>[0-5]?\d)"
    r"(?::(?P<second>[0-5]?\d)(?:\.(?P<fraction>\d+))?)?"
)
_MOMENT = re.compile(
    r"\s*(?P<year>[+-]?\d{4,})-(?P<month>\d{1,2})-(?P<day>\d{1,2})"
    rf"(?: (?:{_CLOCK})?)?\s*(?P<zone>[A-Za-z+-]\S*)?\s*",
    re.ASCII,
)
_OF_DAY = re.compile(rf"\s*{_CLOCK}\s*(?P<zone>[+-]\d\d:\d\d)?\s*", re.ASCII)
_MOST_DIGITS = 12
_PICOSECONDS = 10**12


def read_moment(text: str) -> tuple[int, str]:
    """Read a wall-clock time in picoseconds from 1970, and the zone behind it, else UTC.

    Raises:
        ValueError: If the text is none.
    """
    match = _MOMENT.fullmatch(text)
    zone = resolve_zone(match["zone"] or "UTC") if match else None
    if match is None or zone is None:
        raise _invalid("timestamp", text)
    year, month, day = (int(match[name]) for name in ("year", "month", "day"))
    if not 1 <= month <= 12 or not 1 <= day <= count_days_of_month(year, month):
        raise _invalid("timestamp", text)
    days = days_from_date(year, month, day)
    return days * 86_400 * _PICOSECONDS + _read_clock(match), zone


def read_time_of_day(text: str, kind: str = "time with time zone") -> tuple[int, str | None]:
    """Read a time of day in picoseconds, and the offset behind it or None.

    Raises:
        ValueError: If the text is none.
    """
    match = _OF_DAY.fullmatch(text)
    zone = resolve_zone(match["zone"] or "UTC") if match else None
    is_long = match is not None and len(match["fraction"] or "") > _MOST_DIGITS
    # Only an offset makes blanks in front harmless.
    is_shifted = kind == "time" and text[:1].isspace()
    if match is None or zone is None or is_long or is_shifted:
        raise _invalid(kind, text)
    return _read_clock(match), zone if match["zone"] else None


def _read_clock(match: re.Match[str]) -> int:
    hour, minute, second = (int(match[name] or 0) for name in ("hour", "minute", "second"))
    fraction = (match["fraction"] or "")[:_MOST_DIGITS].ljust(_MOST_DIGITS, "0")
    return (hour * 3600 + minute * 60 + second) * _PICOSECONDS + int(fraction)


def _invalid(kind: str, text: str) -> ValueError:
    return failure("INVALID_CAST_ARGUMENT", f"Value cannot be cast to {kind}: {text}")


def _read_plain_clock(text: str) -> int:
    picos, zone = read_time_of_day(text, "time")
    if zone is not None:
        raise _invalid("time", text)
    return picos


PYTHON_FUNCTIONS: tuple[PythonFunction, ...] = (
    ("athena_read_picos", lambda text: read_moment(text)[0], ["VARCHAR"], "HUGEINT"),
    ("athena_read_clock", _read_plain_clock, ["VARCHAR"], "HUGEINT"),
    ("athena_read_zoned_clock", lambda text: read_time_of_day(text)[0], ["VARCHAR"], "HUGEINT"),
    (
        "athena_read_clock_zone",
        lambda text: read_time_of_day(text)[1] or "UTC",
        ["VARCHAR"],
        "VARCHAR",
    ),
)
