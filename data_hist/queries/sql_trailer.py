"""What the service has to know of a query later on, sent along with its SQL.

The service keeps no state, so this travels as a comment in the last line, which Athena gives back
with every description: the pieces that the guard replaced, which give back the caller's own text
and the places of errors in it, and the times of arrival that the query asks for.
"""

import re
from collections.abc import Sequence
from typing import NamedTuple
from urllib.parse import quote, unquote

from data_hist.errors import QueryTooLarge
from data_hist.pruning.time_range import Anchor, Base, Span, TimeRange
from data_hist.sql_guard import MAX_SQL_BYTES, Edit


class Position(NamedTuple):
    """A place in a text; both count from 1."""

    line: int
    column: int


class _Piece(NamedTuple):
    """An edit as it travels.

    `removed` is the text that stood there, or where `exact` is false, as in the trailers of older
    versions, only a text of the same lines.
    """

    start: int
    inserted: int
    removed: str
    exact: bool


_TRAILER = "\n-- data_hist:"
_PIECE = re.compile(
    r" (\d{1,6})\+(?:(\d{1,6})=(\S*)|(\d{1,6})/(\d{1,6})/(\d{1,6})/(\d{1,6}))", re.ASCII
)
_RANGE = re.compile(r" @(\S*)", re.ASCII)
_SPAN = re.compile(r"([a-z]+):(-?\d{1,6}):(-?\d{1,16})?:(-?\d{1,16})?;", re.ASCII)


def annotate(
    sent: str, written: str, edits: Sequence[Edit], ranges: Sequence[TimeRange] = ()
) -> str:
    """Append a comment to the SQL that is sent, where Athena's limit has room.

    Args:
        sent: The SQL.
        written: What the caller wrote.
        edits: How the one became the other.
        ranges: What each table reference asks for.

    Raises:
        QueryTooLarge: There is no room, and the caller's own text would be read as the comment.
    """
    trailer = _TRAILER + "".join(_encoded_edit(written, edit) for edit in edits)
    trailer += "".join(dict.fromkeys(map(_encoded_range, ranges)))
    if len((sent + trailer).encode()) <= MAX_SQL_BYTES:
        return sent + trailer
    if _TRAILER in sent:
        raise QueryTooLarge("A query of this length may have no line that begins '-- data_hist:'.")
    return sent


def caller_text(sent: str) -> str | None:
    """What the caller wrote; None where the sent SQL does not tell."""
    body, trailer, encoded = sent.rpartition(_TRAILER)
    pieces = _decoded(encoded)
    if not trailer or not all(piece.exact for piece in pieces):
        return None
    return _restored(body, pieces, 0)[0]


def caller_place(sent: str, line: int | None, column: int | None) -> tuple[int | None, int | None]:
    """Where a place in the sent SQL lies in the caller's; no place is none there either."""
    if line is None or column is None:
        return None, None
    return caller_position(sent, line, column) or (None, None)


def caller_position(sent: str, line: int, column: int) -> Position | None:
    """Translate a position in the sent SQL; None where the SQL carries no edits."""
    body, trailer, encoded = sent.rpartition(_TRAILER)
    if not trailer:
        return None
    offset = _offset(body, line, column)
    text, caller_offset = _restored(body, _decoded(encoded), offset)
    before = text[:caller_offset]
    return Position(before.count("\n") + 1, caller_offset - before.rfind("\n"))


def time_ranges(sent: str) -> list[TimeRange]:
    """The times of arrival that the sent SQL asks for, one for each that differs; none unknown."""
    _, trailer, encoded = sent.rpartition(_TRAILER)
    return [_decoded_range(match[1]) for match in _RANGE.finditer(encoded if trailer else "")]


def _encoded_range(time_range: TimeRange) -> str:
    spans = (
        f"{anchor.base}:{anchor.months}:{_encoded_end(span.low)}:{_encoded_end(span.high)};"
        for anchor, span in sorted(time_range.items())
    )
    return f" @{''.join(spans)}"


def _encoded_end(end: int | None) -> str:
    return "" if end is None else str(end)


def _decoded_range(encoded: str) -> TimeRange:
    return {
        Anchor(Base(base), int(months)): Span(
            int(low) if low else None, int(high) if high else None
        )
        for base, months, low, high in _SPAN.findall(encoded)
        if base in set(Base)
    }


def _encoded_edit(written: str, edit: Edit) -> str:
    removed = written[edit.start : edit.start + edit.removed]
    # Nothing of the text may end the comment, or look like another part of it.
    return f" {edit.start}+{edit.inserted}={quote(removed, safe='')}"


def _decoded(encoded: str) -> Sequence[_Piece]:
    """The pieces of a trailer in their order; none of one that no release of this service wrote."""
    pieces: list[_Piece] = []
    end = 0
    for match in _PIECE.finditer(encoded):
        piece = _decoded_piece(*match.groups())
        is_next = piece.start >= end
        end = piece.start + len(piece.removed)
        # Others may use the same workgroup, and their texts must cost neither time nor memory.
        if not is_next or end > MAX_SQL_BYTES:
            return []
        pieces.append(piece)
    return pieces


def _decoded_piece(start: str, inserted: str, removed: str | None, *outline: str) -> _Piece:
    if removed is None:
        return _outlined(int(start), *map(int, outline))
    return _Piece(int(start), int(inserted), unquote(removed), exact=True)


def _outlined(start: int, removed: int, inserted: int, newlines: int, tail: int) -> _Piece:
    """A piece of an older trailer; `tail` is what was removed after the last end of a line."""
    head = removed - newlines - tail
    return _Piece(start, inserted, "." * head + "\n" * newlines + "." * tail, exact=False)


def _offset(text: str, line: int, column: int) -> int:
    lines = text.split("\n")
    return sum(len(before) + 1 for before in lines[: line - 1]) + column - 1


def _restored(body: str, pieces: Sequence[_Piece], offset: int) -> tuple[str, int]:
    """The caller's text, and the offset in it for one in the sent body."""
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
