"""The format specifiers of Java's Formatter: their grammar, flags, and how they fill a width."""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from functools import lru_cache

from local_athena.backends.duckdb.dialect.failures import (
    failure,
    invalid_argument,
)

_DIRECTIVE = re.compile(
    r"%(?P<index>\d+\$)?(?P<flags>[-#+ 0,(<]*)(?P<width>[1-9]\d*)?(?:\.(?P<precision>\d+))?"
    r"(?P<time>[tT])?(?P<letter>[a-zA-Z%])"
)
_LETTERS = "bBhHsScCdoxXeEfgGaA%n"
# Flags that a conversion refuses; `t` stands for all of dates and times.
_REFUSED_FLAGS = {
    **dict.fromkeys("bhsct", "#+ 0,("),
    "%": "#+ 0,(<",
    "d": "#",
    **dict.fromkeys("ox", "+ ,("),
    "e": ",",
    "f": "",
    "g": "#",
    "a": ",(",
    "n": "-#+ 0,(<",
}
_LARGEST_NUMBER = 2**31 - 1
# Java writes longer texts, too.
_MOST_CHARACTERS = 1000
DATE_PARTS = {
    **{letter: f"{{0:%{letter}}}" for letter in "BbAadmjyC"},
    "h": "{0:%b}",
    "Y": "{0.year:04}",
    "e": "{0.day}",
    "D": "{0:%m/%d/%y}",
    "F": "{0.year:04}-{0:%m-%d}",
}
TIME_PARTS = {
    **{letter: f"{{0:%{letter}}}" for letter in "HIMSp"},
    "k": "{0.hour}",
    "l": "{0:%-I}",
    "L": "{0:%f}",
    "N": "{0:%f}000",
    "R": "{0:%H:%M}",
    "T": "{0:%H:%M:%S}",
    "r": "{0:%I:%M:%S %p}",
}
OF_INSTANTS = "sQzZc"


@dataclass(frozen=True)
class Directive:
    """One format specifier; the letter of a date or time is that of its part."""

    text: str
    index: int | None
    flags: str
    width: int
    precision: int | None
    kind: str
    letter: str
    is_upper: bool

    def justify(self, text: str) -> str:
        """Fill a text with blanks up to the width."""
        blanks = " " * (self.width - len(text.encode("utf-16-le")) // 2)
        shown = text.upper() if self.is_upper else text
        return shown + blanks if "-" in self.flags else blanks + shown

    def cut(self, text: str) -> str:
        """Keep as many of Java's characters as the precision tells."""
        if self.precision is None:
            return text
        kept = text.encode("utf-16-le")[: 2 * self.precision]
        return kept.decode("utf-16-le", "surrogatepass").encode("utf-8", "replace").decode()

    def sign(self, body: str, *, is_negative: bool, prefix: str = "", pads: bool = True) -> str:
        """Write a number with its sign, filled up to the width."""
        before, behind = "", ""
        if is_negative:
            before, behind = ("(", ")") if "(" in self.flags else ("-", "")
        elif "+" in self.flags or " " in self.flags:
            before = "+" if "+" in self.flags else " "
        missing = self.width - len(before + prefix + body + behind)
        zeros = "0" * missing if "0" in self.flags and pads else ""
        return self.justify(f"{before}{prefix}{zeros}{body}{behind}")


@lru_cache(maxsize=256)
def split_pattern(pattern: str) -> tuple[str | Directive, ...]:
    """Split a pattern into plain text and directives, or fail for one that Java refuses."""
    return tuple(_parts(pattern))


def _parts(pattern: str) -> Iterator[str | Directive]:
    end = 0
    while (start := pattern.find("%", end)) >= 0:
        yield pattern[end:start]
        match = _DIRECTIVE.match(pattern, start)
        if match is None:
            raise invalid_format(pattern, "UnknownFormatConversion: Conversion = '%'")
        yield _read_directive(pattern, match)
        end = match.end()
    yield pattern[end:]


def _read_directive(pattern: str, match: re.Match[str]) -> Directive:
    letter, is_time = match["letter"], bool(match["time"])
    known = {*DATE_PARTS, *TIME_PARTS, *OF_INSTANTS} if is_time else _LETTERS
    if letter not in known:
        shown = f"{match['time'] or ''}{letter}"
        raise invalid_format(pattern, f"UnknownFormatConversion: Conversion = '{shown}'")
    directive = Directive(
        text=match[0],
        index=int(match["index"][:-1]) if match["index"] else None,
        flags=match["flags"],
        width=int(match["width"] or 0),
        precision=int(match["precision"]) if match["precision"] else None,
        kind="t" if is_time else letter.lower(),
        letter=letter if is_time else letter.lower(),
        is_upper=match["time"] == "T" if is_time else letter.isupper(),
    )
    _check(pattern, directive)
    if max(directive.width, directive.precision or 0) > _MOST_CHARACTERS:
        raise failure("NOT_SUPPORTED", "The embedded endpoint does not support such a long format")
    return directive


def _check(pattern: str, part: Directive) -> None:
    flags, kind = set(part.flags), part.kind
    if len(flags) < len(part.flags):
        raise invalid_format(pattern, f"DuplicateFormatFlags: Flags = '{part.flags}'")
    if {"-", "0"} <= flags or {"+", " "} <= flags:
        raise invalid_format(pattern, f"IllegalFormatFlags: Flags = '{part.flags}'")
    if part.width > _LARGEST_NUMBER or (kind == "n" and part.width):
        raise invalid_format(pattern, f"IllegalFormatWidth: {part.width}")
    if ("-" in flags or ("0" in flags and kind in "doxefga")) and not part.width:
        raise invalid_format(pattern, f"MissingFormatWidth: {part.text}")
    wrong = flags & set(_REFUSED_FLAGS[kind])
    if wrong and kind in "%n":
        raise invalid_format(pattern, f"IllegalFormatFlags: Flags = '{part.flags}'")
    if wrong:
        shown = f"Conversion = {part.letter}, Flags = {''.join(sorted(wrong))}"
        raise invalid_format(pattern, f"FormatFlagsConversionMismatch: {shown}")
    most = -1 if kind in "cdoxt%n" else _LARGEST_NUMBER
    if part.precision is not None and part.precision > most:
        raise invalid_format(pattern, f"IllegalFormatPrecision: {part.precision}")


def invalid_format(pattern: str, text: str) -> ValueError:
    """Build the failure for a format string, as Java names it."""
    return invalid_argument(f"Invalid format string: {pattern} ({text})")
