"""Parse `listagg` as Trino does; sqlglot also takes the forms of other engines."""

from sqlglot import exp
from sqlglot.parsers.trino import TrinoParser
from sqlglot.tokenizer_core import TokenType


def parse_listagg(parser: TrinoParser) -> exp.GroupConcat:
    """Parse a call behind its opening parenthesis; the last one is left to the caller."""
    quantifier = parser._match_set((TokenType.DISTINCT, TokenType.ALL)) and parser._prev.token_type
    value = parser._parse_disjunction()
    if value is None:
        parser.raise_error("Expecting: <expression>")
    if quantifier is TokenType.DISTINCT:
        value = parser.expression(exp.Distinct(expressions=[value]))
    separator = _parse_required_string(parser) if parser._match(TokenType.COMMA) else None
    overflow = _parse_overflow(parser) if parser._match_text_seq("ON", "OVERFLOW") else None
    parser._match_r_paren()
    if not parser._match_text_seq("WITHIN", "GROUP"):
        parser.raise_error("Expecting: 'WITHIN'")
    parser._match_l_paren()
    order = parser._parse_order(this=value)
    if not isinstance(order, exp.Order):
        parser.raise_error("Expecting: 'ORDER'")
    return parser.expression(exp.GroupConcat(this=order, separator=separator, on_overflow=overflow))


def _parse_overflow(parser: TrinoParser) -> exp.Expr:
    if parser._match_text_seq("ERROR"):
        return exp.var("ERROR")
    if not parser._match_text_seq("TRUNCATE"):
        parser.raise_error("Expecting: 'ERROR', 'TRUNCATE'")
    filler = parser._parse_string()
    with_count = bool(parser._match_text_seq("WITH"))
    if not with_count and not parser._match_text_seq("WITHOUT"):
        parser.raise_error("Expecting: 'WITH', 'WITHOUT'")
    if not parser._match_text_seq("COUNT"):
        parser.raise_error("Expecting: 'COUNT'")
    return parser.expression(exp.OverflowTruncateBehavior(this=filler, with_count=with_count))


def _parse_required_string(parser: TrinoParser) -> exp.Expr | None:
    text = parser._parse_string()
    if text is None:
        parser.raise_error("Expecting: <string>")
    return text
