"""Bind ExecutionParameters to the `?` of a statement, as Athena does.

A value that parses as an expression without names *is* that expression, even `1 OR 1=1`; any other
becomes a string. As on Athena, this is not a safe way to pass values.
"""

import re
from collections.abc import Iterator, Sequence

from local_athena.errors import StatementFailure

_STRING = r"'(?:[^']|'')*'"
_MARK_OR_SKIPPED = re.compile(
    rf'(?P<mark>\?)|{_STRING}|"(?:[^"]|"")*"|--[^\n]*|/\*.*?\*/', re.DOTALL
)
_COUNTING = re.compile(r"\b(?:LIMIT|OFFSET|FIRST|NEXT)\s*$", re.IGNORECASE)
_SPACE = re.compile(r"\s*")
_OPENING = re.compile(r"(?:[A-Za-z_]\w*\s*)?\(")
_PREFIX = re.compile(r"[-+]|NOT\b", re.IGNORECASE)
_OPERAND = re.compile(
    rf"(?:\d+\.?\d*|\.\d+)(?:E[-+]?\d+)?\b|(?:(?:DATE|TIME|TIMESTAMP|DECIMAL|X)\s*)?{_STRING}"
    rf"|INTERVAL\s*{_STRING}\s*(?:YEAR|MONTH|DAY|HOUR|MINUTE|SECOND)\b|(?:NULL|TRUE|FALSE)\b",
    re.IGNORECASE,
)
_INFIX = re.compile(r"<>|!=|<=|>=|\|\||[-+*/%=<>]|(?:AND|OR|LIKE)\b", re.IGNORECASE)


def bind_parameters(sql: str, parameters: Sequence[str]) -> str:
    """Replace the question marks with the values; surplus values are ignored.

    Raises:
        StatementFailure: There are fewer values than question marks.
    """
    if not parameters:
        return sql
    marks = [found.start() for found in _MARK_OR_SKIPPED.finditer(sql) if found["mark"]]
    if len(marks) > len(parameters):
        raise StatementFailure(
            "INVALID_PARAMETER_USAGE",
            f"Incorrect number of parameters: expected {len(marks)} but found {len(parameters)}",
        )
    return "".join(_pieces(sql, marks, parameters))


def _pieces(sql: str, marks: Sequence[int], parameters: Sequence[str]) -> Iterator[str]:
    end = 0
    for mark, value in zip(marks, parameters, strict=False):
        yield sql[end:mark]
        yield f" {value}" if _is_row_count(sql[end:mark], value) else _operand(value)
        end = mark + 1
    yield sql[end:]


def _operand(value: str) -> str:
    if not _is_expression(value):
        return "'" + value.replace("'", "''") + "'"
    # In brackets, because a value is one operand whatever stands around it.
    return f"({value})"


def _is_row_count(before: str, value: str) -> bool:
    """Whether the grammar allows no brackets."""
    return value.strip().isdecimal() and _COUNTING.search(before) is not None


def _is_expression(value: str) -> bool:
    position, depth, wants_operand = 0, 0, True
    while (position := _skip(_SPACE, value, position)) < len(value):
        if wants_operand and (end := _skip(_OPENING, value, position)) > position:
            depth += 1
        elif wants_operand and (end := _skip(_PREFIX, value, position)) > position:
            pass
        elif wants_operand and (end := _skip(_OPERAND, value, position)) > position:
            wants_operand = False
        elif value[position] == ")" and depth and (not wants_operand or value[position - 1] == "("):
            end, depth, wants_operand = position + 1, depth - 1, False
        elif value[position] == "," and depth and not wants_operand:
            end, wants_operand = position + 1, True
        elif not wants_operand and (end := _skip(_INFIX, value, position)) > position:
            wants_operand = True
        else:
            return False
        position = end
    return not wants_operand and depth == 0


def _skip(pattern: re.Pattern[str], text: str, position: int) -> int:
    found = pattern.match(text, position)
    return found.end() if found else position
