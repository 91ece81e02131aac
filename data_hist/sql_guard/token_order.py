"""Check which tokens may follow each other: sqlglot accepts syntax errors that Trino does not.

Except for the `?`, this is not a line of defence: the engine would refuse these texts too, but only
after the submit. Here the caller gets `invalid-sql` with a position at once.
"""

from collections.abc import Iterator, Sequence
from itertools import pairwise
from typing import NamedTuple

from data_hist.catalog.identifiers import RESERVED
from data_hist.sql_guard.allowlists import (
    BEFORE_EXPRESSION,
    FUNCTIONS,
    SET_OPERATORS,
    words,
)
from data_hist.sql_guard.lexer import Kind, Source, Token, describe

_END = Token(Kind.OPERATOR, 0, 0, "")
_NAMES = frozenset({Kind.WORD, Kind.QUOTED})
_CLAUSE_WORDS = words(
    """
    AND AS EXCEPT ELSE END ESCAPE FROM GROUP HAVING IN INTERSECT IS JOIN LIKE ON OR ORDER THEN UNION
    USING WHEN WHERE
    """
)
_NEED_OPERAND = words(
    """
    AND BETWEEN BY ELSE ESCAPE FROM HAVING IN JOIN LIKE ON OR SELECT THEN USING VALUES WHEN WHERE
    """
)
_COLON = "a cast is written CAST(x AS type), and a member of JSON json_extract_scalar(x, '$.name')"
_SIGNS = frozenset({"+", "-"})
_OPERATORS = (
    frozenset({"->", "<>", "!=", "<=", ">=", "||", "/", "%", "=", "<", ">", ".", ":"}) | _SIGNS
)
_OPENING = frozenset({"(", "[", ","})
_CLOSING = frozenset({")", "]", ",", ""})
_BEFORE_STAR = words("SELECT DISTINCT ALL , . (")
_AFTER_STAR = _CLOSING | words("EXCEPT FROM GROUP HAVING INTERSECT LIMIT OFFSET ORDER UNION WHERE")
_BEFORE_SELECT = words("ALL DISTINCT EXCEPT INTERSECT UNION ( )")
_QUERY_WORDS = words("ALL DISTINCT SELECT VALUES (")

# The next word tells a clause from a column of that name; None if the word is reserved.
_CLAUSE_RANKS: dict[str, tuple[int, frozenset[str] | None]] = {
    "WHERE": (1, None),
    "GROUP": (2, frozenset({"BY"})),
    "HAVING": (3, None),
    "ORDER": (4, frozenset({"BY"})),
    "OFFSET": (5, frozenset()),
    "LIMIT": (6, frozenset({"ALL"})),
    "FETCH": (6, frozenset({"FIRST", "NEXT"})),
}
_CLAUSE_ORDER = "the order is WHERE, GROUP BY, HAVING, ORDER BY, OFFSET, LIMIT"
_COUNT_WORDS = frozenset({"LIMIT", "OFFSET", "FIRST", "NEXT"})
_NOT_BEFORE_OPERAND = frozenset({")", "]", "."})


class Placeholder(NamedTuple):
    """A `?`; `count_word` is the word before it if that makes it a number of rows, else empty."""

    start: int
    end: int
    count_word: str


def check_neighbours(source: Source, tokens: list[Token]) -> None:
    """Refuse the first token that cannot follow the one before it."""
    for left, token in pairwise([*tokens, _END]):
        if _is_misplaced(left, token):
            if token is _END:
                detail = f"The query ends too early, after {describe(source, left)}."
                raise source.invalid(left.start, detail)
            raise _unexpected(source, token, left)
    for before, left, right in zip(tokens, tokens[1:], [*tokens[2:], _END], strict=False):
        _check_three(source, before, left, right)


def check_colons(source: Source, tokens: list[Token], brackets: dict[int, int]) -> None:
    """Refuse a `:` except between a key and its value, as in `json_object('a': 1)`."""
    allowed = {
        index
        for opening in brackets
        if tokens[opening].text == "(" and tokens[opening - 1][::3] == (Kind.WORD, "JSON_OBJECT")
        for index in _directly_inside(brackets, opening)
    }
    for index, token in enumerate(tokens):
        if token.text == ":" and _is_operator(token) and index not in allowed:
            raise source.invalid(token.start, f"The query has a syntax error at ':'; {_COLON}.")


def check_clause_order(source: Source, tokens: list[Token]) -> None:
    """Refuse a clause after one that it has to precede in the same query.

    sqlglot accepts any order, such as `LIMIT 5 OFFSET 10`.
    """
    reached = [0]
    for token, after in pairwise(tokens):
        if token.kind is Kind.OPERATOR:
            _follow_bracket(reached, token.text)
        elif token.kind is Kind.WORD and (token.text == "SELECT" or token.text in SET_OPERATORS):
            reached[-1] = 0
        rank = _rank(token, after)
        if rank and rank <= reached[-1]:
            detail = f"{token.text} stands too late or twice: {_CLAUSE_ORDER}."
            raise source.invalid(token.start, detail)
        reached[-1] = rank or reached[-1]


def find_placeholders(source: Source, tokens: Sequence[Token]) -> list[Placeholder]:
    """Find each `?`; refuse one where no operand begins.

    `DATE ?` would turn a string into a date.
    """
    found: list[Placeholder] = []
    for index, token in enumerate(tokens):
        if token.kind is Kind.PARAMETER:
            before = tokens[index - 1]
            count_word = _count_word(before)
            if not (count_word or _begins_operand(before)):
                raise source.refusal(
                    token.start, "PARAMETER", "A '?' may only stand for a whole value."
                )
            found.append(Placeholder(token.start, token.end, count_word))
    return found


def _unexpected(source: Source, token: Token, before: Token) -> Exception:
    place = f"at {describe(source, token)}, after {describe(source, before)}"
    return source.invalid(token.start, f"The query has a syntax error {place}.")


def _directly_inside(brackets: dict[int, int], opening: int) -> Iterator[int]:
    index = opening + 1
    while index < brackets[opening]:
        yield index
        index = brackets.get(index, index) + 1


def _is_misplaced(left: Token, token: Token) -> bool:
    if token.kind is Kind.WORD and token.text == "SELECT":
        return left.text not in _BEFORE_SELECT
    if _is_operator(left):
        return _cannot_follow_operator(left.text, token)
    return left.kind is Kind.WORD and _cannot_follow_word(left, token)


def _cannot_follow_word(left: Token, token: Token) -> bool:
    if left.text in ("UNION", "EXCEPT", "INTERSECT"):
        return token.text not in _QUERY_WORDS
    if left.text in ("AS", "USING"):
        return token.text != "(" and (left.text == "USING" or token.kind not in _NAMES)
    if left.text in ("FROM", "JOIN") and token.text in ("VALUES", "WITH"):
        return True
    is_clause = token.kind is Kind.WORD and token.text in _CLAUSE_WORDS
    return left.text in _NEED_OPERAND and (is_clause or _closes(token))


def _cannot_follow_operator(operator: str, token: Token) -> bool:
    if operator == ".":
        return token.kind not in _NAMES | {Kind.NUMBER} and token.text != "*"
    wants_operand = operator in _OPERATORS or operator == ","
    if token.kind is Kind.WORD:
        return wants_operand and token.text in _CLAUSE_WORDS
    if wants_operand and _closes(token):
        return True
    return operator in _OPENING and token.text == "," and _is_operator(token)


def _is_operator(token: Token) -> bool:
    return token.kind is Kind.OPERATOR


def _closes(token: Token) -> bool:
    return _is_operator(token) and token.text in _CLOSING


def _check_three(source: Source, before: Token, left: Token, right: Token) -> None:
    """Refuse a token that does not fit between its neighbours."""
    if left.kind is Kind.WORD and _is_foreign(before, left, right):
        raise _unexpected(source, left, before)
    if not _is_operator(left):
        counts = before.text == "LIMIT" and left.kind in (Kind.NUMBER, Kind.PARAMETER)
        if counts and right.text == ",":
            raise source.invalid(right.start, "LIMIT takes one number; OFFSET skips rows.")
    elif left.text == "*":
        _check_star(source, before, left, right)
    elif left.text == "(" and right.text == ")" and before.kind is Kind.WORD:
        # `()` follows the name of a function, and stands in grouping sets and windows.
        if before.text in RESERVED and before.text.lower() not in FUNCTIONS:
            raise source.invalid(right.start, "There is nothing between these brackets.")
    elif left.text == "[" and _starts_expression(before):
        raise source.invalid(left.start, "An array is written ARRAY[...].")
    elif left.text == "." and not _is_dotted(before, right):
        raise _unexpected(source, left, before)


def _is_foreign(before: Token, word: Token, right: Token) -> bool:
    """Whether this is syntax of other databases.

    Such as `x NOT NULL`, `WITH ROLLUP`, `(FROM t)` and `f(x, DISTINCT y)`.
    """
    if word.text == "NOT":
        ends_operand = before.kind in (Kind.QUOTED, Kind.STRING, Kind.NUMBER) or before.text == ")"
        is_name = before.kind is Kind.WORD and before.text not in RESERVED | BEFORE_EXPRESSION
        return right.text == "NULL" and (ends_operand or is_name)
    if word.text == "WITH":
        return right.text in ("ROLLUP", "CUBE", "TOTALS")
    if word.text == "FROM":
        return before.text == "(" and _is_operator(before)
    return word.text == "DISTINCT" and before.text == ","


def _is_dotted(before: Token, right: Token) -> bool:
    """Whether a dot is part of a name or begins a number."""
    if before.kind in (Kind.NUMBER, Kind.STRING):
        return False
    follows_name = before.kind in _NAMES and before.text not in RESERVED
    return (right.kind is Kind.NUMBER) != (follows_name or before.text in (")", "]"))


def _check_star(source: Source, before: Token, star: Token, right: Token) -> None:
    """Refuse a `*` that is neither all columns nor a product of two operands."""
    is_word = right.kind in (Kind.WORD, Kind.OPERATOR)
    if before.text in _BEFORE_STAR and before.kind in (Kind.WORD, Kind.OPERATOR):
        # WINDOW and FETCH are not reserved, so they may be names.
        misplaced = not is_word or right.text not in _AFTER_STAR | {"WINDOW", "FETCH", "AS"}
    else:
        misplaced = is_word and right.text in _AFTER_STAR - {"LIMIT", "OFFSET"}
    if misplaced:
        raise _unexpected(source, star, before)


def _starts_expression(before: Token) -> bool:
    if _is_operator(before):
        return before.text not in (")", "]")
    return before.kind is Kind.WORD and before.text in BEFORE_EXPRESSION & RESERVED


def _follow_bracket(reached: list[int], bracket: str) -> None:
    if bracket in ("(", "["):
        reached.append(0)
    elif bracket in (")", "]"):
        reached.pop()


def _rank(token: Token, after: Token) -> int:
    """Return the rank of a clause in the order; 0 if the token begins none."""
    if token.kind is not Kind.WORD or token.text not in _CLAUSE_RANKS:
        return 0
    rank, followers = _CLAUSE_RANKS[token.text]
    counts = token.text in ("OFFSET", "LIMIT") and after.kind in (Kind.NUMBER, Kind.PARAMETER)
    return rank if followers is None or after.text in followers or counts else 0


def _count_word(before: Token) -> str:
    return before.text if before.kind is Kind.WORD and before.text in _COUNT_WORDS else ""


def _begins_operand(before: Token) -> bool:
    if before.kind is Kind.OPERATOR:
        return before.text not in _NOT_BEFORE_OPERAND
    return before.kind is Kind.WORD and before.text in BEFORE_EXPRESSION
