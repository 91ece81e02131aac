"""Verify the rewritten text, as the second line of defence: only our sub-selects may read tables.

Lexes and parses the rewritten text again, and knows only which pieces it should contain.
"""

from collections.abc import Iterator, Sequence
from functools import lru_cache
from typing import NamedTuple

from sqlglot import exp

from data_hist.errors import InvalidSql, StatementNotAllowed
from data_hist.sql_guard import lexer, parser
from data_hist.sql_guard.allowlists import words
from data_hist.sql_guard.lexer import Kind, Lexed, Source, Token, lex
from data_hist.sql_guard.parser import offset_of
from data_hist.sql_guard.rewrite import Replacement
from data_hist.sql_guard.sub_select_shapes import (
    RewriteFault,
    TableView,
    check_empty_shape,
    check_shape,
    shape_of,
)

# Our own pieces come on top of what the caller may send.
_MAX_TOKENS = lexer.MAX_TOKENS * 3 // 2
# Parsing holds the interpreter for 25 microseconds a token. Of a longer text only the tokens are
# compared, which proves as much as long as the pieces are ours.
_MAX_PARSED_TOKENS = 8_000
# Most pieces are used again; the tokens of one of this length take about 50 kB.
_CACHED_PIECES = 128
_TOKENS_BEFORE_CONDITION = len(
    ("(", "SELECT", "1", "FROM", "catalog", ".", "database", ".", "table", "WHERE", "tenant")
)
_MAX_CACHED_CHARACTERS = 1_024
# Nothing listed for a kind: any token of it is a value.
_LITERAL_TOKENS: dict[Kind, frozenset[str]] = {
    Kind.WORD: words(
        """
        AS BIGINT CAST CHAR DATE DECIMAL FALSE INFINITY INT INTEGER JSON NAN NULL REAL SMALLINT TIME
        TIMESTAMP TINYINT TRUE VARCHAR
        """
    ),
    Kind.OPERATOR: frozenset({"(", ")", ",", "-"}),
    Kind.NUMBER: frozenset(),
    Kind.STRING: frozenset(),
}


class SubSelect(NamedTuple):
    """A sub-select that replaces a table, and what it may show."""

    replacement: Replacement
    view: TableView


class _Piece(NamedTuple):
    """The tokens of a text of ours, and its shape: the text with all numbers and strings alike."""

    tokens: Sequence[tuple[Kind, str]]
    shape: str


def check_frame(
    frame: str,
    tokens: Sequence[Token],
    *,
    fixed: Sequence[Replacement],
    sub_selects: Sequence[SubSelect],
) -> None:
    """Raise unless the frame is the caller's text with our pieces, and only these name tables.

    The sub-selects of a customer are complete in themselves, and cannot change how the rest parses.

    Args:
        frame: The caller's text with an empty sub-select for each table.
        tokens: The tokens of the caller's text.
        fixed: The other replacements that are the same for every customer.
        sub_selects: The empty sub-selects.
    """
    lexed = _check_tokens(frame, tokens, [*fixed, *(each.replacement for each in sub_selects)])
    for replacement, view in sub_selects:
        check_empty_shape(_piece(replacement.text).shape, view.table)
    if len(lexed.tokens) <= _MAX_PARSED_TOKENS:
        _check_tables(_parse(lexed), _places(fixed, sub_selects))


def check_sent(
    sent: str,
    tokens: Sequence[Token],
    *,
    fixed: Sequence[Replacement],
    literals: Sequence[Replacement],
    sub_selects: Sequence[SubSelect],
    customer_id: int | None,
) -> None:
    """Raise unless what is sent is the frame with literals, and sub-selects for this customer.

    Args:
        sent: The rewritten text.
        tokens: The tokens of the caller's text.
        fixed: The replacements that are the same for every customer.
        literals: The values of the `?`.
        sub_selects: The sub-selects that replace the tables.
        customer_id: The customer whose rows may be read; None for all rows.
    """
    shortened = _shorten(sent, [*fixed, *literals], sub_selects)
    emptied = [_emptied(*each) for each in sub_selects]
    _check_tokens(shortened, tokens, [*fixed, *literals, *emptied])
    for literal in literals:
        _check_literal(_piece(literal.text))
    for replacement, (_, view) in zip(emptied, sub_selects, strict=True):
        _check_sub_select(_piece(replacement.text), view, customer_id)


def _emptied(replacement: Replacement, view: TableView) -> Replacement:
    """Return a replacement with the empty head in place of that with the columns."""
    if not replacement.text.startswith(view.head):
        raise RewriteFault("a sub-select shows something else than its columns")
    return replacement._replace(text=view.empty_head + replacement.text[len(view.head) :])


def _shorten(sent: str, others: Sequence[Replacement], sub_selects: Sequence[SubSelect]) -> str:
    """Return the text with an empty head in each sub-select.

    Heads have been verified with their view. They are complete in themselves and begin and end as
    empty ones do, so the rest has the same tokens around either.
    """
    pieces: list[str] = []
    done = 0
    for place, view in _places(others, sub_selects).items():
        if not sent.startswith(view.head, place.start):
            raise RewriteFault("the rewritten query has other tokens than meant")
        pieces += (sent[done : place.start], view.empty_head)
        done = place.start + len(view.head)
    return "".join(pieces) + sent[done:]


def _check_tokens(text: str, tokens: Sequence[Token], replacements: list[Replacement]) -> Lexed:
    lexed = lex(Source(text), max_tokens=_MAX_TOKENS)
    if [(token.kind, token.text) for token in lexed.tokens] != list(_meant(tokens, replacements)):
        raise RewriteFault("the rewritten query has other tokens than meant")
    return lexed


def _meant(tokens: Sequence[Token], replacements: list[Replacement]) -> Iterator[tuple[Kind, str]]:
    pending = sorted(replacements, reverse=True)
    replaced_to = 0
    for token in tokens:
        if pending and pending[-1].start == token.start:
            replacement = pending.pop()
            replaced_to = replacement.end
            yield from _piece(replacement.text).tokens
        if token.start >= replaced_to:
            yield token.kind, token.text


def _piece(text: str) -> _Piece:
    return _lex_piece(text) if len(text) > _MAX_CACHED_CHARACTERS else _lex_cached_piece(text)


def _lex_piece(text: str) -> _Piece:
    tokens = lex(Source(text), max_tokens=_MAX_TOKENS).tokens
    return _Piece(tuple((token.kind, token.text) for token in tokens), shape_of(tokens))


_lex_cached_piece = lru_cache(_CACHED_PIECES)(_lex_piece)


def _parse(lexed: Lexed) -> exp.Expr:
    try:
        root = parser.parse(lexed)
    except parser.SyntaxFault:
        # sqlglot forgives some errors around a name, such as `FROM events *`, but none around a
        # sub-select; the tokens are right, so the error is the caller's.
        raise InvalidSql("The query has a syntax error.", code="SYNTAX_ERROR") from None
    except (parser.BudgetExceeded, RecursionError):
        # A sub-select adds a level of nesting, which may be one too many.
        raise StatementNotAllowed(
            "The query is too complex to be parsed; simplify it.", rule="TOO_COMPLEX"
        ) from None
    except Exception as error:
        raise RewriteFault("the rewritten query cannot be read") from error
    if root is None:
        raise RewriteFault("the rewritten query is empty")
    return root


def _places(
    others: Sequence[Replacement], sub_selects: Sequence[SubSelect]
) -> dict[range, TableView]:
    """Return which characters of the rewritten text belong to which sub-select, in their order."""
    views = {each.replacement: each.view for each in sub_selects}
    found: dict[range, TableView] = {}
    shift = 0
    for replacement in sorted([*others, *views]):
        start = replacement.start + shift
        shift += len(replacement.text) - (replacement.end - replacement.start)
        if replacement in views:
            found[range(start, replacement.end + shift)] = views[replacement]
    return found


def _check_tables(root: exp.Expr, expected: dict[range, TableView]) -> None:
    """Raise unless each table is a WITH's, or that of a sub-select at its place."""
    nodes = list(root.walk())
    ctes = {node.alias.lower() for node in nodes if isinstance(node, exp.CTE)}
    missing = dict(expected)
    for table in (node for node in nodes if isinstance(node, exp.Table)):
        if table.args.get("db") is None and table.name.lower() in ctes:
            continue
        place = next((each for each in missing if offset_of(table.parts[0]) in each), None)
        if place is None or not _is_in_sub_select(table, missing.pop(place)):
            raise RewriteFault("the rewritten query names a table outside our sub-selects")
    if missing:
        raise RewriteFault("the rewritten query lacks one of our sub-selects")


def _is_in_sub_select(table: exp.Table, view: TableView) -> bool:
    """Whether a table of the frame is the one of its sub-select, and parsed as such."""
    select = table.parent_select
    is_named = tuple(part.name for part in table.parts) == view.table
    return is_named and select is not None and isinstance(select.parent, exp.Subquery)


def _check_literal(piece: _Piece) -> None:
    """Raise unless a literal is one value: without names, and complete in itself."""
    depth = 0
    for kind, text in piece.tokens:
        depth += (text == "(") - (text == ")")
        allowed = _LITERAL_TOKENS.get(kind)
        if allowed is None or depth < 0 or (allowed and text not in allowed):
            raise RewriteFault("a literal is more than a value")
    if depth:
        raise RewriteFault("a literal is more than a value")


def _check_sub_select(piece: _Piece, view: TableView, customer_id: int | None) -> None:
    """Raise unless a piece, with an empty head, has the rows that this customer may see."""
    check_shape(piece.shape, view, is_scoped=customer_id is not None)
    if customer_id is None:
        return
    is_text = view.tenant is not None and view.tenant.is_text
    expected = ["=", f"'{customer_id}'" if is_text else str(customer_id)]
    condition = piece.tokens[_TOKENS_BEFORE_CONDITION : _TOKENS_BEFORE_CONDITION + len(expected)]
    if [text for _, text in condition] != expected:
        raise RewriteFault("a sub-select is not that of the customer")
