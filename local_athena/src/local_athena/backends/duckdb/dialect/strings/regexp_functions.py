"""Regular expressions: what RE2 matches as Trino does, DuckDB matches, which is faster."""

import re

from sqlglot import exp

from local_athena.backends.duckdb.dialect.collections.arrays import translate_lambda
from local_athena.backends.duckdb.dialect.context import Call, FunctionHandler, Translator
from local_athena.backends.duckdb.dialect.signatures import match_signature
from local_athena.backends.duckdb.dialect.strings.regexps import compile_pattern
from local_athena.backends.duckdb.dialect.types.trino_types import (
    VARCHAR,
    array_of,
    common_type,
)
from local_athena.backends.duckdb.dialect.types.typed_sql import Typed, quote_string

# Where both engines agree: neither $, which also ends before a last line feed on Trino, nor \b,
# which is about Unicode there, nor what RE2 lacks.
_PLAIN = re.compile(
    r"""(?: [^\\\[\](){}*+?|^$.] | \\[dDwW] | \\[^\w\s] | \.
    | \[\^?(?: [^\\\[\]&~|-] | [A-Za-z0-9]-[A-Za-z0-9] | \\[dDwW] | \\[^\w\s] )+\]
    | \((?:\?:|\?i\)|\?<[A-Za-z]\w*>|(?!\?)) | \) | \^ | \|
    | (?:[*+?]|\{[0-9]{1,3}(?:,[0-9]{0,3})?\})\??(?![*+?{]) )*+""",
    re.X,
)
_END = r"\n?\z"
_NAMED_GROUP = re.compile(r"\(\?<(?=[A-Za-z])")
_PLAIN_REPLACEMENT = re.compile(r"(?:[^\\$]|\$[0-9](?![0-9]))*")
_GROUP_REFERENCE = re.compile(r"\$([0-9])")


def _constant(call: Call, index: int) -> str | None:
    if len(call.arguments) <= index:
        return None
    argument = call.arguments[index]
    return argument.this if isinstance(argument, exp.Literal) and argument.is_string else None


def _plain_pattern(call: Call, *, may_be_empty: bool, end: str | None = None) -> str | None:
    """Find the constant pattern that RE2 matches as Trino does, in RE2's syntax.

    Args:
        call: A call whose second argument is the pattern.
        may_be_empty: Whether the pattern may match the empty text.
        end: What stands for a `$` at the end of the pattern, which is not plain otherwise.
    """
    pattern = _constant(call, 1)
    if pattern is None or len(call.arguments) > 3:
        return None
    plain, ending = pattern, ""
    if end is not None and pattern.endswith("$"):
        plain, ending = pattern[:-1], end
    if _PLAIN.fullmatch(plain) is None:
        return None
    try:
        matches_nothing = compile_pattern(pattern).search("") is not None
    except ValueError:
        return None
    # A pattern of this kind that matches the empty text anywhere also matches it alone.
    if matches_nothing and not may_be_empty:
        return None
    return quote_string(_NAMED_GROUP.sub("(?P<", plain) + ending)


def _regexp_like(translator: Translator, call: Call) -> Typed | None:
    pattern = _plain_pattern(call, may_be_empty=True, end=_END)
    return _by_re2(translator, call, f"regexp_matches({{}}, {pattern})", pattern)


def _regexp_extract(translator: Translator, call: Call) -> Typed | None:
    pattern = _plain_pattern(call, may_be_empty=True)
    extracted = f"regexp_extract({{}}, {pattern})"
    template = f"CASE WHEN regexp_matches({{}}, {pattern}) THEN {extracted} END"
    return _by_re2(translator, call, template, pattern)


def _regexp_extract_all(translator: Translator, call: Call) -> Typed | None:
    pattern = _plain_pattern(call, may_be_empty=False)
    template = f"regexp_extract_all({{}}, {pattern})"
    return _by_re2(translator, call, template, pattern)


def _regexp_count(translator: Translator, call: Call) -> Typed | None:
    pattern = _plain_pattern(call, may_be_empty=False)
    return _by_re2(translator, call, f"len(regexp_extract_all({{}}, {pattern}))", pattern)


def _regexp_split(translator: Translator, call: Call) -> Typed | None:
    pattern = _plain_pattern(call, may_be_empty=False)
    template = f"regexp_split_to_array({{}}, {pattern})"
    return _by_re2(translator, call, template, pattern)


def _by_re2(translator: Translator, call: Call, template: str, pattern: str | None) -> Typed | None:
    if pattern is None or len(call.arguments) != 2:
        return None
    return _fill(translator, call, template)


def _fill(translator: Translator, call: Call, template: str) -> Typed | None:
    value = translator.translate(call.arguments[0])
    others = [translator.translate(argument).type for argument in call.arguments[1:]]
    found = match_signature(call.name, [value.type, *others])
    if value.type.name != "varchar" or found is None:
        return None
    return Typed(template.replace("{}", value.sql), found.result)


def _regexp_replace(translator: Translator, call: Call) -> Typed | None:
    if len(call.arguments) == 3 and isinstance(call.arguments[2], exp.Lambda):
        return _replace_by_lambda(translator, call)
    replacement = "" if len(call.arguments) == 2 else _constant(call, 2)
    pattern = _plain_pattern(call, may_be_empty=False)
    if pattern is None or replacement is None or not _PLAIN_REPLACEMENT.fullmatch(replacement):
        return None
    groups = compile_pattern(_constant(call, 1) or "").groups
    if any(int(number) > groups for number in _GROUP_REFERENCE.findall(replacement)):
        return None
    text = quote_string(_GROUP_REFERENCE.sub(r"\\\1", replacement))
    return _fill(translator, call, f"regexp_replace({{}}, {pattern}, {text}, 'g')")


def _replace_by_lambda(translator: Translator, call: Call) -> Typed:
    value = translator.translate_as(call.arguments[0], VARCHAR)
    pattern = translator.translate_as(call.arguments[1], VARCHAR)
    name = translator.new_name("g")
    result = translate_lambda(translator, call.arguments[2], [Typed(name, array_of(VARCHAR))])
    if result.type.name == "unknown":
        text = "Unexpected parameters (varchar, varchar, <function>) for function regexp_replace"
        raise translator.failure("FUNCTION_NOT_FOUND", text, call.node)
    if common_type(result.type, VARCHAR) is None:
        raise translator.mismatch(call.node, f"Lambda must return varchar: {result.type}")
    arguments = f"{value.sql}, {pattern.sql}"
    found = f"list_transform(athena_regexp_groups({arguments}), lambda {name}: {result.sql})"
    return Typed(f"athena_regexp_pieces(athena_regexp_split({arguments}), {found})", VARCHAR)


FUNCTIONS: dict[str, FunctionHandler] = {
    "regexp_count": _regexp_count,
    "regexp_extract": _regexp_extract,
    "regexp_extract_all": _regexp_extract_all,
    "regexp_like": _regexp_like,
    "regexp_replace": _regexp_replace,
    "regexp_split": _regexp_split,
}
