"""Read patterns of MySQL and of Joda: which letters stand for which part, and which are errors."""

import re
from collections.abc import Iterator
from datetime import UTC, datetime
from functools import lru_cache

from local_athena.backends.duckdb.dialect.datetimes.time_patterns import (
    Element,
    Moment,
    Reading,
    Shape,
    fraction,
    literal,
    number,
    short_year,
    word,
)
from local_athena.backends.duckdb.dialect.datetimes.zone_names import (
    format_offset,
    resolve_joda_zone,
    resolve_zone,
)
from local_athena.backends.duckdb.dialect.failures import failure

_INVALID = "INVALID_FUNCTION_ARGUMENT"
_PIVOT = 2020
_CLOCK = ("hourOfDay", "minuteOfHour", "secondOfMinute")


def _mysql_elements() -> dict[str, tuple[Element, ...]]:
    two = {"d": "dayOfMonth", "H": "hourOfDay", "i": "minuteOfHour", "m": "monthOfYear"}
    two |= {"h": "clockhourOfHalfday", "I": "clockhourOfHalfday", "v": "weekOfWeekyear"}
    two |= {"S": "secondOfMinute", "s": "secondOfMinute"}
    one = {"c": "monthOfYear", "e": "dayOfMonth", "k": "hourOfDay", "l": "clockhourOfHalfday"}
    colon, clock = literal(":"), [number(name, 2, 2) for name in _CLOCK]
    twelve = number("clockhourOfHalfday", 2, 2)
    halfday = word("halfdayOfDay")
    return {
        **{letter: (number(name, 2, 2),) for letter, name in two.items()},
        **{letter: (number(name, 1, 2),) for letter, name in one.items()},
        "a": (word("dayOfWeek", is_short=True),),
        "b": (word("monthOfYear", is_short=True),),
        "f": (fraction(6, 9),),
        "j": (number("dayOfYear", 3, 3),),
        "M": (word("monthOfYear"),),
        "p": (halfday,),
        "r": (twelve, colon, clock[1], colon, clock[2], literal(" "), halfday),
        "T": (clock[0], colon, clock[1], colon, clock[2]),
        "W": (word("dayOfWeek"),),
        "x": (number("weekyear", 4, 4, signed=True),),
        "Y": (number("year", 4, 4, signed=True),),
        "y": (short_year("year", _PIVOT, is_lenient=False),),
    }


_MYSQL = _mysql_elements()


@lru_cache(maxsize=1024)
def compile_mysql(pattern: str) -> tuple[Element, ...]:
    """Read a pattern of date_format and date_parse."""
    if not pattern:
        raise ValueError(f"{_INVALID}:Both printing and parsing not supported")
    return tuple(_read_mysql(pattern))


def _read_mysql(pattern: str) -> Iterator[Element]:
    for match in re.finditer(r"%(.)|%$|([^%])", pattern, re.DOTALL):
        if match[1] and match[1] in "DUuVwX":
            raise ValueError(f"{_INVALID}:%{match[1]} not supported in date format string")
        if match[1] in _MYSQL:
            yield from _MYSQL[match[1]]
        elif match[1] or match[2]:
            yield literal(match[1] or match[2])


_PART = re.compile(r"'((?:[^']|'')*)'?|(([A-Za-z])\3*)|([^A-Za-z']+)", re.DOTALL)
_NUMBERS = {
    "C": ("centuryOfEra", 9),
    "D": ("dayOfYear", 3),
    "M": ("monthOfYear", 2),
    "H": ("hourOfDay", 2),
    "K": ("hourOfHalfday", 2),
    "d": ("dayOfMonth", 2),
    "e": ("dayOfWeek", 1),
    "h": ("clockhourOfHalfday", 2),
    "k": ("clockhourOfDay", 2),
    "m": ("minuteOfHour", 2),
    "s": ("secondOfMinute", 2),
    "w": ("weekOfWeekyear", 2),
}
_YEARS = {"x": "weekyear", "y": "year", "Y": "yearOfEra"}
_MOST_DIGITS = 9
_ZONE_OFFSET = re.compile(
    r"Z|([+-])([01]\d|2[0-3])(?::?([0-5]\d)(?::?([0-5]\d)(?:[.,](\d{1,3}))?)?)?", re.ASCII
)
# The longer one first, where one begins another.
_ABBREVIATIONS = {
    **dict.fromkeys(("UTC", "GMT", "UT"), "UTC"),
    **dict.fromkeys(("EST", "EDT"), "America/New_York"),
    **dict.fromkeys(("CST", "CDT"), "America/Chicago"),
    **dict.fromkeys(("MST", "MDT"), "America/Denver"),
    **dict.fromkeys(("PST", "PDT"), "America/Los_Angeles"),
}


@lru_cache(maxsize=1024)
def compile_joda(pattern: str) -> tuple[Element, ...]:
    """Read a pattern of format_datetime and parse_datetime."""
    if not pattern:
        raise ValueError(f"{_INVALID}:Invalid pattern specification: Pattern is null or empty")
    parts = list(_PART.finditer(pattern))
    following = [part[2] or "" for part in parts[1:]]
    return tuple(
        _read_part(part, after) for part, after in zip(parts, [*following, ""], strict=True)
    )


def _read_part(part: re.Match[str], after: str) -> Element:
    if part[3] is None:
        return literal(part[4] or part[1].replace("''", "'") or "'")
    letter, size = part[3], len(part[2])
    is_before_number = _is_number(after)
    if letter in _YEARS:
        return _read_year(_YEARS[letter], size, is_before_number=is_before_number)
    if letter == "E" or (letter == "M" and size > 2):
        name = "monthOfYear" if letter == "M" else "dayOfWeek"
        return word(name, is_short=size < 4)
    if letter in _NUMBERS:
        name, most = _NUMBERS[letter]
        return number(name, size, size if letter == "C" else max(most, size))
    if letter in _OTHERS:
        return _OTHERS[letter](size)
    raise ValueError(f"{_INVALID}:Illegal pattern component: {part[2]}")


def _is_number(letters: str) -> bool:
    letter = letters[:1]
    is_word = letter == "M" and len(letters) > 2
    return letter in (*_NUMBERS, *_YEARS, "S") and not is_word


def _read_year(name: str, size: int, *, is_before_number: bool) -> Element:
    if size == 2:
        pivot = datetime.now(UTC).year - 30
        return short_year(name, pivot, is_lenient=not is_before_number)
    most = size if is_before_number else max(size, _MOST_DIGITS)
    return number(name, size, most, signed=name != "yearOfEra")


def _read_offset(size: int) -> Element:
    if size > 2:
        return Element(lambda moment: moment.zone or "UTC", _read_zone_name, shows_zone=True)

    def write(moment: Moment) -> str:
        text = format_offset(moment.offset)
        return text if size == 2 else text.replace(":", "")

    return Element(write, _read_zone_offset, shows_zone=True, shape=Shape("offset"))


def _read_zone_offset(reading: Reading) -> bool:
    match = _ZONE_OFFSET.match(reading.text, reading.place)
    if match is None:
        return False
    sign, hours, minutes, seconds, millis = match.groups()
    shown = f"{sign}{hours}:{minutes or '00'}"
    if int(seconds or 0) or int(millis or 0):
        shown += f":{seconds}{f'.{millis.ljust(3, chr(48))}' if int(millis or 0) else ''}"
    reading.zone = "UTC" if match[0] == "Z" else resolve_zone(shown)
    if reading.zone is None:
        raise failure("NOT_SUPPORTED", f"Time zone not supported: {shown}")
    reading.place = match.end()
    return True


def _read_zone_name(reading: Reading) -> bool:
    match = re.compile(r"[A-Za-z][\w/+-]*").match(reading.text, reading.place)
    zone = resolve_joda_zone(match[0]) if match else None
    if match is None or zone is None:
        return False
    reading.zone = zone
    reading.place = match.end()
    return True


def _read_zone_abbreviation(reading: Reading) -> bool:
    match = re.compile("|".join(_ABBREVIATIONS)).match(reading.text, reading.place)
    if match is None:
        return False
    reading.zone = _ABBREVIATIONS[match[0]]
    reading.place = match.end()
    return True


def _read_zone_text(size: int) -> Element:
    def write(moment: Moment) -> str:
        zone = moment.zone or "UTC"
        if zone == "UTC":
            return "Coordinated Universal Time" if size >= 4 else "UTC"
        if zone[0] in "+-":
            return zone
        text = "The embedded endpoint does not support the pattern letters "
        raise ValueError(f"NOT_SUPPORTED:{text}{'z' * size}")

    return Element(write, _read_zone_abbreviation, shows_zone=True)


_OTHERS = {
    "G": lambda _: word("era"),
    "S": lambda size: fraction(size, size),
    "Z": _read_offset,
    "a": lambda _: word("halfdayOfDay"),
    "z": _read_zone_text,
}
