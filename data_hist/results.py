"""The result object on S3, cut into rows: exact pages read by byte range.

Athena's CSV quotes every value, doubles the quotes inside, writes NULL as nothing at all and the
empty string as `""`, ends every row with a newline and starts with a header row. A position is
always the first byte of a row, so a row is whatever matches from there.
"""

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import lru_cache

from data_hist.athena import AthenaClient
from data_hist.errors import EngineFailed, FieldError, InvalidRequest
from data_hist.paging import ResultPosition

Row = tuple[str | None, ...]

_START = ResultPosition(byte_offset=0, row_offset=0)
_FIRST_READ_BYTES = 64 * 1024
_GUESSED_ROW_BYTES = 256
_MAX_READ_BYTES = 8 * 1024 * 1024
# Twice Athena's longest row: a page is held in memory, as text and as values.
_MAX_PAGE_BYTES = 64 * 1024 * 1024


@dataclass(frozen=True)
class RowsRead:
    """Rows in order, and where the next one begins; None when there is none."""

    rows: Sequence[Row]
    position: ResultPosition
    following: ResultPosition | None


class ResultReader:
    """Reads rows of result objects."""

    def __init__(self, engine: AthenaClient) -> None:
        self._engine = engine

    def read(
        self, location: str, column_count: int, position: ResultPosition | None, limit: int
    ) -> RowsRead:
        """Read up to `limit` rows from a position, or from the first row.

        Raises:
            InvalidRequest: The rows are so wide that fewer have to be asked for.
            QueryExpired: The result object is gone.
            EngineFailed: It is not the CSV that Athena writes.
        """
        start = position or _START
        # The header is the row before the first one.
        header_rows = 0 if position else 1
        window = _Window(self._engine, location, start.byte_offset, column_count)
        rows = list(window.rows(limit + header_rows))[header_rows:]
        row_offset = start.row_offset + len(rows)
        following = ResultPosition(window.offset, row_offset) if window.has_more else None
        return RowsRead(rows, start, following)


class _Window:
    """The bytes of one object that have been read, and how far they have been cut into rows."""

    def __init__(self, engine: AthenaClient, location: str, offset: int, column_count: int) -> None:
        self._engine = engine
        self._location = location
        self._pattern = _row_pattern(column_count)
        self._buffer = b""
        self._consumed = 0
        self._start = offset
        self._object_bytes: int | None = None

    @property
    def offset(self) -> int:
        """The byte after the last row."""
        return self._start + self._consumed

    @property
    def has_more(self) -> bool:
        """Whether another row follows."""
        return self._object_bytes is not None and self.offset < self._object_bytes

    def rows(self, limit: int) -> Iterator[Row]:
        """Cut up to `limit` rows, reading as much as they need."""
        count = 0
        self._extend(max(_FIRST_READ_BYTES, limit * _GUESSED_ROW_BYTES))
        while count < limit and self.has_more:
            match = self._pattern.match(self._buffer, self._consumed)
            if match is None:
                self._extend(self._wanted_bytes(limit - count, count))
                continue
            self._consumed = match.end()
            if self._consumed > _MAX_PAGE_BYTES and count > 1:
                raise _too_wide(count - 1)
            count += 1
            yield tuple(map(_text, match.groups()))

    def _wanted_bytes(self, missing: int, count: int) -> int:
        """How much to read on: by the average so far, and at least as much as is at hand."""
        average = self._consumed // count if count else 0
        unread = len(self._buffer) - self._consumed
        return min(max(average * missing * 5 // 4, unread, _FIRST_READ_BYTES), _MAX_READ_BYTES)

    def _extend(self, size: int) -> None:
        end = self._start + len(self._buffer)
        if self._object_bytes is not None and end >= self._object_bytes:
            raise EngineFailed("The result object does not end with a whole row.")
        chunk = self._engine.read_range(self._location, end, size)
        self._object_bytes = chunk.object_bytes
        self._buffer += chunk.data


def _too_wide(rows: int) -> InvalidRequest:
    advice = f"must be at most {rows} for rows as wide as these"
    return InvalidRequest(
        f"A page of these rows is too large to be sent: results_per_page {advice}.",
        errors=[FieldError("/results_per_page", advice)],
    )


@lru_cache(maxsize=256)
def _row_pattern(column_count: int) -> re.Pattern[bytes]:
    # Possessive, so that a long value is scanned once: nothing else could match it.
    field = rb'("(?:[^"]++|"")*+")?'
    return re.compile(rb",".join([field] * column_count) + rb"\n")


def _text(field: bytes | None) -> str | None:
    if field is None:
        return None
    return field[1:-1].replace(b'""', b'"').decode("utf-8")
