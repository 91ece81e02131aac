"""Regular expressions of Java's kind: their groups, and their form for RE2."""

import re

from local_athena.backends.duckdb.dialect.typed_sql import Typed, quoted

_PARENTHESIS = re.compile(r"\\.|\[(?:\\.|[^\]])*\]|\((?:\?P?<\w+>|\?[a-z-]*:)?|\)", re.S)
_GROUP = re.compile(r"\\.|\[(?:\\.|[^\]])*\]|(\((?!\?)|\(\?P?<(?![=!]))", re.S)
_NAMED_GROUP = re.compile(r"\(\?<(?=[A-Za-z])")


def re2_pattern(pattern: Typed) -> str:
    """A pattern as DuckDB's SQL; in a constant one, named groups are written RE2's way."""
    if pattern.constant is None:
        return pattern.sql
    return quoted(_NAMED_GROUP.sub("(?P<", pattern.constant))


def groups_in(pattern: str) -> int:
    """How many capturing groups a pattern has."""
    return sum(1 for match in _GROUP.finditer(pattern) if match[1])


def group_text(pattern: str, number: int) -> str:
    """What stands between the parentheses of a capturing group."""
    opened: list[tuple[int, int]] = []
    seen = 0
    for match in _PARENTHESIS.finditer(pattern):
        if match[0].startswith("("):
            captures = _GROUP.match(pattern, match.start())
            seen += bool(captures and captures[1])
            opened.append((seen if captures and captures[1] else 0, match.end()))
        elif match[0] == ")" and opened:
            index, start = opened.pop()
            if index == number:
                return pattern[start : match.start()]
    return ""
