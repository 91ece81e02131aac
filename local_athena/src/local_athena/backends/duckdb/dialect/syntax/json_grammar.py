"""Parse the SQL standard's JSON functions, whose clauses sqlglot knows in part."""

from collections.abc import Callable
from typing import Any, ClassVar

from sqlglot import exp
from sqlglot.parsers.trino import TrinoParser
from sqlglot.tokenizer_core import TokenType

from local_athena.backends.duckdb.dialect.syntax.type_grammar import parse_type

_WRAPPERS = {
    ("WITHOUT", "ARRAY", "WRAPPER"): "without",
    ("WITHOUT", "WRAPPER"): "without",
    ("WITH", "CONDITIONAL", "ARRAY", "WRAPPER"): "conditional",
    ("WITH", "CONDITIONAL", "WRAPPER"): "conditional",
    ("WITH", "UNCONDITIONAL", "ARRAY", "WRAPPER"): "unconditional",
    ("WITH", "UNCONDITIONAL", "WRAPPER"): "unconditional",
    ("WITH", "ARRAY", "WRAPPER"): "unconditional",
    ("WITH", "WRAPPER"): "unconditional",
}
_BEHAVIOURS = {
    "JSON_EXISTS": ("TRUE", "FALSE", "UNKNOWN", "ERROR"),
    "JSON_VALUE": ("ERROR", "NULL", "DEFAULT"),
    "JSON_QUERY": ("ERROR", "NULL", "EMPTY ARRAY", "EMPTY OBJECT"),
}
_Parser = Callable[[TrinoParser], exp.Expr]


class FormattedJson(exp.Expression):
    """An expression with FORMAT JSON, and perhaps ENCODING."""

    arg_types: ClassVar[dict[str, bool]] = {"this": True, "encoding": False}


class JsonPathParameter(exp.Expression):
    """One item of PASSING: an expression and its name."""

    arg_types: ClassVar[dict[str, bool]] = {"this": True, "alias": True}


class JsonPathCall(exp.Expression):
    """json_value, json_query or json_exists; `this` is the name.

    `empty` and `error` are what ON EMPTY and ON ERROR say, the defaults their expressions.
    """

    arg_types: ClassVar[dict[str, bool]] = {
        "this": True,
        "document": True,
        "path": True,
        "path_name": False,
        "passing": False,
        "returning": False,
        "encoding": False,
        "wrapper": False,
        "quotes": False,
        "empty": False,
        "error": False,
        "empty_default": False,
        "error_default": False,
    }


class JsonTable(exp.Expression):
    """json_table; `this` is the path with its document, and the columns are not kept."""

    arg_types: ClassVar[dict[str, bool]] = {"this": True}


class JsonConstructor(exp.Expression):
    """json_object or json_array; the expressions of an object are keys and values in turn."""

    arg_types: ClassVar[dict[str, bool]] = {
        "this": True,
        "expressions": False,
        "nulls": False,
        "unique": False,
        "returning": False,
        "encoding": False,
    }


def _path_parser(name: str) -> _Parser:
    def parse(parser: TrinoParser) -> exp.Expr:
        start = parser._tokens[parser._index - 2]
        arguments = {"this": name, **_path_arguments(parser)}
        if name != "JSON_EXISTS":
            arguments |= _returning(parser)
        if name == "JSON_QUERY":
            arguments |= _wrapper_and_quotes(parser)
        arguments |= _behaviours(parser, name)
        return _finish(parser, JsonPathCall(**arguments), start)

    return parse


def _path_arguments(parser: TrinoParser) -> dict[str, Any]:
    arguments: dict[str, Any] = {"document": _formatted(parser)}
    _require(parser, ",")
    if not parser._match(TokenType.STRING, advance=False):
        parser.raise_error("Expected a path")
    arguments["path"] = parser._parse_primary()
    if parser._match_text_seq("AS"):
        arguments["path_name"] = _name(parser)
    if parser._match_text_seq("PASSING"):
        arguments["passing"] = parser._parse_csv(lambda: _parameter(parser))
    return arguments


def _name(parser: TrinoParser) -> exp.Expr:
    return _expect(parser, parser._parse_id_var(), "a name")


def _expect(parser: TrinoParser, parsed: exp.Expr | None, what: str) -> exp.Expr:
    if parsed is None:
        parser.raise_error(f"Expected {what}")
        raise AssertionError
    return parsed


def _finish(parser: TrinoParser, node: exp.Expr, start: Any) -> exp.Expr:
    # The parser of functions takes the parenthesis if there is one, and goes on if there is none.
    if not parser._match(TokenType.R_PAREN, advance=False):
        parser.raise_error("Expected )")
    return parser.expression(node).update_positions(start)


def _value(parser: TrinoParser) -> exp.Expr:
    return _expect(parser, parser._parse_disjunction(), "an expression")


def _formatted(parser: TrinoParser) -> exp.Expr:
    value = _value(parser)
    if not parser._match_text_seq("FORMAT", "JSON"):
        return value
    return FormattedJson(this=value, encoding=_encoding(parser))


def _encoding(parser: TrinoParser) -> str:
    if not parser._match_text_seq("ENCODING"):
        return ""
    for name in ("UTF8", "UTF16", "UTF32"):
        if parser._match_text_seq(name):
            return name
    parser.raise_error("Expected an encoding")
    return ""


def _parameter(parser: TrinoParser) -> exp.Expr:
    value = _formatted(parser)
    _require(parser, "AS")
    return JsonPathParameter(this=value, alias=_name(parser))


def _require(parser: TrinoParser, *words: str) -> None:
    if not parser._match_text_seq(*words):
        parser.raise_error(f"Expected {' '.join(words)}")


def _returning(parser: TrinoParser) -> dict[str, Any]:
    if not parser._match(TokenType.RETURNING):
        return {}
    kind = parse_type(parser)
    is_formatted = parser._match_text_seq("FORMAT", "JSON")
    return {"returning": kind, "encoding": _encoding(parser) if is_formatted else ""}


def _wrapper_and_quotes(parser: TrinoParser) -> dict[str, Any]:
    found = [name for words, name in _WRAPPERS.items() if parser._match_text_seq(*words)]
    quotes = None
    if parser._match_text_seq("KEEP", "QUOTES"):
        quotes = "keep"
    elif parser._match_text_seq("OMIT", "QUOTES"):
        quotes = "omit"
    if quotes:
        parser._match_text_seq("ON", "SCALAR", "STRING")
    return {"wrapper": found[0] if found else None, "quotes": quotes}


def _behaviours(parser: TrinoParser, name: str) -> dict[str, Any]:
    found: dict[str, Any] = {}
    for event in ("error",) if name == "JSON_EXISTS" else ("empty", "error"):
        index = parser._index
        for behaviour in _BEHAVIOURS[name]:
            if not parser._match_text_seq(*behaviour.split()):
                continue
            default = _value(parser) if behaviour == "DEFAULT" else None
            if parser._match_text_seq("ON", event.upper()):
                found |= {event: behaviour.lower(), f"{event}_default": default}
            else:
                parser._retreat(index)
            break
    return found


def _parse_array(parser: TrinoParser) -> exp.Expr:
    start = parser._tokens[parser._index - 2]
    arguments: dict[str, Any] = {"this": "JSON_ARRAY"}
    if not _is_at_end(parser):
        arguments["expressions"] = parser._parse_csv(lambda: _formatted(parser))
        arguments["nulls"] = _null_handling(parser)
    arguments |= _returning(parser)
    return _finish(parser, JsonConstructor(**arguments), start)


def _is_at_end(parser: TrinoParser) -> bool:
    ends = (TokenType.R_PAREN, TokenType.COMMA, TokenType.RETURNING)
    return any(parser._match(kind, advance=False) for kind in ends)


def _null_handling(parser: TrinoParser) -> str | None:
    for word in ("NULL", "ABSENT"):
        if parser._match_text_seq(word, "ON", "NULL"):
            return word.lower()
    return None


def _parse_object(parser: TrinoParser) -> exp.Expr:
    start = parser._tokens[parser._index - 2]
    arguments: dict[str, Any] = {"this": "JSON_OBJECT"}
    if not _is_at_end(parser):
        members = parser._parse_csv(lambda: _member(parser))
        arguments["expressions"] = [part for member in members for part in member.expressions]
        arguments["nulls"] = _null_handling(parser)
        for word in ("WITH", "WITHOUT"):
            if parser._match_text_seq(word, "UNIQUE"):
                parser._match_text_seq("KEYS")
                arguments["unique"] = word == "WITH"
                break
    arguments |= _returning(parser)
    return _finish(parser, JsonConstructor(**arguments), start)


def _member(parser: TrinoParser) -> exp.Expr:
    index = parser._index
    if parser._match_text_seq("KEY"):
        # KEY may also be the name of a column.
        key = parser._parse_disjunction()
        if key is not None and parser._match_text_seq("VALUE") and not _is_at_end(parser):
            return exp.Tuple(expressions=[key, _formatted(parser)])
        parser._retreat(index)
    key = _value(parser)
    if not parser._match(TokenType.COLON) and not parser._match_text_seq("VALUE"):
        parser.raise_error("Expected a value")
    return exp.Tuple(expressions=[key, _formatted(parser)])


def _parse_table(parser: TrinoParser) -> exp.Expr:
    start = parser._tokens[parser._index - 2]
    arguments = _path_arguments(parser)
    _require(parser, "COLUMNS", "(")
    # JSON_TABLE is refused later on, so that what its columns are does not matter.
    depth = 1
    while depth or not parser._match(TokenType.R_PAREN, advance=False):
        depth += parser._match(TokenType.L_PAREN, advance=False) or 0
        depth -= parser._match(TokenType.R_PAREN, advance=False) or 0
        if not parser._curr:
            parser.raise_error("Expected )")
        parser._advance()
    return _finish(parser, JsonTable(this=JsonPathCall(this="JSON_TABLE", **arguments)), start)


JSON_PARSERS: dict[str, _Parser] = {
    **{name: _path_parser(name) for name in _BEHAVIOURS},
    "JSON_ARRAY": _parse_array,
    "JSON_OBJECT": _parse_object,
    "JSON_TABLE": _parse_table,
}
