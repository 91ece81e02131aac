"""Moments of ISO 8601 as java.time reads them, to nanoseconds: `2024-02-29T12:34:56.5+01:00`."""

import calendar
import re

from local_athena.backends.duckdb.dialect.datetimes.calendar_fields import (
    count_days_of_month,
    days_from_date,
)
from local_athena.backends.duckdb.dialect.datetimes.zone_names import resolve_zone
from local_athena.backends.duckdb.dialect.failures import failure, invalid_argument
from local_athena.backends.duckdb.dialect.types.typed_sql import PythonFunction

# What has to be there, one part after the other.
_PARTS = (
    *(r"(?P<year>\d{4}(?!\d)|\+\d{5,9}|-\d{4,9})", "-", r"(?P<month>\d\d)", "-", r"(?P<day>\d\d)"),
    *("[Tt]", r"(?P<hour>\d\d)", ":", r"(?P<minute>\d\d)"),
)
_SECONDS = re.compile(r":(?P<second>\d\d)(?:\.(?P<fraction>\d{0,9}))?", re.ASCII)
_OFFSET = re.compile(
    r"[Zz]|(?P<sign>[+-])(?P<hours>\d\d):(?P<minutes>\d\d)(?::(?P<seconds>\d\d))?", re.ASCII
)
_REGION = re.compile(r"\[([^\]]+)\]")
_LIMITS = {
    "month": ("MonthOfYear", 1, 12),
    "day": ("DayOfMonth", 1, 31),
    "hour": ("HourOfDay", 0, 23),
    "minute": ("MinuteOfHour", 0, 59),
    "second": ("SecondOfMinute", 0, 59),
}
_MOST_OFFSET = 18 * 3600
_PICOSECONDS = 10**12
_MOST_MILLISECONDS = 2**51


def read_nanoseconds(text: str) -> tuple[int, str]:
    """Read a moment in picoseconds of UTC from 1970, and how Athena writes its zone.

    Raises:
        ValueError: If the text is none, or a value out of range.
    """
    found, place = _read_parts(text)
    seconds = _SECONDS.match(text, place)
    if seconds:
        found["second"], found["fraction"] = seconds["second"], seconds["fraction"] or ""
        place = seconds.end()
    offset, zone, place = _read_zone(text, place)
    if place < len(text):
        raise invalid_argument(
            f"Text '{text}' could not be parsed, unparsed text found at index {place}"
        )
    _check(text, found)
    days = days_from_date(*(int(found[name]) for name in ("year", "month", "day")))
    clock = int(found["hour"]) * 3600 + int(found["minute"]) * 60 + int(found.get("second", 0))
    picos = (days * 86_400 + clock - offset) * _PICOSECONDS
    picos += int(found.get("fraction", "").ljust(12, "0"))
    if not -_MOST_MILLISECONDS <= picos // 10**9 < _MOST_MILLISECONDS:
        raise invalid_argument(f"Millis overflow: {picos // 10**9}")
    return picos, zone


def _read_parts(text: str) -> tuple[dict[str, str], int]:
    found: dict[str, str] = {}
    place = 0
    for part in _PARTS:
        match = re.compile(part, re.ASCII).match(text, place)
        if match is None:
            raise invalid_argument(f"Text '{text}' could not be parsed at index {place}")
        found |= match.groupdict()
        place = match.end()
    return found, place


def _read_zone(text: str, place: int) -> tuple[int, str, int]:
    """Read the offset in seconds, the zone, and where they end."""
    match = _OFFSET.match(text, place)
    if match is None:
        return 0, "UTC", place
    parts = [int(match[name] or 0) for name in ("hours", "minutes", "seconds")]
    total = parts[0] * 3600 + parts[1] * 60 + parts[2]
    if total > _MOST_OFFSET or parts[1] > 59 or parts[2] > 59:
        shown = "Zone offset not in valid range: -18:00 to +18:00"
        raise invalid_argument(f"Text '{text}' could not be parsed: {shown}")
    offset = -total if match["sign"] == "-" else total
    region = _REGION.match(text, match.end())
    named = resolve_zone(region[1]) if region else None
    if region and named:
        return offset, named, region.end()
    shown = match[0].removesuffix(":00") if match["seconds"] == "00" else match[0]
    zone = resolve_zone(shown.upper()) if parts[2] == 0 else None
    if zone is None:
        raise failure("NOT_SUPPORTED", f"Time zone not supported: {shown}")
    return offset, zone, match.end()


def _check(text: str, found: dict[str, str]) -> None:
    for name, (shown, low, high) in _LIMITS.items():
        value = int(found.get(name, low))
        if not low <= value <= high:
            limits = f"Invalid value for {shown} (valid values {low} - {high}): {value}"
            raise invalid_argument(f"Text '{text}' could not be parsed: {limits}")
    year, month, day = (int(found[name]) for name in ("year", "month", "day"))
    if day > count_days_of_month(year, month):
        name = calendar.month_name[month]
        wrong = f"Invalid date '{name.upper()} {day}'"
        if day == 29:
            wrong = f"Invalid date 'February 29' as '{year}' is not a leap year"
        raise invalid_argument(f"Text '{text}' could not be parsed: {wrong}")


PYTHON_FUNCTIONS: tuple[PythonFunction, ...] = (
    ("athena_iso8601_picos", lambda text: read_nanoseconds(text)[0], ["VARCHAR"], "HUGEINT"),
    ("athena_iso8601_picos_zone", lambda text: read_nanoseconds(text)[1], ["VARCHAR"], "VARCHAR"),
)
