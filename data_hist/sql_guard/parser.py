"""sqlglot's Trino parser, reduced to one SELECT, with a bound on its work.

Decides which grammar is enabled, not which tables, functions or columns are allowed.
"""

import re
from collections.abc import Sequence
from typing import Any, ClassVar

import sqlglot.parser
from sqlglot import exp
from sqlglot.dialects.trino import Trino
from sqlglot.errors import ParseError
from sqlglot.parsers.trino import TrinoParser
from sqlglot.tokenizer_core import Token, TokenizerCore, TokenType

from data_hist.sql_guard import lexer
from data_hist.sql_guard.special_forms import CallParser

# Legitimate queries take at most 2.2 steps for each token.
STEPS_PER_TOKEN = 8
STEPS_BASE = 1_000

# Marks a join that was written with JOIN, which the tree shows like `FROM a, b`.
NEEDS_CONDITION = "needs_condition"

_WITH_EXPONENT = re.compile(r"[0-9]++(?:\.[0-9]*+)?[eE][+-]?[0-9]++")
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
    """sqlglot is compiled: its parser cannot be bounded, and crashes on deep input."""


class BudgetExceeded(Exception):
    """The parser backtracked too often; no ParseError, because sqlglot swallows those."""


class SyntaxFault(ParseError):
    """A syntax error at an offset of the text."""

    def __init__(self, offset: int) -> None:
        super().__init__("syntax error")
        self.offset = offset


class _NumberTokenizerCore(TokenizerCore):
    __slots__ = ()

    def _scan_number(self) -> None:
        number = _WITH_EXPONENT.match(self.sql, self._current - 1)
        if number is None:
            super()._scan_number()
        else:
            self._advance(number.end() - self._current)
            self._add(TokenType.NUMBER)


class TrinoTokenizer(Trino.Tokenizer):
    """sqlglot's tokenizer, but with Trino's numbers: `1e3+1` is three tokens, not one."""

    def _init_core(self) -> TokenizerCore:
        core = super()._init_core()
        # Its constructor takes thirty settings; this changes one method and none of them.
        core.__class__ = _NumberTokenizerCore
        return core


class PlainTrino(Trino):
    """Trino without the tree rewrites that only the SQL generator needs."""

    Tokenizer = TrinoTokenizer
    # With an offset, sqlglot types and simplifies each `x[1]`, and copies what stands before it.
    INDEX_OFFSET = 0


def require_pure_python(parser_file: str | None = sqlglot.parser.__file__) -> None:
    """Refuse a compiled sqlglot, which crashes with a segmentation fault on nested input."""
    if not (parser_file or "").endswith(".py"):
        raise ImpureParser("sqlglot must be its pure Python build; install it without sqlglotc")


def parse(lexed: lexer.Lexed) -> exp.Expr | None:
    """Parse one statement; None if the text holds none, or more.

    Raises:
        SyntaxFault: Also where sqlglot sees other tokens than the lexer.
        BudgetExceeded, RecursionError: The text is too complex.
    """
    found = PlainTrino().tokenize(lexed.code)
    _compare(found, lexed.tokens)
    trees = SelectParser(dialect=PlainTrino).parse(found, lexed.code)
    return trees[0] if len(trees) == 1 else None


def parse_caller_sql(source: lexer.Source, lexed: lexer.Lexed) -> exp.Expr | None:
    """Parse the caller's text, as `parse` does.

    Raises:
        InvalidSql, StatementNotAllowed: It has a syntax error, or is too complex.
    """
    try:
        return parse(lexed)
    except SyntaxFault as fault:
        raise _syntax_error(source, lexed.tokens, fault.offset) from None
    except (BudgetExceeded, RecursionError):
        raise source.refusal(
            0, "TOO_COMPLEX", "The query is too complex to be parsed; simplify it."
        ) from None
    except Exception:
        # sqlglot leaks other errors on strange texts, such as ValueError for an empty name.
        raise source.invalid(0, "The SQL cannot be read.") from None


def offset_of(node: exp.Expr) -> int:
    """Return where a node begins in the text, or -1 if sqlglot did not record it."""
    start: int = node.meta.get("start", -1)
    return start


def _syntax_error(source: lexer.Source, tokens: Sequence[lexer.Token], offset: int) -> Exception:
    found = next((token for token in tokens if token.end > offset), None)
    near = (
        f" at or near {lexer.describe(source, found)}"
        if found
        else ", or an end that comes too early"
    )
    return source.invalid(offset, f"The query has a syntax error{near}.")


def _compare(found: Sequence[Token], ours: Sequence[lexer.Token]) -> None:
    """Raise where sqlglot's tokens differ from ours; it may join words, as in GROUP BY."""
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
    """Parses what a SELECT needs, and keeps every argument of a call in the tree.

    sqlglot's own function builders drop and duplicate arguments; without them each call is an
    `Anonymous` node with all of its arguments.
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
        # Its position tells which parameter it stands for.
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
        """Keep only the position: sqlglot's own message quotes the text."""
        token = token or self._curr or self._prev
        raise SyntaxFault(token.start if token else 0)

    def _parse_types(self, check_func: bool = False, *args: Any, **kwargs: Any) -> exp.Expr | None:
        if check_func and not self._may_be_type():
            return None
        return super()._parse_types(check_func, *args, **kwargs)

    def _may_be_type(self) -> bool:
        """Whether a typed literal such as `decimal(3, 1) '1.5'` may begin here.

        sqlglot tries `array[...]` and `row(...)` as types before it parses them as values, which
        doubles or triples the work at each level of nesting.
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
