"""Regular expressions: functions that look into a constant pattern, and Java's syntax as RE2's."""

import re

from sqlglot import exp

from local_athena.backends.duckdb.dialect.collection_functions import translate_lambda
from local_athena.backends.duckdb.dialect.context import Call, FunctionHandler, Translator
from local_athena.backends.duckdb.dialect.trino_types import BIGINT, VARCHAR, array_of, common_type
from local_athena.backends.duckdb.dialect.typed_sql import Typed, quote_string

_PARENTHESIS = re.compile(r"\\.|\[(?:\\.|[^\]])*\]|\((?:\?P?<\w+>|\?[a-z-]*:)?|\)", re.S)
_GROUP = re.compile(r"\\.|\[(?:\\.|[^\]])*\]|(\((?!\?)|\(\?P?<(?![=!]))", re.S)
_NAMED_GROUP = re.compile(r"\(\?<(?=[A-Za-z])")
_REFERENCE = re.compile(r"\\(.)|\$(\d+)|\$\{(\w+)\}|(\\|\$)", re.S)


def to_re2(pattern: Typed) -> str:
    """Translate a pattern; in a constant one, named groups get RE2's syntax."""
    if pattern.constant is None:
        return pattern.sql
    return quote_string(_NAMED_GROUP.sub("(?P<", pattern.constant))


def count_groups(pattern: str) -> int:
    """Count the capturing groups of a pattern."""
    return sum(1 for match in _GROUP.finditer(pattern) if match[1])


def find_group_text(pattern: str, number: int) -> str:
    """Find the text between the parentheses of a capturing group."""
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


def _null_without_match(sql: str, pattern: str, number: int) -> str:
    """Make a group without a match NULL, as in Athena; in DuckDB it is empty.

    The two can be told apart only if the group cannot match the empty text.
    """
    try:
        ambiguous = number == 0 or re.fullmatch(find_group_text(pattern, number), "") is not None
    except re.error:
        ambiguous = True
    return sql if ambiguous else f"nullif({sql}, '')"


def _translate_replacement(translator: Translator, call: Call, text: str, groups: int) -> str:
    """Translate references to groups from Java to RE2: `$1` to a backslash and a digit."""

    def reference(match: re.Match[str]) -> str:
        if match[2]:
            if int(match[2]) > min(groups, 9):
                problem = f"Illegal replacement sequence: unknown group {match[2]}"
                raise translator.failure("INVALID_FUNCTION_ARGUMENT", problem, call.node)
            return f"\\{int(match[2])}"
        if match[1]:
            return "\\\\" if match[1] == "\\" else match[1]
        raise translator.unsupported(call.node, "this replacement")

    return _REFERENCE.sub(reference, text)


def _regexp_replace(translator: Translator, call: Call) -> Typed | None:
    if len(call.arguments) != 3:
        return None
    value = translator.translate_as(call.arguments[0], VARCHAR)
    pattern = translator.translate_as(call.arguments[1], VARCHAR)
    if isinstance(call.arguments[2], exp.Lambda):
        return _replace_by_lambda(translator, call, value, pattern)
    replacement = translator.translate_as(call.arguments[2], VARCHAR)
    if replacement.constant is None or pattern.constant is None:
        raise translator.unsupported(call.node, "patterns and replacements that are not constants")
    groups = count_groups(pattern.constant)
    text = _translate_replacement(translator, call, replacement.constant, groups)
    return Typed(
        f"regexp_replace({value.sql}, {to_re2(pattern)}, {quote_string(text)}, 'g')", VARCHAR
    )


def _replace_by_lambda(translator: Translator, call: Call, value: Typed, pattern: Typed) -> Typed:
    if pattern.constant is None:
        raise translator.unsupported(call.node, "patterns that are not constants")
    regexp = to_re2(pattern)
    index = translator.new_name("i")
    groups = ", ".join(
        _null_without_match(
            f"regexp_extract_all({value.sql}, {regexp}, {group})[{index}]",
            pattern.constant,
            group,
        )
        for group in range(1, count_groups(pattern.constant) + 1)
    )
    parameter = Typed(f"CAST([{groups}] AS VARCHAR[])", array_of(VARCHAR))
    result = translate_lambda(translator, call.arguments[2], [parameter])
    if common_type(result.type, VARCHAR) is None:
        raise translator.mismatch(call.node, f"Lambda must return varchar: {result.type}")
    matches = f"len(regexp_extract_all({value.sql}, {regexp}))"
    found = f"list_transform(range(1, {matches} + 1), lambda {index}: {result.sql})"
    parts = f"regexp_split_to_array({value.sql}, {regexp})"
    return Typed(f"athena_regexp_pieces({parts}, {found})", VARCHAR)


def _extract_group(translator: Translator, call: Call) -> Typed | None:
    if len(call.arguments) != 3:
        return None
    value = translator.translate_as(call.arguments[0], VARCHAR)
    pattern = translator.translate_as(call.arguments[1], VARCHAR)
    group = translator.translate_as(call.arguments[2], BIGINT)
    if group.constant is None or pattern.constant is None:
        raise translator.unsupported(call.node, "patterns and groups that are not constants")
    number, groups = int(group.constant), count_groups(pattern.constant)
    if not 0 <= number <= groups:
        problem = f"Pattern has {groups} groups. Cannot access group {number}"
        raise translator.failure("INVALID_FUNCTION_ARGUMENT", problem, call.node)
    regexp = to_re2(pattern)
    arguments = f"{value.sql}, {regexp}, {number}"
    if call.name == "regexp_extract_all":
        name = translator.new_name("g")
        item = _null_without_match(name, pattern.constant, number)
        sql = f"list_transform(regexp_extract_all({arguments}), lambda {name}: {item})"
        return Typed(sql, array_of(VARCHAR))
    found = f"regexp_matches({value.sql}, {regexp})"
    captured = _null_without_match(f"regexp_extract({arguments})", pattern.constant, number)
    return Typed(f"CASE WHEN {found} THEN {captured} END", VARCHAR)


FUNCTIONS: dict[str, FunctionHandler] = {
    "regexp_replace": _regexp_replace,
    "regexp_extract": _extract_group,
    "regexp_extract_all": _extract_group,
}
