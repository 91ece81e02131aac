"""Refuse syntax that sqlglot accepts and Athena does not, before the text is parsed."""

import re
from collections.abc import Sequence

from sqlglot.tokenizer_core import Token, TokenType

from local_athena.errors import MalformedQuery, find_position

_FOREIGN_TOKENS = frozenset(
    {
        TokenType.AMP,
        TokenType.CARET,
        TokenType.DAMP,
        TokenType.DCOLON,
        TokenType.DIV,
        TokenType.GLOB,
        TokenType.ILIKE,
        TokenType.L_BRACE,
        TokenType.NULLSAFE_EQ,
        TokenType.PARAMETER,
        TokenType.PIPE,
        TokenType.QUALIFY,
        TokenType.RLIKE,
        TokenType.TILDE,
    }
)
_FOREIGN_TEXTS = frozenset({"==", "//", "EXCLUDE", "`"})
_STARTS = frozenset({TokenType.SELECT, TokenType.WITH, TokenType.VALUES, TokenType.L_PAREN})
# A string never stands for a name. FROM is not here: `trim(BOTH FROM 'a')` is fine.
_BEFORE_NAMES = frozenset({TokenType.JOIN, TokenType.ALIAS})
_ENDS_LIST = frozenset(
    {
        TokenType.FROM,
        TokenType.WHERE,
        TokenType.GROUP_BY,
        TokenType.ORDER_BY,
        TokenType.HAVING,
        TokenType.LIMIT,
        TokenType.R_PAREN,
        TokenType.R_BRACKET,
        TokenType.COMMA,
        TokenType.SEMICOLON,
    }
)


_WITHOUT_CONDITION = frozenset({TokenType.CROSS, TokenType.NATURAL})
_ENDS_FROM = frozenset(
    {
        *(TokenType.WHERE, TokenType.GROUP_BY, TokenType.ORDER_BY, TokenType.HAVING),
        *(TokenType.LIMIT, TokenType.OFFSET, TokenType.UNION, TokenType.EXCEPT),
        *(TokenType.INTERSECT, TokenType.R_PAREN, TokenType.COMMA, TokenType.WINDOW),
    }
)


def check_tokens(sql: str, tokens: Sequence[Token]) -> None:
    """Refuse tokens that only other dialects have."""
    _check_start(sql, tokens)
    for index, token in enumerate(tokens):
        following = tokens[index + 1] if index + 1 < len(tokens) else None
        if token.token_type in _BEFORE_NAMES and following and _is_string(following):
            raise _mismatched_input(sql, following)
        if _is_foreign(sql, token, following):
            raise _mismatched_input(sql, token)
        if _starts_with_digit(sql, token, following):
            text = "identifiers must not start with a digit"
            raise MalformedQuery(text, *find_position(sql, token.start))
    _check_limit_order(sql, tokens)
    _check_joins(sql, tokens)


def _check_start(sql: str, tokens: Sequence[Token]) -> None:
    if tokens and tokens[0].token_type not in _STARTS:
        raise _mismatched_input(sql, tokens[0])


def _is_string(token: Token) -> bool:
    return token.token_type is TokenType.STRING


def _starts_with_digit(sql: str, token: Token, following: Token | None) -> bool:
    """Recognise what is no number, such as `1a`; a name right behind `1.5` is an alias."""
    if not sql[token.start].isdecimal():
        return False
    if token.token_type is not TokenType.NUMBER:
        return True
    is_adjacent = following is not None and following.start == token.end + 1
    text = sql[token.start : token.end + 1]
    return is_adjacent and "." not in text and re.match(r"\w", sql[token.end + 1]) is not None


def _is_foreign(sql: str, token: Token, following: Token | None) -> bool:
    text = sql[token.start : token.end + 1].upper()
    if token.token_type in _FOREIGN_TOKENS or text in _FOREIGN_TEXTS or text.startswith("`"):
        return True
    if token.token_type is TokenType.ALIAS and following is None:
        return True
    if text == "JSON_TABLE":
        return following is None or following.token_type is not TokenType.L_PAREN
    if token.token_type is TokenType.COMMA:
        return following is None or following.token_type in _ENDS_LIST
    return text == "USING" and following is not None and following.text.upper() == "SAMPLE"


def _check_limit_order(sql: str, tokens: Sequence[Token]) -> None:
    """Refuse OFFSET after LIMIT; in Athena it comes before."""
    limited: list[bool] = [False]
    for token in tokens:
        if token.token_type is TokenType.L_PAREN:
            limited.append(False)
        elif token.token_type is TokenType.R_PAREN and len(limited) > 1:
            limited.pop()
        elif token.token_type is TokenType.LIMIT:
            limited[-1] = True
        elif token.token_type is TokenType.OFFSET and limited[-1]:
            raise _mismatched_input(sql, token)


def _check_joins(sql: str, tokens: Sequence[Token]) -> None:
    """Refuse a JOIN without a condition, and a condition of a CROSS JOIN."""
    # At each depth of parentheses: how many joins wait for a condition, or None before the first.
    waiting: list[int | None] = [None]
    for previous, token in zip([None, *tokens], tokens, strict=False):
        kind, count = token.token_type, waiting[-1]
        if kind is TokenType.JOIN:
            needs = previous is None or previous.token_type not in _WITHOUT_CONDITION
            waiting[-1] = (count or 0) + needs
        elif kind in (TokenType.ON, TokenType.USING) and count is not None:
            if count == 0:
                raise _mismatched_input(sql, token)
            waiting[-1] = count - 1
        elif kind in _ENDS_FROM:
            if count:
                raise _mismatched_input(sql, token)
            waiting[-1] = None
        if kind is TokenType.L_PAREN:
            waiting.append(None)
        elif kind is TokenType.R_PAREN and len(waiting) > 1:
            waiting.pop()
    if waiting[-1]:
        raise _mismatched_input(sql, tokens[-1])


def _mismatched_input(sql: str, token: Token) -> MalformedQuery:
    shown = sql[token.start : token.end + 1]
    text = f"mismatched input '{shown}'. Expecting: <expression>"
    return MalformedQuery(text, *find_position(sql, token.start))
