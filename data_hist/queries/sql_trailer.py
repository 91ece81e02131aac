"""The comment at the end of the SQL that is sent, from which the service recovers its state.

Athena returns it with every description. It holds the text that the guard replaced, from which
follow the caller's SQL, its parameters and the positions of errors, and the query's time bounds.
"""

import re
from collections.abc import Iterator, Sequence
from dataclasses import replace
from typing import NamedTuple
from urllib.parse import quote, unquote

from data_hist.athena.executions import Query
from data_hist.errors import QueryTooLarge
from data_hist.pruning.time_range import Anchor, Base, TimeBounds, TimeRange
from data_hist.sql_guard.guard import MAX_SQL_BYTES
from data_hist.sql_guard.literal_values import parse_literal
from data_hist.sql_guard.literals import Parameter
from data_hist.sql_guard.rewrite import Edit, Replacement, replace_all


class Position(NamedTuple):
    """A position in a text; both count from 1."""

    line: int
    column: int


class _Piece(NamedTuple):
    """An edit as the trailer encodes it.

    `removed` is the text that was replaced. In the trailers of older versions, where `exact` is
    false, it is only a text with the same line lengths.
    """

    start: int
    inserted: int
    removed: str
    exact: bool


_TRAILER = "\n-- data_hist:"
# No edit and no bound has an exclamation mark.
_UNBOUNDED = " !unbounded"
_PIECE = re.compile(
    r" (\d{1,6})\+(?:(\d{1,6})=(\S*)|(\d{1,6})/(\d{1,6})/(\d{1,6})/(\d{1,6}))", re.ASCII
)
_BOUNDS = re.compile(r" @(\S*)", re.ASCII)
_TIME_RANGE = re.compile(r"([a-z]+):(-?\d{1,6}):(-?\d{1,16})?:(-?\d{1,16})?;", re.ASCII)


def append_trailer(
    sent: str,
    caller_sql: str,
    edits: Sequence[Edit],
    bounds: Sequence[TimeBounds] = (),
    *,
    is_unbounded: bool = False,
) -> str:
    """Append the trailer to the SQL that is sent, unless Athena's limit has no room for it.

    Args:
        sent: The rewritten SQL.
        caller_sql: The SQL as the caller wrote it.
        edits: How the rewritten SQL differs from it.
        bounds: The time bounds of each table reference.
        is_unbounded: Whether to warn that one of them has no bounds.

    Raises:
        QueryTooLarge: There is no room, and a line of the SQL would be taken for the trailer.
    """
    trailer = _TRAILER + "".join(_encode_edit(caller_sql, edit) for edit in edits)
    trailer += "".join(dict.fromkeys(map(_encode_bounds, bounds)))
    trailer += _UNBOUNDED if is_unbounded else ""
    if len((sent + trailer).encode()) <= MAX_SQL_BYTES:
        return sent + trailer
    if _TRAILER in sent:
        raise QueryTooLarge("A query of this length may have no line that begins '-- data_hist:'.")
    return sent


def read_caller_sql(sent: str) -> str | None:
    """Return the SQL as the caller wrote it; None if the trailer does not tell."""
    read = _read_exactly(sent)
    return read and _restore(*read, 0)[0]


def read_parameters(sent: str) -> list[Parameter] | None:
    """Return the values of the `?` in the caller's SQL; None if the trailer does not tell."""
    read = _read_exactly(sent)
    if read is None:
        return None
    try:
        return [parse_literal(literal.text.strip(" ")) for literal in _literals(*read)]
    except ValueError:
        # Others may use the same workgroup, and write what they like into a comment.
        return None


def read_bound_sql(sent: str) -> str | None:
    """Return the caller's SQL with a literal in place of each `?`; None as above."""
    read = _read_exactly(sent)
    return read and replace_all(_restore(*read, 0)[0], _literals(*read))[0]


def with_caller_position(query: Query) -> Query:
    """Let the failure of a query refer to the caller's SQL."""
    failure = query.failure
    if failure is None:
        return query
    line, column = translate_line_and_column(query.sql, failure.line, failure.column)
    return replace(query, failure=replace(failure, line=line, column=column))


def translate_line_and_column(
    sent: str, line: int | None, column: int | None
) -> tuple[int | None, int | None]:
    """Translate a position in the sent SQL to the caller's; both are None if it is unknown."""
    if line is None or column is None:
        return None, None
    return translate_position(sent, line, column) or (None, None)


def translate_position(sent: str, line: int, column: int) -> Position | None:
    """Translate a position in the sent SQL to the caller's; None if the SQL has no trailer."""
    body, trailer, encoded = sent.rpartition(_TRAILER)
    if not trailer:
        return None
    offset = _offset(body, line, column)
    text, caller_offset = _restore(body, _decode_pieces(encoded), offset)
    before = text[:caller_offset]
    return Position(before.count("\n") + 1, caller_offset - before.rfind("\n"))


def read_time_bounds(sent: str) -> list[TimeBounds]:
    """Return the distinct time bounds of the table references; none if the SQL has no trailer."""
    _, trailer, encoded = sent.rpartition(_TRAILER)
    return [_decode_bounds(match[1]) for match in _BOUNDS.finditer(encoded if trailer else "")]


def is_marked_unbounded(sent: str) -> bool:
    """Whether the trailer says to warn of a table without time bounds."""
    _, trailer, encoded = sent.rpartition(_TRAILER)
    return bool(trailer) and encoded.endswith(_UNBOUNDED)


def _read_exactly(sent: str) -> tuple[str, Sequence[_Piece]] | None:
    """Return the rewritten SQL and its edits, if they tell which text was replaced."""
    body, trailer, encoded = sent.rpartition(_TRAILER)
    pieces = _decode_pieces(encoded)
    return (body, pieces) if trailer and all(piece.exact for piece in pieces) else None


def _literals(body: str, pieces: Sequence[_Piece]) -> Iterator[Replacement]:
    """Find what replaced each `?`, with the spaces around it."""
    shift = 0
    for piece in pieces:
        start = piece.start + shift
        if piece.removed == "?":
            text = body[start : start + piece.inserted]
            yield Replacement(piece.start, piece.start + 1, text)
        shift += piece.inserted - len(piece.removed)


def _encode_bounds(bounds: TimeBounds) -> str:
    ranges = (
        f"{anchor.base}:{anchor.months}:{_encode_end(time_range.low)}:{_encode_end(time_range.high)};"
        for anchor, time_range in sorted(bounds.items())
    )
    return f" @{''.join(ranges)}"


def _encode_end(end: int | None) -> str:
    return "" if end is None else str(end)


def _decode_bounds(encoded: str) -> TimeBounds:
    return {
        Anchor(Base(base), int(months)): TimeRange(
            int(low) if low else None, int(high) if high else None
        )
        for base, months, low, high in _TIME_RANGE.findall(encoded)
        if base in set(Base)
    }


def _encode_edit(caller_sql: str, edit: Edit) -> str:
    removed = caller_sql[edit.start : edit.start + edit.removed]
    # Quoted, so that the text neither ends the comment nor looks like another part of it.
    return f" {edit.start}+{edit.inserted}={quote(removed, safe='')}"


def _decode_pieces(encoded: str) -> Sequence[_Piece]:
    """Decode the edits in order; none from a trailer that no release of this service wrote."""
    pieces: list[_Piece] = []
    end = 0
    for match in _PIECE.finditer(encoded):
        piece = _decode_piece(*match.groups())
        is_next = piece.start >= end
        end = piece.start + len(piece.removed)
        # Others may use the same workgroup; their SQL must cost neither time nor memory.
        if not is_next or end > MAX_SQL_BYTES:
            return []
        pieces.append(piece)
    return pieces


def _decode_piece(start: str, inserted: str, removed: str | None, *outline: str) -> _Piece:
    if removed is None:
        return _decode_outline(int(start), *map(int, outline))
    return _Piece(int(start), int(inserted), unquote(removed), exact=True)


def _decode_outline(start: int, removed: int, inserted: int, newlines: int, tail: int) -> _Piece:
    """Decode an edit of an older trailer; `tail` counts what was removed after the last newline."""
    head = removed - newlines - tail
    return _Piece(start, inserted, "." * head + "\n" * newlines + "." * tail, exact=False)


def _offset(text: str, line: int, column: int) -> int:
    lines = text.split("\n")
    return sum(len(before) + 1 for before in lines[: line - 1]) + column - 1


def _restore(body: str, pieces: Sequence[_Piece], offset: int) -> tuple[str, int]:
    """Return the caller's SQL, and the offset in it of an offset in the sent body."""
    text: list[str] = []
    sent_at = caller_at = 0
    shift: int | None = None
    for piece in pieces:
        sent_start = sent_at + piece.start - caller_at
        if shift is None and offset < sent_start:
            shift = caller_at - sent_at
        elif shift is None and offset < sent_start + piece.inserted:
            shift = piece.start - offset
        text += [body[sent_at:sent_start], piece.removed]
        sent_at = sent_start + piece.inserted
        caller_at = piece.start + len(piece.removed)
    text.append(body[sent_at:])
    return "".join(text), offset + (caller_at - sent_at if shift is None else shift)
