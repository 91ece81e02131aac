"""Moments and dates of ISO 8601 as Joda-Time reads them: dates of days, weeks and ordinal days."""

import re
from dataclasses import dataclass

from local_athena.backends.duckdb.dialect.datetimes.calendar_fields import DAY, FIELDS
from local_athena.backends.duckdb.dialect.datetimes.field_resolution import resolve_fields
from local_athena.backends.duckdb.dialect.datetimes.zone_names import resolve_zone
from local_athena.backends.duckdb.dialect.failures import (
    failure,
    invalid_argument,
)
from local_athena.backends.duckdb.dialect.types.typed_sql import PythonFunction

_YEAR = r"(?P<{}>[+-]?\d{{1,9}})"
# Of the forms that fit, the longest one counts, and the first of those.
_DATES = tuple(
    re.compile(form, re.ASCII | re.IGNORECASE)
    for form in (
        _YEAR.format("year") + r"(?:-(?P<monthOfYear>\d{1,2})(?:-(?P<dayOfMonth>\d{1,2}))?)?",
        _YEAR.format("year") + r"-(?P<dayOfYear>\d{1,3})",
        _YEAR.format("weekyear") + r"-W(?P<weekOfWeekyear>\d{1,2})(?:-(?P<dayOfWeek>\d))?",
    )
)
_FRACTION = r"(?:[.,](?P<{}>\d{{1,9}}))?"
_CLOCK = re.compile(
    r"T(?:(?P<hourOfDay>\d{1,2})(?::(?P<minuteOfHour>\d{1,2})(?::(?P<secondOfMinute>\d{1,2})"
    + _FRACTION.format("of_second")
    + f"|{_FRACTION.format('of_minute')})|{_FRACTION.format('of_hour')}))?"
    + r"(?P<offset>Z|[+-]([01]\d|2[0-3])(?::?[0-5]\d(?::?[0-5]\d(?:[.,]\d{1,3})?)?)?)?",
    re.ASCII | re.IGNORECASE,
)
_UNITS = {"of_hour": 3_600_000, "of_minute": 60_000, "of_second": 1000}
# Athena keeps milliseconds and a zone in 64 bits.
_MOST_MILLISECONDS = 2**51


@dataclass(frozen=True)
class IsoMoment:
    """A local time in milliseconds from 1970, and how Athena writes its zone."""

    local: int
    zone: str

    @property
    def utc(self) -> int:
        """The moment in milliseconds."""
        if self.zone == "UTC":
            return self.local
        minutes = int(self.zone[1:3]) * 60 + int(self.zone[4:])
        return self.local - (-minutes if self.zone[0] == "-" else minutes) * 60_000


def parse_iso8601(text: str) -> IsoMoment:
    """Read a moment; a date is its midnight, a time one of 1970-01-01, UTC the zone.

    Raises:
        ValueError: If the text is none, or a value out of range.
    """
    date = _match_date(text)
    place = date.end() if date else 0
    clock = _CLOCK.match(text, place)
    end = clock.end() if clock else place
    if end < len(text) or not text or (date is None and not (clock and clock["hourOfDay"])):
        raise _malformed(text, end)
    moment = IsoMoment(_resolve(text, date, clock), _read_zone(clock))
    if abs(moment.utc) >= _MOST_MILLISECONDS:
        raise invalid_argument(f"Millis overflow: {moment.utc}")
    return moment


def _malformed(text: str, place: int) -> ValueError:
    rest = f' is malformed at "{text[place:]}"' if place else ""
    return invalid_argument(f'Invalid format: "{text}"{rest}')


def _match_date(text: str) -> re.Match[str] | None:
    found = [match for form in _DATES if (match := form.match(text))]
    return max(found, key=re.Match.end, default=None)


def _resolve(text: str, *parts: re.Match[str] | None) -> int:
    groups = [part.groupdict().items() for part in parts if part]
    values = [(name, value) for group in groups for name, value in group if value]
    try:
        local = resolve_fields(
            [(FIELDS[name], int(value)) for name, value in values if name in FIELDS]
        )
    except ValueError as error:
        raise invalid_argument(f'Cannot parse "{text}": {error}') from None
    for name, value in values:
        if name in _UNITS:
            local += int(value) * _UNITS[name] // 10 ** len(value)
    return local


def _read_zone(clock: re.Match[str] | None) -> str:
    offset = clock["offset"] if clock else None
    if offset is None or offset in "Zz":
        return "UTC"
    zone = resolve_zone(offset)
    if zone is None:
        raise failure("NOT_SUPPORTED", f"Time zone not supported: {offset}")
    return zone


def _parse_utc(text: str) -> int:
    return parse_iso8601(text).utc * 1000


def _parse_without_zone(text: str) -> int:
    """Read a moment whose zone is not kept."""
    moment = parse_iso8601(text)
    if moment.zone != "UTC":
        refusal = "The embedded endpoint does not support a time zone that differs between rows"
        raise failure("NOT_SUPPORTED", refusal)
    return moment.local * 1000


def _parse_date(text: str) -> int:
    date = _match_date(text)
    if date is None or date.end() < len(text):
        raise _malformed(text, date.end() if date else 0)
    return _resolve(text, date) // DAY


PYTHON_FUNCTIONS: tuple[PythonFunction, ...] = (
    ("athena_py_iso8601", _parse_utc, ["VARCHAR"], "BIGINT"),
    ("athena_py_iso8601_utc", _parse_without_zone, ["VARCHAR"], "BIGINT"),
    ("athena_iso8601_zone", lambda text: parse_iso8601(text).zone, ["VARCHAR"], "VARCHAR"),
    ("athena_py_iso8601_date", _parse_date, ["VARCHAR"], "BIGINT"),
)
