"""Parse dates and timestamps of Hive, as leniently as Java: what is too large is carried over."""

import re
from dataclasses import dataclass

from local_athena.backends.duckdb.storage.java_numbers import (
    WHITE_SPACE,
    parse_bigint,
    parse_decimal,
)

# What follows a date is ignored.
_DATE = re.compile(r"(-?[0-9]{1,4})-(-?[0-9]{1,2})-(-?[0-9]{1,2})(?![0-9])")
_NEGATIVE_ZERO = re.compile(r"-0+")
_TIMESTAMP = re.compile(
    r"([+-]?[0-9]{1,9})-([+-]?[0-9]{1,9})-([+-]?[0-9]{1,9}) "
    r"([+-]?[0-9]{1,9}):([+-]?[0-9]{1,9}):([+-]?[0-9]{1,9})"
    r"(?:\.([0-9]{0,9}))?"
)
_ISO_TIMESTAMP = re.compile(
    r"([+-]?[0-9]{1,9})-([0-9]{1,9})-([0-9]{1,9})[tT]"
    r"([0-9]{1,9}):([0-9]{1,9})(?::([0-9]{1,9})(?:\.([0-9]{0,9}))?)?"
)
_ZONE = re.compile(r"(.*?)(?:[zZ]|([+-])([0-9]{2}):?([0-9]{2}))", re.DOTALL)
_NUMBER = re.compile(r"[-+.0-9]*")
_WHOLE_NUMBER = re.compile(r"[+-]?[0-9]+")
_DAY = 86_400
# Microseconds must fit into 64 bits.
_MOST_MILLISECONDS = 2**63 // 1000
_LARGEST_OFFSET = 18 * 3600
_LEAST_DIGITS_OF_MILLISECONDS = 13
# Day 0 is 1970-01-01; counted in cycles of 400 years from 1 March of the year 0.
_DAYS_OF_CYCLE = 146_097
_DAYS_TO_1970 = 719_468


def parse_date(text: str) -> int | None:
    """Parse a date or a number of days since 1970-01-01."""
    found = _DATE.match(text.strip(WHITE_SPACE))
    if found and not any(map(_NEGATIVE_ZERO.fullmatch, found.groups())):
        return _days(*map(int, found.groups()))
    days = parse_bigint(text)
    return days if days is not None and -(2**31) <= days < 2**31 else None


def parse_timestamp(text: str) -> int | None:
    """Parse a timestamp as milliseconds since 1970-01-01T00:00:00Z."""
    milliseconds = _parse_milliseconds(text)
    in_range = milliseconds is not None and abs(milliseconds) <= _MOST_MILLISECONDS
    return milliseconds if in_range else None


def _parse_milliseconds(text: str) -> int | None:
    if text.find(":") > 0:
        return _parse_with_time(text)
    if not _NUMBER.fullmatch(text):
        return None
    if "." in text:
        seconds = parse_decimal(text)
        return None if seconds is None else int(seconds * 1000)
    if not _WHOLE_NUMBER.fullmatch(text):
        return None
    is_milliseconds = len(text) >= _LEAST_DIGITS_OF_MILLISECONDS
    return int(text) * (1 if is_milliseconds else 1000)


def _parse_with_time(text: str) -> int | None:
    zoned = _ZONE.fullmatch(text)
    if zoned and (found := _ISO_TIMESTAMP.fullmatch(zoned[1])):
        offset = (int(zoned[3]) * 60 + int(zoned[4])) * 60 if zoned[2] else 0
        if offset <= _LARGEST_OFFSET and (zoned[4] or "0") < "60":
            return _milliseconds(found) - (-offset if zoned[2] == "-" else offset) * 1000
    trimmed = text.strip(WHITE_SPACE)
    found = _TIMESTAMP.fullmatch(trimmed) or _ISO_TIMESTAMP.fullmatch(trimmed)
    return _milliseconds(found) if found else None


def _milliseconds(found: re.Match[str]) -> int:
    year, month, day, hour, minute, second = (int(part or 0) for part in found.groups()[:6])
    seconds = _days(year, month, day) * _DAY + hour * 3600 + minute * 60 + second
    nanoseconds = int((found[7] or "").ljust(9, "0"))
    return seconds * 1000 + (nanoseconds + 500_000) // 1_000_000


def _days(year: int, month: int, day: int) -> int:
    """Count the days from 1970-01-01; months and days may lie outside of their year and month."""
    year, month = year + (month - 1) // 12, (month - 1) % 12 + 1
    year -= month <= 2
    cycle, year = divmod(year, 400)
    day_of_year = (153 * ((month + 9) % 12) + 2) // 5 + day - 1
    return (
        cycle * _DAYS_OF_CYCLE + year * 365 + year // 4 - year // 100 + day_of_year - _DAYS_TO_1970
    )


@dataclass(frozen=True)
class _Day:
    year: int
    month: int
    day: int


def print_date(days: int) -> str:
    """Print a date as DuckDB reads it."""
    date = _split_days(days)
    return _print_day(date) + _era(date)


def print_timestamp(milliseconds: int) -> str:
    """Print a timestamp as DuckDB reads it."""
    days, rest = divmod(milliseconds, _DAY * 1000)
    seconds, fraction = divmod(rest, 1000)
    date = _split_days(days)
    time = f"{seconds // 3600:02}:{seconds // 60 % 60:02}:{seconds % 60:02}.{fraction:03}"
    return f"{_print_day(date)}{_era(date)} {time}"


def _print_day(date: _Day) -> str:
    year = date.year if date.year > 0 else 1 - date.year
    return f"{year:04}-{date.month:02}-{date.day:02}"


def _era(date: _Day) -> str:
    return "" if date.year > 0 else " (BC)"


def _split_days(days: int) -> _Day:
    cycle, day = divmod(days + _DAYS_TO_1970, _DAYS_OF_CYCLE)
    year = (day - day // 1460 + day // 36_524 - day // 146_096) // 365
    day -= 365 * year + year // 4 - year // 100
    month = (5 * day + 2) // 153
    return _Day(
        cycle * 400 + year + (month >= 10), (month + 2) % 12 + 1, day - (153 * month + 2) // 5 + 1
    )
