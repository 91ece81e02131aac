"""Regular expressions as Trino's engine matches them, over Unicode text."""

from collections.abc import Iterator
from functools import lru_cache
from typing import Any

import regex

from local_athena.backends.duckdb.dialect.failures import (
    failure,
    invalid_argument,
)
from local_athena.backends.duckdb.dialect.strings.java_patterns import (
    InvalidPatternError,
    translate_pattern,
)
from local_athena.backends.duckdb.dialect.types.typed_sql import PythonFunction

# A pattern may take exponential time; nothing else would end it.
_MATCH_SECONDS = 60.0

_REFERENCE = regex.compile(r"\\(.?)|\$(?:([0-9])|\{([^}]*)(\}?)|(.?))", regex.S)

# The package's own types are none to a type checker.
Pattern = Any
Match = Any


@lru_cache(maxsize=256)
def compile_pattern(pattern: str) -> Pattern:
    """Compile a pattern, or fail with INVALID_FUNCTION_ARGUMENT."""
    try:
        return regex.compile(translate_pattern(pattern), regex.V1)
    except InvalidPatternError as error:
        raise invalid_argument(str(error)) from error
    except (regex.error, OverflowError, RecursionError) as error:
        raise invalid_argument(f"Invalid regular expression: {error}") from error


def _matches(text: str, pattern: str, start: int = 0) -> Iterator[Match]:
    try:
        yield from compile_pattern(pattern).finditer(text, start, timeout=_MATCH_SECONDS)
    except TimeoutError as error:
        raise failure("EXCEEDED_TIME_LIMIT", "A regular expression took too long") from error


def _check_group(pattern: str, group: int) -> None:
    if group < 0:
        raise invalid_argument("Group cannot be negative")
    groups = compile_pattern(pattern).groups
    if group > groups:
        raise invalid_argument(f"Pattern has {groups} groups. Cannot access group {group}")


def _like(text: str, pattern: str) -> bool:
    return next(_matches(text, pattern), None) is not None


def _extract(text: str, pattern: str, group: int) -> str | None:
    _check_group(pattern, group)
    found = next(_matches(text, pattern), None)
    return None if found is None else found[group]


def _extract_all(text: str, pattern: str, group: int) -> list[str | None]:
    _check_group(pattern, group)
    return [found[group] for found in _matches(text, pattern)]


def _groups(text: str, pattern: str) -> list[list[str | None]]:
    return [[*found.groups()] for found in _matches(text, pattern)]


def _split(text: str, pattern: str) -> list[str]:
    pieces, end = [], 0
    for found in _matches(text, pattern):
        pieces.append(text[end : found.start()])
        end = found.end()
    return [*pieces, text[end:]]


def _count(text: str, pattern: str) -> int:
    return sum(1 for _ in _matches(text, pattern))


def _position(text: str, pattern: str, start: int, occurrence: int) -> int:
    if start < 1:
        raise invalid_argument("start position cannot be smaller than 1")
    if occurrence < 1:
        raise invalid_argument("occurrence cannot be smaller than 1")
    compile_pattern(pattern)
    if start > len(text):
        return -1
    for number, found in enumerate(_matches(text, pattern, start - 1), 1):
        if number == occurrence:
            return int(found.start()) + 1
    return -1


def _replace(text: str, pattern: str, replacement: str) -> str:
    pieces, end = [], 0
    for found in _matches(text, pattern):
        pieces += [text[end : found.start()], _fill(replacement, found)]
        end = found.end()
    return "".join([*pieces, text[end:]])


def _fill(replacement: str, found: Match) -> str:
    """Put the groups of a match in the places of a replacement."""
    pieces, offset = [], 0
    while (reference := _REFERENCE.search(replacement, offset)) is not None:
        pieces.append(replacement[offset : reference.start()])
        offset = reference.end()
        if reference[2] is not None:
            number, offset = _group_number(replacement, reference.start() + 1, found)
            pieces.append(found[number] or "")
        elif reference[3] is not None:
            pieces.append(_named_group(reference, found))
        elif reference[1]:
            pieces.append(reference[1])
        else:
            raise invalid_argument(f"Illegal replacement sequence: {replacement}")
    return "".join([*pieces, replacement[offset:]])


def _group_number(replacement: str, offset: int, found: Match) -> tuple[int, int]:
    """Read as many digits as name a group, and tell where they end."""
    groups = len(found.groups())
    number = int(replacement[offset])
    if number > groups:
        raise invalid_argument(f"Illegal replacement sequence: unknown group {number}")
    offset += 1
    while replacement[offset : offset + 1] in set("0123456789"):
        longer = 10 * number + int(replacement[offset])
        if longer > groups:
            break
        number, offset = longer, offset + 1
    return number, offset


def _named_group(reference: Match, found: Match) -> str:
    name = reference[3]
    if not reference[4] or name not in found.re.groupindex:
        raise invalid_argument(f"Illegal replacement sequence: unknown group {{ {name} }}")
    return found[name] or ""


_TWO = ["VARCHAR", "VARCHAR"]
PYTHON_FUNCTIONS: tuple[PythonFunction, ...] = (
    ("athena_regexp_like", _like, _TWO, "BOOLEAN"),
    ("athena_regexp_extract", _extract, [*_TWO, "BIGINT"], "VARCHAR"),
    ("athena_regexp_extract_all", _extract_all, [*_TWO, "BIGINT"], "VARCHAR[]"),
    ("athena_regexp_groups", _groups, _TWO, "VARCHAR[][]"),
    ("athena_regexp_split", _split, _TWO, "VARCHAR[]"),
    ("athena_regexp_count", _count, _TWO, "BIGINT"),
    ("athena_regexp_position", _position, [*_TWO, "BIGINT", "BIGINT"], "INTEGER"),
    ("athena_regexp_replace", _replace, [*_TWO, "VARCHAR"], "VARCHAR"),
)
