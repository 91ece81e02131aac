"""Convert Athena's text of a value: to JSON, for types that JSON lacks, and to numbers, for Arrow.

NULL never reaches a converter. Nested types stay text: Athena prints them unquoted, so that the
text cannot be parsed again.
"""

import base64
import math
import re
from collections.abc import Callable, Sequence
from datetime import date, datetime, timedelta
from typing import Any, TypeVar
from zoneinfo import ZoneInfo

from data_hist.json_documents import JsonText, is_json

_T = TypeVar("_T")

_DATE = r"([+-]?\d{4,9})-(\d\d)-(\d\d)"
_DATE_ONLY = re.compile(_DATE, re.ASCII)
_TIMESTAMP = re.compile(_DATE + r" (\d\d):(\d\d):(\d\d)(?:\.(\d+))?", re.ASCII)
_OFFSET = re.compile(r"([+-])(\d\d):(\d\d)", re.ASCII)
_YEAR_DIGITS = 4
_LOCAL_TIME_LENGTH = len("2026-11-20T05:15:00")
_OFFSET_LENGTH = len("-05:00")
_MICROSECOND_DIGITS = 6
_DAY_SECONDS = 86_400
_EPOCH_DAY = date(1970, 1, 1).toordinal()
# The Gregorian calendar, days of the week included, repeats every 400 years.
_CYCLE_YEARS = 400
_CYCLE_DAYS = 146_097
_FIRST_YEAR_OF_LAST_CYCLE = 9600
_LEAP_YEAR_BEFORE_ALL_ZONES = 4


def convert_values(values: Sequence[_T | None], convert: Callable[[_T], Any]) -> list[Any]:
    """Convert the values of a column; NULL stays None.

    Raises:
        ValueError: The converter rejects a value.
    """
    return [None if value is None else convert(value) for value in values]


def iso_timestamp(text: str) -> str:
    """Format a date or timestamp as ISO 8601; a year of more than four digits gets a sign."""
    iso = text.replace(" ", "T", 1)
    needs_sign = text[_YEAR_DIGITS : _YEAR_DIGITS + 1] != "-" and text[:1].isdigit()
    return "+" + iso if needs_sign else iso


def iso_zoned_timestamp(text: str) -> str:
    """Format a timestamp with time zone as ISO 8601 with an offset; other text is unchanged.

    Athena prints the name of the zone, or an offset, after the local time.
    """
    local, _, zone = text.rpartition(" ")
    if zone.startswith(("+", "-")):
        return iso_timestamp(local) + zone
    if zone in ("UTC", "Z"):
        return iso_timestamp(local) + "+00:00"
    try:
        offset = _common_offset(local, zone)
        return iso_timestamp(local) + offset if offset else _rare_zoned_timestamp(local, zone)
    except ValueError:
        return text


def base64_of_hex(text: str) -> str:
    """Convert the hexadecimal of a varbinary to Base64; other text is unchanged."""
    try:
        return base64.b64encode(bytes.fromhex(text)).decode("ascii")
    except ValueError:
        return text


def json_value(text: str) -> JsonText | str:
    """Embed JSON as it is, on one line; newlines in it are only whitespace.

    Text that is not JSON becomes a string: json_array_get returns `a` for `["a"]`.
    """
    if not is_json(text):
        return text
    return JsonText(text.replace("\n", " ").replace("\r", " "))


def json_number(number: float) -> float | str:
    """Return a number, or Athena's name for one that JSON cannot represent."""
    if math.isfinite(number):
        return number
    return "NaN" if math.isnan(number) else "Infinity" if number > 0 else "-Infinity"


def _common_offset(local: str, zone: str) -> str | None:
    """Return the offset of a zone; None if Python lacks the year or the offset has seconds."""
    try:
        # Athena prints fractions that Python cannot parse; the offset does not depend on them.
        moment = datetime.fromisoformat(local.partition(".")[0]).replace(tzinfo=ZoneInfo(zone))
    except (ValueError, KeyError, OSError):
        return None
    offset = moment.isoformat()[_LOCAL_TIME_LENGTH:]
    return offset if len(offset) == _OFFSET_LENGTH else None


def _rare_zoned_timestamp(local: str, zone: str) -> str:
    """Format in UTC if the offset has seconds, as offsets had before standard time."""
    offset = utc_offset(local, zone)
    minutes, seconds = divmod(int(offset.total_seconds()), 60)
    if seconds:
        return iso_utc_timestamp(local, zone)
    hours, minutes = divmod(abs(minutes), 60)
    return f"{iso_timestamp(local)}{'-' if offset < timedelta() else '+'}{hours:02}:{minutes:02}"


def epoch_days(text: str) -> int:
    """Count the days from 1970-01-01 to a date of any year.

    Raises:
        ValueError: The text is not a date.
    """
    match = _DATE_ONLY.fullmatch(text)
    if match is None:
        raise ValueError("not a date")
    return _days(*map(int, match.groups()))


def epoch_microseconds(text: str) -> int:
    """Count the microseconds from 1970-01-01 00:00 to a timestamp of any year.

    Raises:
        ValueError: The text is not a timestamp, or is finer than microseconds.
    """
    year, moment = _local_time(text)
    fraction = text.partition(".")[2]
    if len(fraction) > _MICROSECOND_DIGITS:
        raise ValueError("finer than microseconds")
    of_day = timedelta(hours=moment.hour, minutes=moment.minute, seconds=moment.second)
    days = _days(year, moment.month, moment.day)
    microseconds = int(fraction.ljust(_MICROSECOND_DIGITS, "0"))
    return (days * _DAY_SECONDS + of_day.seconds) * 1_000_000 + microseconds


def zoned_epoch_microseconds(text: str) -> int:
    """Count the microseconds from 1970-01-01 00:00 UTC to a timestamp with time zone of any year.

    Raises:
        ValueError: The text is not a timestamp, is finer than microseconds, or names a zone that
            the tz database lacks.
    """
    local, _, zone = text.rpartition(" ")
    return epoch_microseconds(local) - utc_offset(local, zone) // timedelta(microseconds=1)


def utc_offset(local: str, zone: str) -> timedelta:
    """Return the UTC offset of a zone at a local time; of an ambiguous time, the earlier one.

    Raises:
        ValueError: The text is not a timestamp, or the tz database lacks the zone.
    """
    if match := _OFFSET.fullmatch(zone):
        ahead = timedelta(hours=int(match[2]), minutes=int(match[3]))
        return -ahead if match[1] == "-" else ahead
    if zone in ("UTC", "Z"):
        return timedelta()
    year, moment = _local_time(local)
    try:
        at_zone = moment.replace(year=_year_of_same_offsets(year), tzinfo=ZoneInfo(zone))
    except (KeyError, OSError) as error:
        raise ValueError("not a time zone") from error
    return at_zone.utcoffset() or timedelta()


def iso_utc_timestamp(local: str, zone: str) -> str:
    """Format a local time of any year as ISO 8601 in UTC, with its fraction unchanged.

    Raises:
        ValueError: The text is not a timestamp, or the tz database lacks the zone.
    """
    year, local_time = _local_time(local)
    moment = local_time - utc_offset(local, zone)
    year += moment.year - local_time.year
    sign = "-" if year < 0 else "+" if year > date.max.year else ""
    _, point, fraction = local.partition(".")
    rest_of_moment = moment.isoformat()[_YEAR_DIGITS:]
    return f"{sign}{abs(year):04}{rest_of_moment}{point}{fraction}+00:00"


def _local_time(text: str) -> tuple[int, datetime]:
    """Parse a timestamp into its year and a datetime of an equivalent year that Python supports."""
    match = _TIMESTAMP.fullmatch(text)
    if match is None:
        raise ValueError("not a timestamp")
    year, month, day, hour, minute, second = map(int, match.groups()[:6])
    same_days = year % _CYCLE_YEARS + _CYCLE_YEARS
    return year, datetime(same_days, month, day, hour, minute, second)


def _days(year: int, month: int, day: int) -> int:
    cycles, year_of_cycle = divmod(year, _CYCLE_YEARS)
    in_cycle = date(year_of_cycle + _CYCLE_YEARS, month, day).toordinal() - _EPOCH_DAY
    return in_cycle + (cycles - 1) * _CYCLE_DAYS


def _year_of_same_offsets(year: int) -> int:
    """Return a year that Python supports with the same UTC offsets in every zone."""
    if year > date.max.year:
        return _FIRST_YEAR_OF_LAST_CYCLE + year % _CYCLE_YEARS
    return year if year >= date.min.year else _LEAP_YEAR_BEFORE_ALL_ZONES
