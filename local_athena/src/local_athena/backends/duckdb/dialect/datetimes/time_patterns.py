"""Parts of patterns: format and parse a moment by them, as Joda-Time does. Knows no letters."""

import re
from collections.abc import Callable
from dataclasses import dataclass

from local_athena.backends.duckdb.dialect.datetimes.calendar_fields import FIELDS, Field
from local_athena.backends.duckdb.dialect.datetimes.field_resolution import resolve_fields

_MONTHS = (
    *("January", "February", "March", "April", "May", "June", "July", "August", "September"),
    *("October", "November", "December"),
)
_DAYS = ("Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday")
DAYS_AND_MONTHS = {
    "monthOfYear": (_MONTHS, 1),
    "dayOfWeek": (_DAYS, 1),
    "halfdayOfDay": (("AM", "PM"), 0),
    "era": (("BC", "AD"), 0),
}
_INVALID = "INVALID_FUNCTION_ARGUMENT"


@dataclass(frozen=True)
class Moment:
    """A local time in milliseconds; `zone` is its name or offset, `offset` its minutes from UTC."""

    local: int
    zone: str | None = None
    offset: int = 0


@dataclass
class Reading:
    """How far a text is parsed, and what was found in it."""

    text: str
    place: int
    values: list[tuple[Field, int]]
    zone: str | None = None


@dataclass(frozen=True)
class Shape:
    """What texts a part of a pattern has: those of a field, up to a number of digits, or one."""

    kind: str = ""
    name: str = ""
    text: str = ""
    most: int = 0
    is_short: bool = False


@dataclass(frozen=True)
class Element:
    """A part of a pattern: how to write it, and how to read it; reading fails with False."""

    write: Callable[[Moment], str]
    read: Callable[[Reading], bool]
    shows_zone: bool = False
    shape: Shape = Shape()


def literal(text: str) -> Element:
    """Make the element for a text that stands for itself, in any case when it is parsed."""

    def read(reading: Reading) -> bool:
        end = reading.place + len(text)
        found = reading.text[reading.place : end].lower() == text.lower()
        reading.place = end if found else reading.place
        return found

    return Element(lambda _: text, read, shape=Shape("literal", text=text))


def number(name: str, least: int, most: int, *, signed: bool = False) -> Element:
    """Make the element for a number, padded to `least` digits and parsed up to `most`."""
    field = FIELDS[name]
    digits = re.compile(rf"[+-]?[0-9]{{1,{most}}}" if signed else rf"[0-9]{{1,{most}}}")

    def write(moment: Moment) -> str:
        value = field.read(moment.local)
        return f"{'-' if value < 0 else ''}{abs(value):0{least}d}"

    def read(reading: Reading) -> bool:
        match = digits.match(reading.text, reading.place)
        if match is None:
            return False
        reading.values.append((field, int(match[0])))
        reading.place = match.end()
        return True

    return Element(write, read, shape=Shape("number", name, most=most))


def word(name: str, *, is_short: bool = False) -> Element:
    """Make the element for a name of a month or of a day, or for AM and PM."""
    field = FIELDS[name]
    texts, first = DAYS_AND_MONTHS[name]
    known = {
        spelled: index + first
        for index, text in enumerate(texts)
        for form in (text, text[:3])
        for spelled in (form, form.lower(), form.upper())
    }
    lengths = sorted({len(text) for text in known}, reverse=True)

    def write(moment: Moment) -> str:
        text = texts[field.read(moment.local) - first]
        return text[:3] if is_short else text

    def read(reading: Reading) -> bool:
        for length in lengths:
            value = known.get(reading.text[reading.place : reading.place + length])
            if value is not None:
                reading.values.append((field, value))
                reading.place += length
                return True
        return False

    return Element(write, read, shape=Shape("word", name, is_short=is_short))


def fraction(least: int, most: int) -> Element:
    """Make the element for a fraction of a second: milliseconds, then zeros."""
    digits = re.compile(rf"[0-9]{{1,{most}}}")

    def write(moment: Moment) -> str:
        text = f"{moment.local % 1000:03d}"
        return text.ljust(least, "0") if least > 3 else text[:least]

    def read(reading: Reading) -> bool:
        match = digits.match(reading.text, reading.place)
        if match is None:
            return False
        reading.values.append((FIELDS["millisOfSecond"], int(match[0].ljust(3, "0")[:3])))
        reading.place = match.end()
        return True

    return Element(write, read, shape=Shape("fraction", "millisOfSecond", most=most))


def short_year(name: str, pivot: int, *, is_lenient: bool) -> Element:
    """Make the element for a year of two digits, the one within 50 years of the pivot."""
    field = FIELDS[name]
    pattern = re.compile(r"[+-]?[0-9]+" if is_lenient else r"[0-9]{2}")

    def read(reading: Reading) -> bool:
        match = pattern.match(reading.text, reading.place)
        if match is None:
            return False
        value = int(match[0])
        if len(match[0]) == 2 and match[0].isdecimal():
            low = pivot - 50
            value += low - low % 100 + (100 if value < low % 100 else 0)
        reading.values.append((field, value))
        reading.place = match.end()
        return True

    def write(moment: Moment) -> str:
        return f"{abs(field.read(moment.local)) % 100:02d}"

    return Element(write, read, shape=Shape("short year", name))


def format_moment(elements: tuple[Element, ...], moment: Moment) -> str:
    """Write a moment by a pattern."""
    return "".join(element.write(moment) for element in elements)


def parse_moment(elements: tuple[Element, ...], text: str) -> Moment:
    """Read a moment by a pattern.

    Raises:
        ValueError: If the text is not of the pattern, or a value out of range.
    """
    reading = Reading(text, 0, [])
    if not all(element.read(reading) for element in elements) or reading.place < len(text):
        rest = f' is malformed at "{text[reading.place :]}"' if reading.place else ""
        end = " is too short" if reading.place and reading.place >= len(text) else rest
        raise ValueError(f'{_INVALID}:Invalid format: "{text}"{end}')
    try:
        return Moment(resolve_fields(reading.values), reading.zone)
    except ValueError as error:
        raise ValueError(f'{_INVALID}:Cannot parse "{text}": {error}') from None
