"""Parse the caller's text to one syntax tree, or refuse it in Athena's words.

Calls keep the names and arguments of the text. Knows neither tables nor DuckDB.
"""

import logging
import re
from typing import Any, ClassVar

from sqlglot import exp
from sqlglot.dialects.trino import Trino
from sqlglot.errors import ParseError, TokenError
from sqlglot.parsers.trino import TrinoParser
from sqlglot.tokenizer_core import Token, TokenizerCore, TokenType

from local_athena.backends.duckdb.dialect.syntax.json_grammar import JSON_PARSERS
from local_athena.backends.duckdb.dialect.syntax.listagg_grammar import parse_listagg
from local_athena.backends.duckdb.dialect.syntax.table_queries import write_out_tables
from local_athena.backends.duckdb.dialect.syntax.type_grammar import (
    TypedLiteral,
    parse_literal_type,
    parse_type,
)
from local_athena.backends.duckdb.dialect.syntax.validation import check_tokens
from local_athena.errors import MalformedQuery, find_position

# sqlglot logs statements that it does not know, and SQL must not be logged.
logging.getLogger("sqlglot").setLevel(logging.CRITICAL)

_WITH_EXPONENT = re.compile(r"[0-9]++(?:\.[0-9]*+)?[eE][+-]?[0-9]++")
# Digits of a base other than 10, and digits in groups.
_INTEGER = re.compile(
    r"(?:0[xX](?:_?[0-9a-fA-F])+|0[oO](?:_?[0-7])+|0[bB](?:_?[01])+|[0-9]+(?:_[0-9]+)+)(?![\w.])"
)
_PREFIXED = re.compile(r"0[xXoObB]")
_SPECIAL_SYNTAX = (
    "CAST",
    "TRY_CAST",
    "EXTRACT",
    "TRIM",
    "JSON_OBJECTAGG",
    "OVERLAY",
    "POSITION",
    "SUBSTRING",
)
_STEPS_PER_TOKEN = 8
_SPARE_STEPS = 1000
_MAX_DEPTH = 60
# A string or a quoted name, in which nothing begins a comment, or a comment.
_QUOTED_OR_COMMENT = re.compile(r"""'[^']*'|"[^"]*"|(?P<comment>--[^\r\n]*|/\*.*?\*/)""", re.DOTALL)
_NOT_LINE_END = re.compile(r"[^\r\n]")
_CLASS_NAME_WORD = re.compile(r"[A-Z]+(?![a-z])|[A-Z][a-z]+")
_OPENING = (TokenType.L_PAREN, TokenType.L_BRACKET, TokenType.CASE)
_CLOSING = (TokenType.R_PAREN, TokenType.R_BRACKET, TokenType.END)


class _Core(TokenizerCore):
    __slots__ = ()

    def _scan_number(self) -> None:
        start = self._current - 1
        integer = _INTEGER.match(self.sql, start)
        number = integer or _WITH_EXPONENT.match(self.sql, start)
        if integer is not None:
            base = 0 if _PREFIXED.match(integer[0]) else 10
            self._advance(integer.end() - self._current)
            self._add(TokenType.NUMBER, str(int(integer[0], base)))
        elif number is None:
            super()._scan_number()
        else:
            self._advance(number.end() - self._current)
            self._add(TokenType.NUMBER)

    def _scan_string(self, start: str) -> bool:
        # sqlglot refuses blanks between the digits of a binary literal.
        end, kind = self.format_strings.get(start, ("", TokenType.STRING))
        if kind is not TokenType.HEX_STRING:
            return super()._scan_string(start)
        self._advance(len(start))
        self._add(kind, self._extract_string(end, escapes=self.string_escapes))
        return True


class TrinoTokenizer(Trino.Tokenizer):
    """Trino's tokenizer with numbers as Trino reads them: sqlglot takes `1e3+1` for one token."""

    KEYWORDS: ClassVar[dict[str, TokenType]] = {
        **Trino.Tokenizer.KEYWORDS,
        "CURRENT_SCHEMA": TokenType.CURRENT_SCHEMA,
        # A kind of frame as RANGE is; sqlglot reads the word as the name of a window.
        "GROUPS": TokenType.RANGE,
    }

    def _init_core(self) -> TokenizerCore:
        core = super()._init_core()
        # Its constructor takes thirty settings; this replaces one method and keeps them.
        core.__class__ = _Core
        return core


class _TooComplexError(Exception):
    """The parser took more steps than any sensible statement needs."""


class _Parser(TrinoParser):
    FUNCTIONS: ClassVar[dict[str, Any]] = {}
    # Not the other operators of JSON that some dialects have.
    COLUMN_OPERATORS: ClassVar[dict[TokenType, Any]] = {
        kind: TrinoParser.COLUMN_OPERATORS[kind] for kind in (TokenType.DOT, TokenType.ARROW)
    }
    SUBQUERY_TOKENS: ClassVar = TrinoParser.SUBQUERY_TOKENS | {TokenType.VALUES}
    NO_PAREN_FUNCTIONS: ClassVar[dict[TokenType, Any]] = {
        **TrinoParser.NO_PAREN_FUNCTIONS,
        TokenType.CURRENT_SCHEMA: exp.CurrentSchema,
    }
    FUNCTION_PARSERS: ClassVar[dict[str, Any]] = {
        **{name: TrinoParser.FUNCTION_PARSERS[name] for name in _SPECIAL_SYNTAX},
        "LISTAGG": parse_listagg,
        **JSON_PARSERS,
    }
    steps_left = _SPARE_STEPS

    def _build_predicate(
        self,
        klass: type[exp.Binary],
        this: exp.Expr | None,
        expression: exp.Expr | None,
        comments: list[str] | None = None,
        negate: bool = False,
    ) -> exp.Expr:
        # sqlglot puts a predicate that is an operand of another in parentheses, and allows it.
        predicate = klass(this=this, expression=expression)
        if negate:
            predicate.set("negate", True)
        return self.expression(predicate, comments=comments)

    def _parse_type(self, *args: Any, **options: Any) -> exp.Expr | None:
        kind = parse_literal_type(self)
        if kind is None:
            return super()._parse_type(*args, **options)
        text = self._parse_string()
        if kind.args["kind"] == "json":
            return self.expression(exp.ParseJSON(this=text, is_literal=True))
        return self.expression(TypedLiteral(this=text, to=kind))

    def _parse_types(self, *args: Any, **options: Any) -> exp.Expr | None:
        # In an expression, no type stands elsewhere than in a cast or before a string.
        return None

    def _parse_cast(self, strict: bool, safe: bool | None = None) -> exp.Expr:
        start = self._tokens[self._index - 2]
        value = self._parse_assignment()
        if not self._match(TokenType.ALIAS):
            self.raise_error("Expected AS after CAST")
        kind = exp.TryCast if safe else exp.Cast
        node = self.expression(kind(this=value, to=parse_type(self)))
        node.update_positions(start)
        return node

    def _parse_lambda(self, alias: bool = False) -> exp.Expr | None:
        # sqlglot knows no ORDER BY behind a lambda, and no lambda behind DISTINCT.
        if self._match(TokenType.DISTINCT):
            arguments = self._parse_csv(self._parse_distinct_argument)
            if not arguments:
                self.raise_error("Expected an argument after DISTINCT")
            return self._parse_order(self.expression(exp.Distinct(expressions=arguments)))
        node = super()._parse_lambda(alias)
        return self._parse_order(node) if isinstance(node, exp.Lambda) else node

    def _parse_distinct_argument(self) -> exp.Expr | None:
        index = self._index
        is_list = self._match(TokenType.L_PAREN)
        names = self._parse_csv(self._parse_lambda_arg) if is_list else [self._parse_lambda_arg()]
        if (not is_list or self._match(TokenType.R_PAREN)) and self._match(TokenType.ARROW):
            function: exp.Expr = self.LAMBDAS[TokenType.ARROW](self, names)
            return function
        self._retreat(index)
        return self._parse_disjunction()

    def _parse_paren(self) -> exp.Expr | None:
        node = super()._parse_paren()
        if isinstance(node, exp.Paren):
            node.meta["written"] = True
        return node

    def _parse_between(self, this: exp.Expr | None) -> exp.Between:
        # sqlglot would put these in parentheses.
        if isinstance(this, exp.Is | exp.NullSafeEQ | exp.NullSafeNEQ):
            self.raise_error("A predicate as operand of BETWEEN")
        return super()._parse_between(this)

    def _advance(self, times: int = 1) -> None:
        # Backtracking is exponential in a few constructs; a budget ends it in linear time. The
        # error must not be a ParseError, which the parser swallows while it speculates.
        self.steps_left -= 1
        if self.steps_left < 0:
            raise _TooComplexError
        super()._advance(times)

    def _parse_escape(self, this: exp.Expr | None) -> exp.Expr | None:
        # sqlglot knows escape characters of LIKE that are constants.
        if not self._match(TokenType.ESCAPE):
            return this
        return self.expression(exp.Escape(this=this, expression=self._parse_bitwise()))


class _Grammar(Trino):
    Tokenizer = TrinoTokenizer
    Parser = _Parser
    # Keep subscripts as the caller wrote them.
    INDEX_OFFSET = 0


def blank_comments(sql: str) -> str:
    """Replace comments by blanks, so that each token keeps its position.

    sqlglot does not recognise `ORDER /* */ BY`, and nests comments.
    """
    return _QUOTED_OR_COMMENT.sub(
        lambda found: _NOT_LINE_END.sub(" ", found[0]) if found["comment"] else found[0], sql
    )


def parse_statement(sql: str) -> exp.Expr:
    """Parse the one statement in a text without comments."""
    tokens = write_out_tables(sql, _tokenize(sql))
    check_tokens(sql, tokens)
    statements = [tree for tree in _parse(sql, tokens) if tree is not None]
    if not statements:
        raise _malformed(sql, len(sql), "mismatched input '<EOF>'. Expecting: <query>")
    if len(statements) > 1:
        raise MalformedQuery("Only one sql statement is allowed", 1, 1)
    return statements[0]


def find_offset(node: exp.Expr) -> int | None:
    """Find the offset at which a node starts in the caller's text."""
    starts = [part.meta["start"] for part in node.walk() if part._meta and "start" in part.meta]
    return min(starts, default=None)


def describe_node(node: exp.Expr) -> str:
    """Name a kind of node as SQL does: `CURRENT_TIME`, `SIMILAR TO`."""
    words = _CLASS_NAME_WORD.findall(type(node).__name__)
    return ("_" if isinstance(node, exp.Func) else " ").join(words).upper()


def _tokenize(sql: str) -> list[Token]:
    try:
        tokens = _Grammar().tokenize(sql)
    except TokenError as error:
        raise _malformed(
            sql, len(sql), "mismatched input. The statement ends inside a token"
        ) from error
    if _depth(tokens) > _MAX_DEPTH:
        raise MalformedQuery("statement is too large (nested too deeply)", 1, 1)
    return tokens


def _depth(tokens: list[Token]) -> int:
    depth = deepest = 0
    for token in tokens:
        depth += (token.token_type in _OPENING) - (token.token_type in _CLOSING)
        deepest = max(deepest, depth)
    return deepest


def _parse(sql: str, tokens: list[Token]) -> list[exp.Expr | None]:
    grammar = _Grammar()
    parser = _Parser(dialect=grammar)
    parser.steps_left = _STEPS_PER_TOKEN * len(tokens) + _SPARE_STEPS
    try:
        return list(parser.parse(tokens, sql))
    except ParseError as error:
        raise _syntax_error(sql, tokens, error) from error
    except (_TooComplexError, RecursionError) as error:
        raise MalformedQuery(
            "statement is too large (stack overflow while parsing)", 1, 1
        ) from error
    except Exception as error:
        # sqlglot leaks errors of other classes for some texts that are not SQL.
        raise MalformedQuery("mismatched input. Expecting: <query>", 1, 1) from error


def _syntax_error(sql: str, tokens: list[Token], error: ParseError) -> MalformedQuery:
    details = error.errors[0] if error.errors else {}
    line, column = details.get("line"), details.get("col")
    for token in tokens:
        # sqlglot's column is that of the token's last character.
        if (token.line, token.col) == (line, column):
            shown = sql[token.start : token.end + 1]
            return _malformed(
                sql, token.start, f"mismatched input '{shown}'. Expecting: <expression>"
            )
    return _malformed(sql, len(sql), "mismatched input '<EOF>'. Expecting: <expression>")


def _malformed(sql: str, offset: int, text: str) -> MalformedQuery:
    return MalformedQuery(text, *find_position(sql, offset))
