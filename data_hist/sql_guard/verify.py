"""Verify the rewritten text: every table it names must be inside a sub-select of ours.

A text is read twice: as written, and as its frame, in which a short sub-select stands for each
table. What is sent has the tokens of the frame, with the sub-selects of the customer and the
literals of the parameters in their places. Each of these is closed in itself, so that it cannot
change how the text around it is read; each is checked for what it may be.

The last check before a query leaves, made on the text alone. A failure is a bug of the guard, never
the caller's, so it is no `RequestError`.
"""

from collections.abc import Collection, Iterator, Sequence
from functools import lru_cache
from typing import NamedTuple

from sqlglot import exp

from data_hist.errors import InvalidSql, StatementNotAllowed
from data_hist.sql_guard import limits, parser
from data_hist.sql_guard.checks import offset
from data_hist.sql_guard.diagnostics import Source
from data_hist.sql_guard.keywords import words
from data_hist.sql_guard.lexer import Kind, Lexed, Token, lex
from data_hist.sql_guard.rewrite import Replacement
from data_hist.sql_guard.sub_select_check import (
    Piece,
    RewriteFault,
    Shown,
    check_sub_select,
    lexed_piece,
)

# Our own pieces come on top of what the caller may send.
_MAX_TOKENS = limits.MAX_TOKENS * 3 // 2
# Reading costs about 25 microseconds a token and blocks the process; a longer text has to do with
# the comparison of its tokens, which proves the same as long as the pieces are ours.
_MAX_READ_TOKENS = 8_000
# What is put in is mostly put in again; a text of this length takes some 50 kB as tokens.
_SHORT_PIECES = 128
_LONGEST_SHORT_PIECE = 1_024
_WORDS_OF_LITERALS = words(
    """
    AS BIGINT CAST CHAR DATE DECIMAL FALSE INFINITY INT INTEGER JSON NAN NULL REAL SMALLINT TIME
    TIMESTAMP TINYINT TRUE VARCHAR
    """
)
_SIGNS_OF_LITERALS = frozenset({"(", ")", ",", "-"})


class SubSelect(NamedTuple):
    """What takes the place of a table, and what it may show."""

    replacement: Replacement
    allowed: Shown


def check_frame(
    frame: str, tokens: Sequence[Token], replacements: list[Replacement], stand_ins: Collection[str]
) -> None:
    """Raise unless the frame is the caller's tokens with our pieces, and all its tables are ours.

    Args:
        frame: The caller's text with a stand-in for each table.
        tokens: The tokens of the caller's text.
        replacements: What was put into it, and where.
        stand_ins: Each sub-select that was put into it.
    """
    lexed = _check_tokens(frame, tokens, replacements)
    if len(lexed.tokens) <= _MAX_READ_TOKENS:
        _check_tables(frame, _read(lexed), stand_ins)


def check_sent(
    sent: str,
    tokens: Sequence[Token],
    *,
    fixed: Sequence[Replacement],
    literals: Sequence[Replacement],
    sub_selects: Sequence[SubSelect],
    customer_id: int | None,
) -> None:
    """Raise unless what is sent is the frame, with sub-selects for this customer and with literals.

    Args:
        sent: The rewritten text.
        tokens: The tokens of the caller's text.
        fixed: What was put into the frame as well.
        literals: The value of each `?`.
        sub_selects: What was put in the place of the stand-ins.
        customer_id: Whose rows may be read; None for everybody's.
    """
    _check_tokens(sent, tokens, [*fixed, *literals, *(each.replacement for each in sub_selects)])
    for literal in literals:
        _check_literal(_piece(literal.text))
    for replacement, allowed in sub_selects:
        check_sub_select(_piece(replacement.text), allowed, customer_id)


def _check_tokens(text: str, tokens: Sequence[Token], replacements: list[Replacement]) -> Lexed:
    lexed = lex(Source(text), max_tokens=_MAX_TOKENS)
    if [(token.kind, token.text) for token in lexed.tokens] != list(_meant(tokens, replacements)):
        raise RewriteFault("the rewritten query has other tokens than meant")
    return lexed


def _check_literal(piece: Piece) -> None:
    """Raise unless a value is one: without a name, and closed in itself."""
    depth = 0
    for kind, text in piece.tokens:
        depth += (text == "(") - (text == ")")
        if not _may_be_in_literal(kind, text) or depth < 0:
            raise RewriteFault("a literal is more than a value")
    if depth:
        raise RewriteFault("a literal is more than a value")


def _may_be_in_literal(kind: Kind, text: str) -> bool:
    if kind is Kind.WORD:
        return text in _WORDS_OF_LITERALS
    if kind is Kind.OPERATOR:
        return text in _SIGNS_OF_LITERALS
    return kind in (Kind.NUMBER, Kind.STRING)


def _piece(text: str) -> Piece:
    if len(text) > _LONGEST_SHORT_PIECE:
        return lexed_piece(text, _MAX_TOKENS)
    return _short_piece(text)


@lru_cache(_SHORT_PIECES)
def _short_piece(text: str) -> Piece:
    return lexed_piece(text, _MAX_TOKENS)


def _read(lexed: Lexed) -> exp.Expr | None:
    try:
        return parser.parse(lexed.code, lexed.tokens)
    except parser.SyntaxFault:
        # sqlglot forgives some faults around a name, such as `FROM events *`, and none around a
        # sub-select; the tokens are right, so the fault was in the caller's text.
        raise InvalidSql("The query has a syntax error.", code="SYNTAX_ERROR") from None
    except (parser.BudgetExceeded, RecursionError):
        # Our sub-selects add a level, which may be one too many.
        raise StatementNotAllowed(
            "The query is too complex to be read.", rule="TOO_COMPLEX"
        ) from None
    except Exception as fault:
        raise RewriteFault("the rewritten query cannot be read") from fault


def _meant(tokens: Sequence[Token], replacements: list[Replacement]) -> Iterator[tuple[Kind, str]]:
    waiting = sorted(replacements, reverse=True)
    replaced_to = 0
    for token in tokens:
        if waiting and waiting[-1].start == token.start:
            piece = waiting.pop()
            replaced_to = piece.end
            yield from _piece(piece.text).tokens
        if token.start >= replaced_to:
            yield token.kind, token.text


def _check_tables(frame: str, root: exp.Expr | None, stand_ins: Collection[str]) -> None:
    if root is None:
        raise RewriteFault("the rewritten query is empty")
    nodes = list(root.walk())
    named = {node.alias.lower() for node in nodes if isinstance(node, exp.CTE)}
    found = 0
    for table in (node for node in nodes if isinstance(node, exp.Table)):
        first = table.args.get("catalog")
        if first is not None and _is_stand_in(frame, offset(first), stand_ins):
            found += 1
        elif table.args.get("db") is not None or table.name.lower() not in named:
            raise RewriteFault("the rewritten query names a table outside our sub-selects")
    if found != len(stand_ins):
        raise RewriteFault("the rewritten query lacks one of our sub-selects")


def _is_stand_in(frame: str, place: int, stand_ins: Collection[str]) -> bool:
    """Whether one of our sub-selects has the name of its table at this place."""
    start = frame.rfind("(SELECT ", 0, place)
    return any(
        frame.startswith(text, start) and start + text.index(" FROM ") + 6 == place
        for text in stand_ins
    )
