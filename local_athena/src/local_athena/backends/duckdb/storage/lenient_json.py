"""Read JSON as leniently as the OpenX SerDe, and print it anew as that SerDe does.

Checked against a real Trino 476. Slow: only records that DuckDB cannot read exactly come here.
"""

import json
import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import TypeAlias

from local_athena.backends.duckdb.storage.java_numbers import canonical_word

# What is printed for an escape that is shorter than \u0000.
_ESCAPES = {"t": "\t", "b": "\b", "n": "\n", "r": "\r", "f": "\f", "a": "\x07", "v": "\x09"}
_PRINTED = {
    "\t": "\\t",
    "\b": "\\b",
    "\n": "\\n",
    "\r": "\\r",
    "\f": "\\f",
    '"': '\\"',
    "\\": "\\\\",
}
_IGNORED = re.compile(r"(?:[ \t\r\n]|(?:#|//)[^\r\n]*|/\*.*?\*/)*", re.DOTALL)
_WORD = re.compile(r"[^ \r\n\t\f{}\[\]/\\:,=;#]+")
_PLAIN = {quote: re.compile(rf"[^{quote}\\]*") for quote in "\"'"}
_HEX = re.compile(r"[+-]?[0-9a-fA-F]+")
_MUST_ESCAPE = re.compile(r'["\\\x00-\x1f]|(?<=<)/')
_SURROGATES = re.compile("([\ud800-\udbff][\udc00-\udfff])|[\ud800-\udfff]")


class Word(str):
    """A value without quotes: a number, `true` or any other word."""

    __slots__ = ()


# Members by folded name, each with its name as written.
Members: TypeAlias = dict[str, tuple[str, "Value"]]
Value: TypeAlias = "str | Members | list[Value] | None"


# Stands for a value where there is only text to print.
_NOTHING = Word()


class InvalidJsonError(ValueError):
    """The text is broken inside an object or array."""


@dataclass
class _Container:
    """An object or array that is not read to its end."""

    value: "Members | list[Value]"
    name: str = ""
    has_started: bool = False


def parse_json(text: str, fold: Callable[[str], str]) -> Value:
    """Parse the value at the start of a text; what follows it is ignored.

    Args:
        text: The text.
        fold: Maps a name to what it is compared by; of equal names, the last one counts.

    Raises:
        InvalidJsonError: The text is broken even for a lenient reader.
    """
    try:
        return _parse_strictly(text, fold)
    except (ValueError, RecursionError):
        # Rarely: it is no JSON, or nested deeply.
        return _parse_leniently(text, fold)


def _parse_strictly(text: str, fold: Callable[[str], str]) -> Value:
    def collect(pairs: list[tuple[str, Value]]) -> Members:
        members: Members = {}
        for name, value in pairs:
            _add_member(members, fold(name), name, _word(value))
        return members

    return _word(
        json.loads(
            text,
            object_pairs_hook=collect,
            parse_int=Word,
            parse_float=Word,
            parse_constant=_refuse,
        )
    )


def _word(value: "Value | bool") -> Value:
    if isinstance(value, bool):
        return Word("true" if value else "false")
    return [_word(one) for one in value] if isinstance(value, list) else value


def _refuse(word: str) -> Value:
    raise ValueError(word)


def _add_member(members: Members, key: str, name: str, value: Value) -> None:
    # Of equal names, the last one counts, and stands where it was written.
    members.pop(key, None)
    members[key] = (name, value)


def _parse_leniently(text: str, fold: Callable[[str], str]) -> Value:
    try:
        return _Parser(text, fold).parse()
    except IndexError as error:
        raise InvalidJsonError("The text ends inside a value") from error


class _Parser:
    def __init__(self, text: str, fold: Callable[[str], str]) -> None:
        self._text = text
        self._fold = fold
        self._position = 0

    def parse(self) -> Value:
        # Without recursion, since values may be nested deeper than Python's stack.
        containers: list[_Container] = []
        while True:
            value = self._begin()
            if isinstance(value, dict | list):
                containers.append(_Container(value))
            elif not containers:
                return value
            else:
                self._add(containers[-1], value)
            while not self._advance(containers[-1]):
                finished = containers.pop().value
                if not containers:
                    return finished
                self._add(containers[-1], finished)

    def _begin(self) -> Value:
        """Read a scalar, or the bracket that opens an object or array."""
        match self._next():
            case "{":
                return {}
            case "[":
                return []
            case ("'" | '"') as quote:
                return self._quoted(quote)
        self._position -= 1
        found = _WORD.match(self._text, self._position)
        if found is None:
            raise InvalidJsonError("A value is missing")
        self._position = found.end()
        return None if found[0].lower() == "null" else Word(found[0])

    def _next(self) -> str:
        """Return the next character that is neither white space nor in a comment."""
        found = _IGNORED.match(self._text, self._position)
        position = found.end() if found else self._position
        if self._text.startswith("/*", position):
            raise InvalidJsonError("A comment does not end")
        self._position = position + 1
        return self._text[position]

    def _add(self, container: _Container, value: Value) -> None:
        if isinstance(container.value, list):
            container.value.append(value)
            return
        _add_member(container.value, self._fold(container.name), container.name, value)

    def _advance(self, container: _Container) -> bool:
        """Go to the next value of a container, if there is one."""
        if isinstance(container.value, list):
            return self._advance_array(container, container.value)
        end = self._next()
        if end == "}":
            return False
        if not container.has_started:
            self._position -= 1
        elif end not in ",;":
            raise InvalidJsonError("An object does not end")
        container.has_started = True
        container.name = self._name()
        return True

    def _advance_array(self, container: _Container, elements: "list[Value]") -> bool:
        if container.has_started:
            end = self._next()
            if end == "]":
                return False
            if end not in ",;":
                raise InvalidJsonError("An array does not end")
        is_separated = container.has_started
        container.has_started = True
        # Where a value is missing between separators or before the end, it is NULL.
        while (start := self._next()) in ",;":
            elements.append(None)
            is_separated = True
        if start == "]":
            elements.extend([None] * is_separated)
            return False
        self._position -= 1
        return True

    def _name(self) -> str:
        name = self._begin()
        if not isinstance(name, str):
            raise InvalidJsonError("A name is no text")
        separator = self._next()
        if separator not in ":=":
            raise InvalidJsonError("A name has no value")
        if separator == "=" and self._text.startswith(">", self._position):
            self._position += 1
        return str(name)

    def _quoted(self, quote: str) -> str:
        pieces = []
        while True:
            plain = _PLAIN[quote].match(self._text, self._position)
            pieces.append(plain[0] if plain else "")
            self._position += len(pieces[-1]) + 1
            if self._text[self._position - 1] == quote:
                return "".join(pieces)
            pieces.append(self._escape())

    def _escape(self) -> str:
        escaped = self._text[self._position]
        self._position += 1
        if escaped != "u":
            return _ESCAPES.get(escaped, escaped)
        digits = self._text[self._position : self._position + 4]
        self._position += 4
        if len(digits) < 4 or not _HEX.fullmatch(digits):
            raise InvalidJsonError("An escape has no four digits")
        return chr(int(digits, 16) & 0xFFFF)


def print_json(value: Value) -> str:
    """Print a value without white space."""
    pieces: list[str] = []
    # What is still to be printed, last first: texts as they are, and values.
    pending: list[tuple[str, Value]] = [("", value)]
    while pending:
        text, value = pending.pop()
        pieces.append(text)
        if isinstance(value, dict):
            pending.append(("}", _NOTHING))
            names = [f"{_print_text(name)}:" for name, _ in value.values()]
            members = [member for _, member in value.values()]
            pending.extend(_separated("{", names, members))
        elif isinstance(value, list):
            pending.append(("]", _NOTHING))
            pending.extend(_separated("[", [""] * len(value), value))
        elif value is not _NOTHING:
            pieces.append(_print_scalar(value))
    return "".join(pieces)


def _separated(
    bracket: str, names: Sequence[str], values: "Sequence[Value]"
) -> "list[tuple[str, Value]]":
    """Pair values with what stands before each, last first."""
    if not values:
        return [(bracket, _NOTHING)]
    before = [bracket, *("," for _ in values[1:])]
    pairs = zip(before, names, values, strict=True)
    return [(separator + name, value) for separator, name, value in pairs][::-1]


def _print_scalar(value: str | None) -> str:
    if value is None:
        return "null"
    word = canonical_word(value) if isinstance(value, Word) else None
    return _print_text(value) if word is None else word


def _print_text(text: str) -> str:
    return f'"{_MUST_ESCAPE.sub(_print_escape, text)}"'


def _print_escape(match: re.Match[str]) -> str:
    character = match[0]
    if character == "/":
        return "\\/"
    return _PRINTED.get(character) or f"\\u{ord(character):04x}"


def replace_surrogates(text: str) -> str:
    """Join surrogate pairs, and print a lone surrogate as Java's UTF-8 encoder does."""
    return _SURROGATES.sub(_join_pair, text)


def _join_pair(match: re.Match[str]) -> str:
    if match[1] is None:
        return "?"
    return match[1].encode("utf-16", "surrogatepass").decode("utf-16")
