"""Check the functions that a query calls against the allowlist, on tokens, before parsing.

A name followed by an opening bracket is a call, except where the grammar itself puts a bracket
after a name: keywords, and the column lists of aliases and common table expressions.
"""

from collections.abc import Collection, Iterator, Mapping
from pathlib import Path

from data_hist.spelling import offer, sentence, short
from data_hist.sql_guard.diagnostics import Source
from data_hist.sql_guard.keywords import BEFORE_BRACKET, BEFORE_EXPRESSION
from data_hist.sql_guard.lexer import Kind, Token

FILE = Path(__file__).with_name("function_allowlist.txt")

FOREIGN_FILE = Path(__file__).with_name("foreign_functions.txt")


def _lines(file: Path) -> Iterator[str]:
    lines = file.read_text(encoding="utf-8").splitlines()
    return (line for line in lines if not line.startswith("#"))


ALLOWED = frozenset(_lines(FILE))

FOREIGN: Mapping[str, str] = dict(line.split(": ", 1) for line in _lines(FOREIGN_FILE))
"""What to write in place of a function of another database."""

_NAMES = frozenset({Kind.WORD, Kind.QUOTED})
# Words before a bracket where an expression or a table begins.
_CALLABLE = ALLOWED | {"CAST", "TRY_CAST", "EXISTS", "NOT", "UNNEST", "ROW", "MAP"}


def check_calls(source: Source, tokens: list[Token], brackets: dict[int, int]) -> None:
    """Refuse the first call of a function that is not on the list."""
    for index in range(1, len(tokens)):
        if tokens[index].text == "(" and tokens[index - 1].kind in _NAMES:
            _check_name(source, tokens, index - 1, brackets[index])


def refusal(source: Source, offset: int, name: str, near: Collection[str] = _CALLABLE) -> Exception:
    """A function that is not allowed, and what may be meant: one of the names near it."""
    lower = name.lower()
    instead = f"; write {FOREIGN[lower]}." if lower in FOREIGN else offer(name, near)
    detail = sentence(f"Function '{short(lower)}' is not allowed{instead}")
    return source.refusal(offset, "FUNCTION_NOT_ALLOWED", detail)


def _check_name(source: Source, tokens: list[Token], index: int, closing: int) -> None:
    name = tokens[index]
    if index and tokens[index - 1].text == "." and tokens[index - 1].kind is Kind.OPERATOR:
        raise refusal(source, name.start, name.name)
    if name.kind is Kind.WORD and (name.text in BEFORE_BRACKET or name.text.lower() in ALLOWED):
        return
    if not _is_column_list(tokens, index, closing):
        if name.text == "MATCH_RECOGNIZE":
            raise source.refusal(
                name.start, "UNSUPPORTED", "MATCH_RECOGNIZE is not allowed in a query."
            )
        near = BEFORE_BRACKET if _ends_an_operand(tokens[index - 1]) else _CALLABLE
        raise refusal(source, name.start, name.name, near)


def _is_column_list(tokens: list[Token], index: int, closing: int) -> bool:
    inside = tokens[index + 2 : closing]
    if not all(token.kind in _NAMES or token.text == "," for token in inside):
        return False
    return _ends_an_operand(tokens[index - 1]) or _begins_a_cte(tokens, closing)


def _ends_an_operand(token: Token) -> bool:
    """Whether a name after this token can only be an alias."""
    if token.kind is Kind.WORD:
        return token.text not in BEFORE_EXPRESSION
    return token.kind is Kind.QUOTED or token.text == ")"


def _begins_a_cte(tokens: list[Token], closing: int) -> bool:
    return [token.text for token in tokens[closing + 1 : closing + 3]] == ["AS", "("]
