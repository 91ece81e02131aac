"""Read JSON as far as a function needs it, and print it as Jackson does, which Trino uses.

A document may be cut short or continue behind what is read: only the part before counts.
"""

import json
import re
from collections.abc import Callable, Iterator
from typing import Any

_SPACE = re.compile(r"[ \t\n\r]*")
# A number ends before anything but what could continue it.
_NUMBER = re.compile(r"-?(?:0|[1-9][0-9]*)(\.[0-9]+)?([eE][+-]?[0-9]+)?(?![0-9.eE])")
_WORD = re.compile(r"(?:true|false|null)(?![\w$])")
_MARKS = re.compile(r'["\\\x00-\x1f\U00010000-\U0010ffff\ud800-\udfff]')
_SHORT = {"\n": "\\n", "\t": "\\t", "\b": "\\b", "\f": "\\f", "\r": "\\r"}


class Number(str):
    """A number as the document spells it."""

    __slots__ = ()


class Printed(str):
    """A number which is printed as it is spelled."""

    __slots__ = ()


class Members(list[tuple[str, Any]]):
    """The members of an object in their order, with those whose names repeat."""


def _fail_for_word(word: str) -> None:
    raise ValueError(word)


decode = json.JSONDecoder(
    object_pairs_hook=Members,
    parse_float=Number,
    parse_int=Number,
    parse_constant=_fail_for_word,
).raw_decode
"""Read the value at an offset, and tell where it ends; numbers are `Number`."""


_decode_distinct = json.JSONDecoder(
    object_pairs_hook=lambda pairs: Members(dict(pairs).items()),
    parse_float=Number,
    parse_int=Number,
    parse_constant=_fail_for_word,
).raw_decode


def skip_space(text: str, offset: int) -> int:
    """Find the next character that is no white space."""
    return _SPACE.match(text, offset).end()  # type: ignore[union-attr] # matches the empty text


def read_value(text: str, offset: int) -> tuple[Any, int]:
    """Read the value at an offset, and tell where it ends.

    Raises:
        ValueError: it is malformed.
    """
    first = text[offset : offset + 1]
    if first in ('"', "{", "[") and first:
        return decode(text, offset)
    found = _NUMBER.match(text, offset)
    if found is not None:
        return Number(found[0]), found.end()
    found = _WORD.match(text, offset)
    if found is None:
        raise ValueError(first)
    return {"true": True, "false": False, "null": None}[found[0]], found.end()


def read_distinct(text: str) -> Any:
    """Read the value at the beginning; of members of one name, the last one counts.

    Raises:
        ValueError: it is malformed.
        RecursionError: it is nested too deeply.
    """
    offset = skip_space(text, 0)
    if offset == len(text):
        return None
    if text[offset] in "{[":
        return _decode_distinct(text, offset)[0]
    return read_root(text, offset)


def read_root(text: str, offset: int) -> Any:
    """Read a value that nothing contains: white space must follow a number.

    Raises:
        ValueError: it is malformed.
    """
    value, end = read_value(text, offset)
    if isinstance(value, Number) and text[end : end + 1] not in ("", " ", "\t", "\n", "\r"):
        raise ValueError("a number runs on")
    return value


def read_document(text: str) -> Any:
    """Read a value, behind which nothing follows.

    Raises:
        ValueError: it is malformed.
        RecursionError: it is nested too deeply.
    """
    value, end = read_value(text, skip_space(text, 0))
    if skip_space(text, end) != len(text):
        raise ValueError("something follows")
    return value


def items_of(text: str, offset: int) -> Iterator[int]:
    """Find the offsets of the elements of an array, one after the other.

    Raises:
        ValueError: what comes before the next one is malformed.
    """
    offset = skip_space(text, offset + 1)
    if text[offset : offset + 1] == "]":
        return
    while True:
        yield offset
        offset = _skip_value(text, offset)
        if text[offset : offset + 1] == "]":
            return
        offset = _skip_comma(text, offset)


def members_of(text: str, offset: int) -> Iterator[tuple[str, int]]:
    """Find the names of the members of an object and the offsets of their values.

    Raises:
        ValueError: what comes before the next one is malformed.
    """
    offset = skip_space(text, offset + 1)
    if text[offset : offset + 1] == "}":
        return
    while True:
        name, offset = _read_name(text, offset)
        yield name, offset
        offset = _skip_value(text, offset)
        if text[offset : offset + 1] == "}":
            return
        offset = _skip_comma(text, offset)


def _skip_value(text: str, offset: int) -> int:
    return skip_space(text, read_value(text, offset)[1])


def _skip_comma(text: str, offset: int) -> int:
    if text[offset : offset + 1] != ",":
        raise ValueError("cut short")
    return skip_space(text, offset + 1)


def _read_name(text: str, offset: int) -> tuple[str, int]:
    if text[offset : offset + 1] != '"':
        raise ValueError("no name")
    name, offset = decode(text, offset)
    offset = skip_space(text, offset)
    if text[offset : offset + 1] != ":":
        raise ValueError("no colon")
    return name, skip_space(text, offset + 1)


def is_whole(number: Number) -> bool:
    """Tell whether a number has neither a fraction nor an exponent."""
    return number.lstrip("-").isdecimal()


def print_json(value: Any, order: Callable[[Members], Any] = lambda members: members) -> str:
    """Print a value without white space; `order` puts the members of each object in order."""
    if isinstance(value, Number):
        return _print_number(value)
    if isinstance(value, Printed):
        return str(value)
    if isinstance(value, str):
        return print_string(value)
    if isinstance(value, Members):
        members = (f"{print_string(name)}:{print_json(each, order)}" for name, each in order(value))
        return "{" + ",".join(members) + "}"
    if isinstance(value, list):
        return "[" + ",".join(print_json(each, order) for each in value) + "]"
    return {True: "true", False: "false", None: "null"}[value]


def print_string(text: str) -> str:
    """Print a string with the escapes that Jackson writes."""
    return f'"{_MARKS.sub(_escape, text)}"'


def _escape(found: re.Match[str]) -> str:
    mark = found[0]
    if mark in '"\\':
        return "\\" + mark
    if mark in _SHORT:
        return _SHORT[mark]
    units = mark.encode("utf-16-be", "surrogatepass").hex().upper()
    return "".join(f"\\u{units[at : at + 4]}" for at in range(0, len(units), 4))


def plain_text(text: str) -> str:
    """Make a string fit for UTF-8: a surrogate that stands alone becomes a question mark."""
    return text.encode("utf-8", "replace").decode()


def _print_number(number: Number) -> str:
    if is_whole(number):
        return "0" if number == "-0" else str(number)
    value = float(number)
    if value in (float("inf"), float("-inf")):
        return '"Infinity"' if value > 0 else '"-Infinity"'
    return print_double(value)


def print_double(value: float) -> str:
    """Print a finite double as Java does."""
    if value == 0 or 1e-3 <= abs(value) < 1e7:
        return repr(value)
    mantissa, _, exponent = f"{value!r}e".partition("e")
    if not exponent.strip("e"):
        mantissa, _, exponent = _print_scientific(value).partition("e")
    mantissa = mantissa if "." in mantissa else f"{mantissa}.0"
    return f"{mantissa}E{int(exponent.strip('e'))}"


def _print_scientific(value: float) -> str:
    digits = len(repr(abs(value)).replace(".", "").strip("0"))
    return f"{value:.{max(digits - 1, 1)}e}"
