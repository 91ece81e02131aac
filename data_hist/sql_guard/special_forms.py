"""Parse calls with a grammar of their own, such as `json_value(x, '$.a' RETURNING ...)`.

sqlglot's own parsers drop what they do not know. Here every expression in the brackets becomes an
argument of one `Anonymous` node; the engine checks the order of the words between them.
"""

from collections.abc import Callable
from typing import Any, ClassVar

from sqlglot import exp
from sqlglot.parsers.trino import TrinoParser
from sqlglot.tokenizer_core import TokenType

_CLAUSES = (
    ("FORMAT", "JSON"),
    ("ON", "EMPTY"),
    ("ON", "ERROR"),
    ("ON", "NULL"),
    ("ON", "OVERFLOW"),
    ("TRUNCATE",),
    ("WITH", "UNIQUE", "KEYS"),
    ("WITHOUT", "UNIQUE", "KEYS"),
    ("WITH", "UNIQUE"),
    ("WITHOUT", "UNIQUE"),
    ("WITH", "COUNT"),
    ("WITHOUT", "COUNT"),
    ("WITH", "ARRAY", "WRAPPER"),
    ("WITH", "CONDITIONAL", "ARRAY", "WRAPPER"),
    ("WITH", "UNCONDITIONAL", "ARRAY", "WRAPPER"),
    ("WITH", "CONDITIONAL", "WRAPPER"),
    ("WITH", "UNCONDITIONAL", "WRAPPER"),
    ("WITH", "WRAPPER"),
    ("WITHOUT", "ARRAY", "WRAPPER"),
    ("WITHOUT", "WRAPPER"),
    ("KEEP", "QUOTES"),
    ("OMIT", "QUOTES"),
    ("ON", "SCALAR", "STRING"),
    ("EMPTY", "ARRAY"),
    ("EMPTY", "OBJECT"),
)
_INTRODUCERS = ("AS", "DEFAULT", "FOR", "FROM", "IN", "KEY", "PASSING", "RETURNING", "VALUE")
_OUTCOMES = ("ERROR", "NULL", "TRUE", "FALSE", "UNKNOWN", "ABSENT", "EMPTY")
_FORMS = ("NFC", "NFD", "NFKC", "NFKD")


class CallParser(TrinoParser):
    """Parses the special calls, by the upper-case name of the function."""

    FUNCTION_PARSERS: ClassVar = {
        **{
            name: TrinoParser.FUNCTION_PARSERS[name]
            for name in ("CAST", "TRY_CAST", "EXTRACT", "TRIM")
        },
        **dict.fromkeys(
            ("JSON_ARRAY", "JSON_EXISTS", "JSON_OBJECT", "JSON_QUERY", "JSON_VALUE"),
            lambda self: self._call(self._parse_json_argument),
        ),
        "LISTAGG": lambda self: self._call(self._parse_listagg_argument),
        "NORMALIZE": lambda self: self._call(self._parse_normalize_argument),
        "POSITION": lambda self: self._call(self._parse_position_argument),
        "SUBSTRING": lambda self: self._call(self._parse_substring_argument),
    }

    def _call(self, parse_argument: Callable[[], Any]) -> exp.Expr:
        name = self._tokens[self._index - 2]
        arguments: list[Any] = []
        separated = True
        while not self._match(TokenType.R_PAREN, advance=False):
            if self._match_clause():
                separated = self._prev.text.upper() == "TRUNCATE"
                continue
            if arguments and self._match_set((TokenType.COMMA, TokenType.COLON)):
                separated = True
            if not (separated or self._match_texts(_INTRODUCERS, False) or self._is_outcome()):
                self.raise_error("Expected a comma")
            start = self._index
            argument = parse_argument()
            if argument is not None:
                arguments.append(argument)
                separated = False
            if self._index == start:
                self.raise_error("Expected an argument")
        call = self.expression(exp.Anonymous(this=name.text, expressions=arguments))
        return call.update_positions(name)

    def _match_clause(self) -> bool:
        return any(self._match_text_seq(*words) for words in _CLAUSES)

    def _parse_json_argument(self) -> Any:
        if self._match_text_seq("RETURNING"):
            return self._parse_types()
        if self._prev.token_type == TokenType.ALIAS or self._match(TokenType.ALIAS):
            return self._parse_id_var(any_token=False)
        if self._is_outcome():
            self._advance()
            return None
        if self._begins_operand("KEY", "VALUE", "DEFAULT", "PASSING"):
            self._advance()
        return self._parse_bitwise()

    def _is_outcome(self) -> bool:
        """Whether this is the NULL of `NULL ON ERROR` rather than a value."""
        return self._match_texts(_OUTCOMES, advance=False) and self._next.token_type == TokenType.ON

    def _begins_operand(self, *words: str) -> bool:
        if not self._match_texts(words, advance=False):
            return False
        return self._next.token_type not in (TokenType.COMMA, TokenType.R_PAREN, TokenType.DOT)

    def _parse_listagg_argument(self) -> Any:
        if self._match(TokenType.DISTINCT) or self._match_text_seq("ERROR"):
            return None
        self._match(TokenType.ALL)
        return self._parse_disjunction()

    def _parse_normalize_argument(self) -> Any:
        return None if self._match_texts(_FORMS) else self._parse_disjunction()

    def _parse_position_argument(self) -> Any:
        self._match(TokenType.IN)
        return self._parse_bitwise()

    def _parse_substring_argument(self) -> Any:
        if not self._match(TokenType.FROM):
            self._match(TokenType.FOR)
        return self._parse_bitwise()
