"""Patterns that DuckDB reads as Trino does: which texts of them, and how strptime spells them."""

import re
from dataclasses import dataclass

from local_athena.backends.duckdb.dialect.datetimes.time_patterns import (
    DAYS_AND_MONTHS,
    Element,
    Shape,
)
from local_athena.backends.duckdb.dialect.types.typed_sql import quote_string

_TWELVE = "[1-9]", "1[0-2]"
_SIXTY = "[0-9]", "[1-5][0-9]"


@dataclass(frozen=True)
class _Number:
    """A number of strptime: its letter, and expressions of its values of one digit and of two."""

    letter: str
    one_digit: str
    two_digits: str

    def read(self, *, is_padded: bool) -> tuple[str, str]:
        zero = "0" if is_padded else "0?"
        letter = self.letter if is_padded else f"-{self.letter}"
        return f"(?:{zero}{self.one_digit}|{self.two_digits})", f"%{letter}"


_NUMBERS = {
    "monthOfYear": _Number("m", *_TWELVE),
    "dayOfMonth": _Number("d", "[1-9]", "(?:[12][0-9]|3[01])"),
    "hourOfDay": _Number("H", "[0-9]", "(?:1[0-9]|2[0-3])"),
    "clockhourOfHalfday": _Number("I", *_TWELVE),
    "minuteOfHour": _Number("M", *_SIXTY),
    "secondOfMinute": _Number("S", *_SIXTY),
}
_YEARS = ("year", "yearOfEra")
_SHORT_AND_LONG = {"monthOfYear": ("b", "B"), "halfdayOfDay": ("p", "p")}
# Of the numbers of a fraction, only milliseconds count.
_MOST_DIGITS, _KEPT_DIGITS = 6, 3
_YEAR_DIGITS, _OTHER_DIGITS = 4, 2
_HALFDAY = {"halfdayOfDay", "clockhourOfHalfday"}
_UTC = "(?:Z|[+]00(?::?00)?)"


@dataclass(frozen=True)
class FastPattern:
    """An expression of texts whose first group DuckDB reads by a pattern of its own."""

    expression: str
    pattern: str
    is_cut: bool

    def read(self, text: str) -> str:
        """Make SQL of the time that a text stands for, NULL if DuckDB cannot say."""
        part = f"regexp_extract({text}, {quote_string(self.expression)}, 1)"
        moment = f"try_strptime({part}, {quote_string(self.pattern)})"
        return f"date_trunc('milliseconds', {moment})" if self.is_cut else moment


def find_fast_pattern(elements: tuple[Element, ...]) -> FastPattern | None:
    """Find what DuckDB reads of a pattern; NULL of it, too, is left to the elements."""
    shapes = [element.shape for element in elements]
    zone = _UTC if shapes and shapes[-1].kind == "offset" else ""
    following = [*shapes[1:], Shape("end")]
    if zone:
        shapes.pop()
    pairs = list(zip(shapes, following, strict=False))
    read = [_read(shape, after) for shape, after in pairs]
    known = [part for part in read if part is not None]
    if len(known) < len(read) or not _is_complete(shapes):
        return None
    body = "".join(expression for expression, _ in known)
    is_cut = any(shape.kind == "fraction" and shape.most > _KEPT_DIGITS for shape in shapes)
    pattern = "".join(spelled for _, spelled in known)
    return FastPattern(rf"\A({body}){zone}\z", pattern, is_cut)


def _is_complete(shapes: list[Shape]) -> bool:
    """Tell whether each field is there once, and none that strptime would complete otherwise."""
    names = ["year" if shape.name in _YEARS else shape.name for shape in shapes if shape.name]
    fields = set(names)
    is_date = "year" in fields and ("monthOfYear" in fields or "dayOfMonth" not in fields)
    is_clock = "hourOfDay" not in fields if fields & _HALFDAY else True
    return len(names) == len(fields) and is_date and is_clock and len(fields & _HALFDAY) != 1


def _read(shape: Shape, after: Shape) -> tuple[str, str] | None:
    """Give the expression of a part and how strptime spells it, None if they may disagree."""
    if shape.kind == "literal":
        return _read_literal(shape.text)
    if shape.kind == "word":
        return None if after.kind == "word" or after.text[:1].isalpha() else _read_word(shape)
    if after.text[:1].isdecimal():
        return None
    is_before_number = after.kind in ("number", "fraction", "short year")
    if shape.kind == "number":
        return _read_number(shape, is_before_number=is_before_number)
    if shape.kind == "fraction" and not is_before_number:
        return f"[0-9]{{1,{min(shape.most, _MOST_DIGITS)}}}", "%f"
    return None


def _read_literal(text: str) -> tuple[str, str] | None:
    if not (text.isascii() and text.isprintable()):
        return None
    return re.escape(text), text.replace("%", "%%")


def _read_word(shape: Shape) -> tuple[str, str] | None:
    letters = _SHORT_AND_LONG.get(shape.name)
    if letters is None:
        return None
    texts = [text[:3] if shape.is_short else text for text in DAYS_AND_MONTHS[shape.name][0]]
    forms = [form for text in texts for form in (text, text.lower(), text.upper())]
    return f"(?:{'|'.join(forms)})", "%" + letters[0 if shape.is_short else 1]


def _read_number(shape: Shape, *, is_before_number: bool) -> tuple[str, str] | None:
    digits = _YEAR_DIGITS if shape.name in _YEARS else _OTHER_DIGITS
    if shape.most < digits or (is_before_number and shape.most > digits):
        return None
    if shape.name in _YEARS:
        return "[1-9][0-9]{3}", "%Y"
    number = _NUMBERS.get(shape.name)
    return number.read(is_padded=is_before_number) if number else None
