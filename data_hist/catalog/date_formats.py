"""The names of folders that tell a time, in the letters of Java's DateTimeFormatter."""

import re
from datetime import datetime
from typing import Final

from data_hist.catalog.tables import DateFormat

# For each letter the unit, the letter of MySQL and of Python, and the digits of a name that sorts.
# A year has four; of the others, Java takes fewer letters for a name without zeros.
_LETTERS: Final = {
    "y": ("year", "Y", "Y", 4),
    "M": ("month", "m", "m", 2),
    "d": ("day", "d", "d", 2),
    "H": ("hour", "H", "H", 2),
    "m": ("minute", "i", "M", 2),
    "s": ("second", "s", "S", 2),
}
_PIECE: Final = re.compile(r"([A-Za-z])\1*|'((?:[^'%]|'')*)'|[^A-Za-z'%]+")
UNITS: Final = tuple(unit for unit, *_ in _LETTERS.values())
_FIRST_MOMENT: Final = {"year": 2000, "month": 1, "day": 1, "hour": 0, "minute": 0, "second": 0}
DIGITS: Final = {unit: digits for unit, _, _, digits in _LETTERS.values()}
LONGEST_SECONDS: Final = {
    "year": 366 * 86_400,
    "month": 31 * 86_400,
    "week": 7 * 86_400,
    "day": 86_400,
    "hour": 3_600,
    "minute": 60,
    "second": 1,
}
"""The longest that a unit of time lasts."""


def parse_date_format(text: str) -> DateFormat:
    """Read a format such as `yyyy-MM-dd`.

    Raises:
        ValueError: It has no date, or letters that have no place in the name of a folder.
    """
    mysql, python, units, is_sorted = "", "", [], True
    for piece in _pieces(text):
        if piece[1] is None:
            mysql += _literal(piece)
            python += _literal(piece)
            continue
        if piece[1] not in _LETTERS or not _is_number(piece[0]):
            raise ValueError(f"'{text}' has {piece[0]}; use yyyy, MM, dd, HH, mm and ss")
        unit, in_mysql, in_python, digits = _LETTERS[piece[1]]
        mysql += f"%{in_mysql}"
        python += f"%{in_python}"
        units.append(unit)
        is_sorted &= len(piece[0]) == digits
    if not units:
        raise ValueError(f"'{text}' has no date; write one such as yyyy-MM-dd")
    in_order = tuple(units) == UNITS[: len(units)]
    return DateFormat(mysql, python, tuple(units), is_sorted and in_order)


def smallest_unit(date_format: str) -> str:
    """Return the smallest unit that a format tells, wherever it stands: `day` of `dd-MM-yyyy`."""
    return max(parse_date_format(date_format).units, key=UNITS.index)


def format_of_unit(unit: str, digits: int | None) -> DateFormat:
    """Return the format of a number that is one unit of a moment, filled up with zeros."""
    letter = next(letter for letter, (name, *_) in _LETTERS.items() if name == unit)
    found = parse_date_format(letter * DIGITS[unit])
    is_year = unit == "year" and (digits or 0) <= DIGITS[unit]
    is_sorted = is_year or digits == DIGITS[unit]
    return DateFormat(found.mysql, found.python, found.units, is_sorted)


def check_date_format(value: object) -> object:
    """Accept a format that can be read.

    Raises:
        ValueError: As `parse_date_format` does.
    """
    if isinstance(value, str):
        parse_date_format(value)
    return value


def read_date(text: str, date_format: str) -> datetime | None:
    """Read a date of a format; None if it is none."""
    regex, units = "", []
    for piece in _pieces(date_format):
        digits = len(piece[0])
        number = "([0-9]{1,2})" if digits == 1 else f"([0-9]{{{digits}}})"
        regex += number if piece[1] else re.escape(_literal(piece))
        units += [_LETTERS[piece[1]][0]] if piece[1] else []
    match = re.fullmatch(regex, text, re.ASCII)
    if match is None:
        return None
    try:
        numbers = _FIRST_MOMENT | dict(zip(units, map(int, match.groups()), strict=True))
        year, month, day, hour, minute, second = (numbers[unit] for unit in UNITS)
        return datetime(year, month, day, hour, minute, second)
    except ValueError:
        return None


def _is_number(letters: str) -> bool:
    """Whether letters stand for a number; `MMM` is the name of a month, and `yy` no year."""
    return len(letters) == DIGITS[_LETTERS[letters[0]][0]] or (len(letters) == 1 and letters != "y")


def _pieces(text: str) -> list[re.Match[str]]:
    pieces = list(_PIECE.finditer(text))
    if "".join(piece[0] for piece in pieces) != text:
        raise ValueError(f"'{text}' has a quote that is not closed, or %")
    return pieces


def _literal(piece: re.Match[str]) -> str:
    return piece[0] if piece[2] is None else piece[2].replace("''", "'") or "'"
