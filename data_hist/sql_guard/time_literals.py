"""The literals of dates, times and timestamps, and which texts are such."""

import datetime
import re

from data_hist.sql_guard.parameter import BadParameter

_DATE = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}")
_TIME = re.compile(r"[0-9]{2}:[0-9]{2}(?::[0-9]{2}(?:\.[0-9]{1,12})?)?")
_OFFSET = re.compile(r"[+-](?:0[0-9]|1[0-3]):[0-5][0-9]|[+-]14:00")
_ZONE = re.compile(r"[A-Za-z][A-Za-z0-9_+-]*(?:/[A-Za-z0-9_+-]+)*")
_TIMESTAMP = re.compile(r"(?P<date>[0-9-]{10})[ T](?P<time>[0-9:.]{5,21})(?: ?(?P<zone>\S+))?")


def date(text: str) -> str:
    """The literal of a day."""
    _check_date(text)
    return f"DATE '{text}'"


def time(text: str) -> str:
    """The literal of a time of day."""
    if not _is_time_of_day(text):
        raise BadParameter("must be a time of day, HH:MM:SS with up to twelve decimals")
    return f"TIME '{text}'"


def timestamp(text: str) -> str:
    """The literal of a moment, with a zone if the text has one."""
    match = _TIMESTAMP.fullmatch(text)
    if match is None or not _is_time_of_day(match["time"]):
        raise BadParameter("must be YYYY-MM-DD HH:MM:SS, with a zone or without")
    _check_date(match["date"])
    return f"TIMESTAMP '{match['date']} {match['time']}{_zone(match['zone'])}'"


def timestamp_with_zone(text: str) -> str:
    """The literal of a moment in a zone."""
    written = timestamp(text)
    match = _TIMESTAMP.fullmatch(text)
    if match is None or match["zone"] is None:
        raise BadParameter("must end with a zone, such as UTC, +01:00 or Europe/Zurich")
    return written


def _check_date(text: str) -> None:
    try:
        if not _DATE.fullmatch(text):
            raise ValueError
        datetime.date.fromisoformat(text)
    except ValueError:
        raise BadParameter("must be a day of the calendar, YYYY-MM-DD") from None


def _is_time_of_day(text: str) -> bool:
    if not _TIME.fullmatch(text):
        return False
    limits = (24, 60, 60)
    return all(float(part) < limit for part, limit in zip(text.split(":"), limits, strict=False))


def _zone(text: str | None) -> str:
    if text is None:
        return ""
    zone = "UTC" if text == "Z" else text
    if not (_OFFSET.fullmatch(zone) or _ZONE.fullmatch(zone)):
        raise BadParameter("must have a zone such as UTC, +01:00 or Europe/Zurich")
    return f" {zone}"
