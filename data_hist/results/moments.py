"""Convert Athena's dates and times into numbers, for years outside the range of Python's types."""

import re
from datetime import date, datetime, timedelta
from zoneinfo import ZoneInfo

_DATE = r"([+-]?\d{4,9})-(\d\d)-(\d\d)"
_DATE_ONLY = re.compile(_DATE, re.ASCII)
_TIMESTAMP = re.compile(_DATE + r" (\d\d):(\d\d):(\d\d)(?:\.(\d+))?", re.ASCII)
_OFFSET = re.compile(r"([+-])(\d\d):(\d\d)", re.ASCII)
_MICROSECOND_DIGITS = 6
_YEAR_DIGITS = 4
_DAY_SECONDS = 86_400
_EPOCH_DAY = date(1970, 1, 1).toordinal()
# The Gregorian calendar repeats itself, days of the week among it.
_CYCLE_YEARS = 400
_CYCLE_DAYS = 146_097
_FIRST_YEAR_OF_LAST_CYCLE = 9600
_LEAP_YEAR_BEFORE_ALL_ZONES = 4


def epoch_days(text: str) -> int:
    """Count the days from 1970-01-01 to a date of any year.

    Raises:
        ValueError: It is no date.
    """
    match = _DATE_ONLY.fullmatch(text)
    if match is None:
        raise ValueError("not a date")
    return _days(*map(int, match.groups()))


def epoch_microseconds(text: str) -> int:
    """Count the microseconds from 1970-01-01 00:00 to a timestamp of any year.

    Raises:
        ValueError: It is no timestamp, or a finer one.
    """
    year, moment = _local_time(text)
    fraction = text.partition(".")[2]
    if len(fraction) > _MICROSECOND_DIGITS:
        raise ValueError("finer than microseconds")
    of_day = timedelta(hours=moment.hour, minutes=moment.minute, seconds=moment.second)
    days = _days(year, moment.month, moment.day)
    microseconds = int(fraction.ljust(_MICROSECOND_DIGITS, "0"))
    return (days * _DAY_SECONDS + of_day.seconds) * 1_000_000 + microseconds


def epoch_microseconds_of_zoned(text: str) -> int:
    """Count the microseconds from 1970-01-01 00:00 UTC to a timestamp with a zone of any year.

    Raises:
        ValueError: It is no timestamp, a finer one, or of a zone that the tz database lacks.
    """
    local, _, zone = text.rpartition(" ")
    return epoch_microseconds(local) - utc_offset(local, zone) // timedelta(microseconds=1)


def utc_offset(local: str, zone: str) -> timedelta:
    """What a zone's clocks are ahead of UTC; for a local time that comes twice, the first time.

    Raises:
        ValueError: It is no timestamp, or of a zone that the tz database lacks.
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


def in_utc(local: str, zone: str) -> str:
    """ISO 8601 in UTC of a local time of any year, as fine as it is.

    Raises:
        ValueError: It is no timestamp, or of a zone that the tz database lacks.
    """
    year, local_time = _local_time(local)
    moment = local_time - utc_offset(local, zone)
    year += moment.year - local_time.year
    sign = "-" if year < 0 else "+" if year > date.max.year else ""
    _, point, fraction = local.partition(".")
    rest_of_moment = moment.isoformat()[_YEAR_DIGITS:]
    return f"{sign}{abs(year):04}{rest_of_moment}{point}{fraction}+00:00"


def _local_time(text: str) -> tuple[int, datetime]:
    """The year of a timestamp, and the rest of it in one of the same days that Python has."""
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
    """A year that Python has, in which each zone's clocks go as in this one."""
    if year > date.max.year:
        return _FIRST_YEAR_OF_LAST_CYCLE + year % _CYCLE_YEARS
    return year if year >= date.min.year else _LEAP_YEAR_BEFORE_ALL_ZONES
