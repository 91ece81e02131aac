"""sqlglot's Trino parser, cut down to one SELECT and kept from running away.

This module owns sqlglot: what of its grammar is on, and how far it may go. It decides nothing about
which tables, functions or columns are allowed.
"""

from collections.abc import Sequence
from typing import Any, ClassVar

import sqlglot.parser
from sqlglot import exp
from sqlglot.dialects.trino import Trino
from sqlglot.errors import ParseError
from sqlglot.parsers.trino import TrinoParser
from sqlglot.tokenizer_core import Token, TokenType

from data_hist.sql_guard import lexer
from data_hist.sql_guard.special_forms import CallParser
from data_hist.sql_guard.tokenizer import TrinoTokenizer

# Measured on 122 legitimate queries: at most 2.2 steps a token.
STEPS_PER_TOKEN = 8
STEPS_BASE = 1_000

# Marks a join that the tree shows like `FROM a, b`, but that was written with JOIN.
NEEDS_CONDITION = "needs_condition"

_KINDS = {
    lexer.Kind.QUOTED: frozenset({TokenType.IDENTIFIER}),
    lexer.Kind.STRING: frozenset(
        {TokenType.STRING, TokenType.HEX_STRING, TokenType.UNICODE_STRING}
    ),
    lexer.Kind.NUMBER: frozenset({TokenType.NUMBER}),
    lexer.Kind.PARAMETER: frozenset({TokenType.PLACEHOLDER}),
}
_VALUE_TYPES = frozenset().union(*_KINDS.values())


class ImpureParser(RuntimeError):
    """sqlglot is compiled: its parser cannot be bounded, and dies on deep input."""


class BudgetExceeded(Exception):
    """The parser went back and forth too often; no ParseError, because sqlglot swallows those."""


class SyntaxFault(ParseError):
    """A syntax error at an offset of the text."""

    def __init__(self, offset: int) -> None:
        super().__init__("syntax error")
        self.offset = offset


class PlainTrino(Trino):
    """Trino without the work on trees that only printing them needs."""

    Tokenizer = TrinoTokenizer
    # With an offset, sqlglot types and simplifies each `x[1]`, and copies what stands before it.
    INDEX_OFFSET = 0


def require_pure_python() -> None:
    """Refuse a compiled sqlglot, which ends in a segmentation fault on nested input."""
    if not (sqlglot.parser.__file__ or "").endswith(".py"):
        raise ImpureParser("sqlglot must be its pure Python build; install it without sqlglotc")


def parse(text: str, tokens: Sequence[lexer.Token]) -> exp.Expr | None:
    """The syntax tree of one statement without comments, whose tokens we have found ourselves."""
    found = PlainTrino().tokenize(text)
    _compare(found, tokens)
    trees = SelectParser(dialect=PlainTrino).parse(found, text)
    return trees[0] if len(trees) == 1 else None


def _compare(found: Sequence[Token], ours: Sequence[lexer.Token]) -> None:
    """Raise where sqlglot sees other tokens than we do; it may join words, as in GROUP BY."""
    index = 0
    for token in found:
        first = index
        while index < len(ours) and ours[index].end <= token.end + 1:
            index += 1
        joined = ours[first:index]
        if not joined or joined[0].start != token.start or joined[-1].end != token.end + 1:
            raise SyntaxFault(token.start)
        words = all(part.kind is lexer.Kind.WORD for part in joined)
        if not words and (len(joined) > 1 or not _same_kind(token, joined[0])):
            raise SyntaxFault(token.start)
    if index < len(ours):
        raise SyntaxFault(ours[index].start)


def _same_kind(token: Token, ours: lexer.Token) -> bool:
    kinds = _KINDS.get(ours.kind)
    return token.token_type in kinds if kinds else token.token_type not in _VALUE_TYPES


def _only(table: dict[TokenType, Any], *kinds: TokenType) -> dict[TokenType, Any]:
    return {kind: table[kind] for kind in kinds}


class SelectParser(CallParser):
    """The part of the grammar that a SELECT needs, with every argument of a call in the tree.

    sqlglot's own builders of functions drop and double arguments; without them each call is an
    `Anonymous` node that holds all of them.
    """

    STATEMENT_PARSERS: ClassVar = {}
    SUBQUERY_TOKENS: ClassVar = {*TrinoParser.SUBQUERY_TOKENS, TokenType.VALUES}
    FUNCTIONS: ClassVar = {}
    NO_PAREN_FUNCTIONS: ClassVar = _only(
        TrinoParser.NO_PAREN_FUNCTIONS,
        TokenType.CURRENT_DATE,
        TokenType.CURRENT_TIME,
        TokenType.CURRENT_TIMESTAMP,
        TokenType.LOCALTIME,
        TokenType.LOCALTIMESTAMP,
    )
    NO_PAREN_FUNCTION_PARSERS: ClassVar = {
        "CASE": TrinoParser.NO_PAREN_FUNCTION_PARSERS["CASE"],
    }
    QUERY_MODIFIER_PARSERS: ClassVar = _only(
        TrinoParser.QUERY_MODIFIER_PARSERS,
        TokenType.WHERE,
        TokenType.GROUP_BY,
        TokenType.HAVING,
        TokenType.WINDOW,
        TokenType.ORDER_BY,
        TokenType.LIMIT,
        TokenType.FETCH,
        TokenType.OFFSET,
    )
    QUERY_MODIFIER_TOKENS: ClassVar = set(QUERY_MODIFIER_PARSERS)
    TYPE_LITERAL_PARSERS: ClassVar = {}
    ASSIGNMENT: ClassVar = {}
    BITWISE: ClassVar = {}
    FACTOR: ClassVar = _only(TrinoParser.FACTOR, TokenType.MOD, TokenType.SLASH, TokenType.STAR)
    TERM: ClassVar = _only(TrinoParser.TERM, TokenType.DASH, TokenType.PLUS)
    EQUALITY: ClassVar = _only(TrinoParser.EQUALITY, TokenType.EQ, TokenType.NEQ)
    COLUMN_OPERATORS: ClassVar = _only(TrinoParser.COLUMN_OPERATORS, TokenType.DOT)
    CAST_COLUMN_OPERATORS: ClassVar = set()
    UNARY_PARSERS: ClassVar = _only(
        TrinoParser.UNARY_PARSERS, TokenType.PLUS, TokenType.NOT, TokenType.DASH
    )
    PLACEHOLDER_PARSERS: ClassVar = {
        # With its place, which tells the parameter that it stands for.
        TokenType.PLACEHOLDER: lambda self: exp.Placeholder().update_positions(self._prev),
    }
    RANGE_PARSERS: ClassVar = _only(
        TrinoParser.RANGE_PARSERS,
        TokenType.BETWEEN,
        TokenType.IN,
        TokenType.IS,
        TokenType.LIKE,
    )
    LAMBDAS: ClassVar = _only(TrinoParser.LAMBDAS, TokenType.ARROW)
    JOIN_METHODS: ClassVar = {TokenType.NATURAL}
    JOIN_KINDS: ClassVar = {TokenType.CROSS, TokenType.INNER, TokenType.OUTER}
    OPTIONAL_ALIAS_TOKEN_CTE: ClassVar = False
    SUPPORTS_TABLE_QUERY: ClassVar = False
    INTERVAL_SPANS: ClassVar = True

    _steps = 0

    def _parse(self, parse_method: Any, raw_tokens: Any, sql: str | None = None) -> Any:
        self._steps = STEPS_PER_TOKEN * len(raw_tokens) + STEPS_BASE
        return super()._parse(parse_method, raw_tokens, sql)

    def _advance(self, times: int = 1) -> None:
        self._steps -= 1
        if self._steps < 0:
            raise BudgetExceeded
        super()._advance(times)

    def raise_error(self, message: str, token: Token | None = None) -> None:
        """Keep the place alone; sqlglot's own message quotes the text."""
        token = token or self._curr or self._prev
        raise SyntaxFault(token.start if token else 0)

    def _parse_types(self, check_func: bool = False, *args: Any, **kwargs: Any) -> exp.Expr | None:
        if check_func and not self._may_be_type():
            return None
        return super()._parse_types(check_func, *args, **kwargs)

    def _may_be_type(self) -> bool:
        """Whether a type of an expression such as `decimal(3, 1) '1.5'` may stand here.

        sqlglot tries `array[...]` and `row(...)` as types before it reads them as values, at each
        level again, which doubles or triples the work with each level.
        """
        if self._next.token_type == TokenType.L_PAREN:
            after = self._index + 2
            return after < self._tokens_size and self._tokens[after].token_type == TokenType.NUMBER
        return bool(self._next.token_type != TokenType.L_BRACKET)

    def _parse_join(self, *args: Any, **kwargs: Any) -> exp.Join | None:
        comma = self._match(TokenType.COMMA, advance=False)
        join = super()._parse_join(*args, **kwargs)
        if join is not None:
            join.meta[NEEDS_CONDITION] = not comma and join.args.get("kind") != "CROSS"
        return join

    def _replace_lambda(self, node: Any, expressions: Any) -> Any:
        return node
