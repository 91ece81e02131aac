"""Rewrite the query `TABLE t` to `SELECT * FROM t`, in all places where a query may stand."""

from collections.abc import Collection, Iterator, Sequence

from sqlglot.parsers.trino import TrinoParser
from sqlglot.tokenizer_core import Token, TokenType

from local_athena.errors import MalformedQuery, find_position

_BEFORE_QUERY = frozenset(
    {
        *(TokenType.L_PAREN, TokenType.R_PAREN, TokenType.ALL, TokenType.DISTINCT),
        *(TokenType.UNION, TokenType.EXCEPT, TokenType.INTERSECT),
    }
)
_BEHIND_QUERY = frozenset(
    {
        *(TokenType.ORDER_BY, TokenType.OFFSET, TokenType.LIMIT, TokenType.FETCH),
        *(TokenType.UNION, TokenType.EXCEPT, TokenType.INTERSECT),
        *(TokenType.R_PAREN, TokenType.SEMICOLON),
    }
)
_WRITTEN_OUT = ((TokenType.SELECT, "SELECT"), (TokenType.STAR, "*"), (TokenType.FROM, "FROM"))


def write_out_tables(sql: str, tokens: Sequence[Token]) -> list[Token]:
    """Replace the word TABLE where it begins a query, or refuse it unless it begins a function."""
    return list(_write_out(sql, tokens))


def _write_out(sql: str, tokens: Sequence[Token]) -> Iterator[Token]:
    for index, token in enumerate(tokens):
        if token.token_type is not TokenType.TABLE:
            yield token
        elif index == 0 or tokens[index - 1].token_type in _BEFORE_QUERY:
            _check_name(sql, tokens[index + 1 :])
            place = (token.line, token.col, token.start, token.end)
            yield from (Token(kind, text, *place) for kind, text in _WRITTEN_OUT)
        else:
            _check(sql, tokens[index + 1 :], (TokenType.L_PAREN,))
            yield token


def _check_name(sql: str, tokens: Sequence[Token]) -> None:
    """Check that a name is first, and then what may stand behind a query."""
    _check(sql, tokens, TrinoParser.ID_VAR_TOKENS)
    following = tokens[1:]
    if following and following[0].token_type is TokenType.DOT:
        _check_name(sql, following[1:])
    elif following:
        _check(sql, following, _BEHIND_QUERY)


def _check(sql: str, tokens: Sequence[Token], expected: Collection[TokenType]) -> None:
    if not tokens or tokens[0].token_type not in expected:
        start, end = (tokens[0].start, tokens[0].end + 1) if tokens else (len(sql), len(sql))
        text = f"mismatched input '{sql[start:end] or '<EOF>'}'. Expecting: <identifier>"
        raise MalformedQuery(text, *find_position(sql, start))
