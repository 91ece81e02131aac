"""Check the order of clauses, which sqlglot ignores: `LIMIT 5 OFFSET 10` is not valid in Trino.

A courtesy, like `syntax`: the engine would refuse it too, but later.
"""

from itertools import pairwise

from data_hist.sql_guard.diagnostics import Source
from data_hist.sql_guard.keywords import SET_OPERATORS
from data_hist.sql_guard.lexer import Kind, Token

# What follows tells a clause from a column of that name; None: the word is reserved.
_CLAUSES: dict[str, tuple[int, frozenset[str] | None]] = {
    "WHERE": (1, None),
    "GROUP": (2, frozenset({"BY"})),
    "HAVING": (3, None),
    "ORDER": (4, frozenset({"BY"})),
    "OFFSET": (5, frozenset()),
    "LIMIT": (6, frozenset({"ALL"})),
    "FETCH": (6, frozenset({"FIRST", "NEXT"})),
}
_ORDER = "the order is WHERE, GROUP BY, HAVING, ORDER BY, OFFSET, LIMIT"


def check_order(source: Source, tokens: list[Token]) -> None:
    """Refuse a clause that stands after one it must precede, in the same query."""
    reached = [0]
    for token, after in pairwise(tokens):
        if token.kind is Kind.OPERATOR:
            _follow_bracket(reached, token.text)
        elif token.kind is Kind.WORD and (token.text == "SELECT" or token.text in SET_OPERATORS):
            reached[-1] = 0
        rank = _rank(token, after)
        if rank and rank <= reached[-1]:
            raise source.invalid(token.start, f"{token.text} stands too late or twice: {_ORDER}.")
        reached[-1] = rank or reached[-1]


def _follow_bracket(reached: list[int], bracket: str) -> None:
    if bracket in ("(", "["):
        reached.append(0)
    elif bracket in (")", "]"):
        reached.pop()


def _rank(token: Token, after: Token) -> int:
    """The place of a clause among its like; 0 for a token that begins none."""
    if token.kind is not Kind.WORD or token.text not in _CLAUSES:
        return 0
    rank, followers = _CLAUSES[token.text]
    counts = token.text in ("OFFSET", "LIMIT") and after.kind in (Kind.NUMBER, Kind.PARAMETER)
    return rank if followers is None or after.text in followers or counts else 0
