"""What the service has to know of a query later on, sent along with its SQL.

The service keeps no state, so this travels as a comment in the last line, which Athena gives back
with every description: the pieces that the guard replaced, because the engine reports errors by
line and column of what it was sent, and the times of arrival that the query asks for.
"""

import re
from collections.abc import Iterator, Sequence
from typing import NamedTuple

from data_hist.guard import MAX_SQL_BYTES, Edit
from data_hist.time_range import Anchor, Base, Span, TimeRange


class Position(NamedTuple):
    """A place in a text; both count from 1."""

    line: int
    column: int


class _Piece(NamedTuple):
    """An edit as it travels: the last two say where a line ended inside the removed text."""

    start: int
    removed: int
    inserted: int
    newlines: int
    tail: int

    @property
    def removed_outline(self) -> str:
        """A text with the line structure of what was removed."""
        head = self.removed - self.newlines - self.tail
        return "." * head + "\n" * self.newlines + "." * self.tail


_TRAILER = "\n-- data_hist:"
_PIECE = re.compile(r" (\d+)\+(\d+)/(\d+)/(\d+)/(\d+)", re.ASCII)
_RANGE = re.compile(r" @(\S*)", re.ASCII)
_SPAN = re.compile(r"([a-z]+):(-?\d{1,6}):(-?\d{1,16})?:(-?\d{1,16})?;", re.ASCII)


def annotate(
    sent: str, caller_text: str, edits: Sequence[Edit], ranges: Sequence[TimeRange] = ()
) -> str:
    """Append a comment to the SQL that is sent, where Athena's limit has room.

    Args:
        sent: The SQL.
        caller_text: What the caller wrote.
        edits: How the one became the other.
        ranges: What each table reference asks for.
    """
    pieces = (_piece(caller_text, edit) for edit in edits)
    trailer = _TRAILER + "".join(f" {p[0]}+{p[1]}/{p[2]}/{p[3]}/{p[4]}" for p in pieces)
    trailer += "".join(dict.fromkeys(map(_encoded_range, ranges)))
    fits = len((sent + trailer).encode()) <= MAX_SQL_BYTES
    return sent + trailer if fits else sent


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
    outline, caller_offset = _caller_outline(body, list(_decode(encoded)), offset)
    before = outline[:caller_offset]
    return Position(before.count("\n") + 1, caller_offset - before.rfind("\n"))


def time_ranges(sent: str) -> list[TimeRange]:
    """The times of arrival that the sent SQL asks for, one for each that differs; none unknown."""
    encoded = sent.rpartition(_TRAILER)[2] if _TRAILER in sent else ""
    return [_decoded_range(match[1]) for match in _RANGE.finditer(encoded)]


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


def _piece(caller_text: str, edit: Edit) -> _Piece:
    removed = caller_text[edit.start : edit.start + edit.removed]
    newlines = removed.count("\n")
    tail = len(removed) - removed.rfind("\n") - 1 if newlines else 0
    return _Piece(edit.start, edit.removed, edit.inserted, newlines, tail)


def _decode(encoded: str) -> Iterator[_Piece]:
    return (_Piece(*map(int, match.groups())) for match in _PIECE.finditer(encoded))


def _offset(text: str, line: int, column: int) -> int:
    lines = text.split("\n")
    return sum(len(before) + 1 for before in lines[: line - 1]) + column - 1


def _caller_outline(body: str, pieces: Sequence[_Piece], offset: int) -> tuple[str, int]:
    """The line structure of the caller's text, and the offset in it for one in the sent body."""
    outline: list[str] = []
    sent_at = caller_at = 0
    shift: int | None = None
    for piece in pieces:
        kept = piece.start - caller_at
        sent_start = sent_at + kept
        if shift is None and offset < sent_start:
            shift = caller_at - sent_at
        elif shift is None and offset < sent_start + piece.inserted:
            shift = piece.start - offset
        outline += [body[sent_at:sent_start], piece.removed_outline]
        sent_at = sent_start + piece.inserted
        caller_at = piece.start + piece.removed
    outline.append(body[sent_at:])
    return "".join(outline), offset + (caller_at - sent_at if shift is None else shift)
