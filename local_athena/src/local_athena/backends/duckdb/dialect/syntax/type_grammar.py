"""Parse types as Trino's grammar has them; which of them exist is not known here."""

from collections.abc import Callable, Sequence

from sqlglot import exp
from sqlglot.parsers.trino import TrinoParser
from sqlglot.tokenizer_core import Token, TokenType

_Part = Callable[[TrinoParser], exp.Expr]
_NAMES = TrinoParser.ID_VAR_TOKENS | TrinoParser.TYPE_TOKENS
# Words that are names for sqlglot.
_RESERVED = frozenset(
    {
        *("case", "constraint", "cube", "current_catalog", "current_date", "current_role"),
        *("current_schema", "current_time", "current_timestamp", "current_user", "delete"),
        *("describe", "end", "escape", "execute", "exists", "false", "full", "in", "is", "left"),
        *("localtime", "localtimestamp", "natural", "null", "recursive", "right", "rollup"),
        *("table", "true", "union", "unnest"),
    }
)
_INTERVAL_FIELDS = frozenset({"year", "month", "day", "hour", "minute", "second"})
_ENDS_FIELD = frozenset({TokenType.COMMA, TokenType.R_PAREN})
_TIMES = frozenset({"time", "timestamp"})


class TypedLiteral(exp.Cast):
    """A literal such as `DATE '2024-02-29'`."""


def parse_type(parser: TrinoParser) -> exp.DataType:
    """Parse a type: `kind` is its name in lower case, `expressions` are its parameters."""
    first = parser._curr
    kind = _parse_plain_type(parser)
    while parser._match(TokenType.ARRAY):
        kind = _make_type(parser, first, "array", [kind])
    return kind


def parse_literal_type(parser: TrinoParser) -> exp.DataType | None:
    """Parse the name of a type, if there is one before a string."""
    first, index = parser._curr, parser._index
    if not _is_name(first) or first.token_type is TokenType.INTERVAL:
        return None
    name = _parse_name(parser)
    if parser._curr.token_type is TokenType.STRING:
        return _make_type(parser, first, name)
    parser._retreat(index)
    return None


def _parse_plain_type(parser: TrinoParser) -> exp.DataType:
    first = parser._curr
    name = _parse_name(parser)
    parameters: list[exp.Expr] = []
    if name == "interval" and parser._curr.text.lower() in _INTERVAL_FIELDS:
        name = _parse_interval(parser)
    elif name in ("array", "map") and parser._match(TokenType.LT):
        parameters = _parse_list(parser, parse_type, TokenType.GT)
    elif parser._match(TokenType.L_PAREN):
        parse_part = _parse_field if name == "row" else _parse_parameter
        parameters = _parse_list(parser, parse_part, TokenType.R_PAREN)
    if name in _TIMES and parser._match_text_seq("WITH"):
        _require_zone(parser)
        name = f"{name} with time zone"
    elif name in _TIMES and parser._match_text_seq("WITHOUT"):
        _require_zone(parser)
    return _make_type(parser, first, name, parameters)


def _parse_name(parser: TrinoParser) -> str:
    if not _is_name(parser._curr):
        parser.raise_error("Expected a type")
    is_quoted = parser._curr.token_type is TokenType.IDENTIFIER
    name = _take_word(parser)
    # The tokenizer takes both words for one.
    return "double" if name == "double precision" and not is_quoted else name


def _parse_interval(parser: TrinoParser) -> str:
    start = _take_word(parser)
    end = _take_word(parser) if parser._match_text_seq("TO") else start
    return f"interval {start} to {end}"


def _take_word(parser: TrinoParser) -> str:
    word: str = parser._curr.text.lower()
    parser._advance()
    return word


def _require_zone(parser: TrinoParser) -> None:
    if not parser._match_text_seq("TIME", "ZONE"):
        parser.raise_error("Expected TIME ZONE")


def _parse_list(parser: TrinoParser, parse_part: _Part, end: TokenType) -> list[exp.Expr]:
    parts: list[exp.Expr] = parser._parse_csv(lambda: parse_part(parser))
    if not parser._match(end):
        parser.raise_error("Expected the end of a list")
    return parts


def _parse_parameter(parser: TrinoParser) -> exp.Expr:
    number = parser._curr
    if not parser._match(TokenType.NUMBER):
        return parse_type(parser)
    return exp.Literal.number(number.text)


def _parse_field(parser: TrinoParser) -> exp.Expr:
    """Parse a field of a row; what stands before its type is a name."""
    first, index = parser._curr, parser._index
    kind = _parse_parameter(parser)
    if parser._curr.token_type in _ENDS_FIELD:
        return kind
    parser._retreat(index)
    parser._advance()
    name = exp.to_identifier(first.text, quoted=first.token_type is TokenType.IDENTIFIER)
    return exp.ColumnDef(this=name, kind=parse_type(parser))


def _is_name(token: Token) -> bool:
    if token.token_type is TokenType.IDENTIFIER:
        return True
    return token.token_type in _NAMES and token.text.lower() not in _RESERVED


def _make_type(
    parser: TrinoParser, first: Token, name: str, parameters: Sequence[exp.Expr] = ()
) -> exp.DataType:
    kind = exp.DataType(this=exp.DType.USERDEFINED, kind=name, expressions=list(parameters))
    kind.update_positions(first)
    kind.meta["end"] = parser._prev.end
    return kind
