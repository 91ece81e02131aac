"""Blocks of bytes, cut anywhere, as blocks of whole rows."""

from data_hist.errors import EngineFailed
from data_hist.results.row_ends import end_of_rows, last_row_end

# A row of Athena's has 32 MB at most, and twice that if it is all quotes.
_MAX_ROW_BYTES = 128 * 1024 * 1024


class RowBlocks:
    """Takes an object block by block and gives its rows, without the header."""

    def __init__(self) -> None:
        self._pending: list[bytes] = []
        self._pending_bytes = 0
        self._in_quotes = False
        self._header_seen = False

    def feed(self, block: bytes) -> bytes:
        """Take the next block and give the rows that are whole by now.

        Raises:
            EngineFailed: A row is longer than any row of Athena's.
        """
        quotes = block.count(b'"')
        end = last_row_end(block, starts_in_quotes=self._in_quotes, quotes=quotes)
        self._in_quotes ^= quotes % 2 == 1
        if end == 0:
            self._hold(block)
            return b""
        rows = b"".join([*self._pending, block[:end]])
        self._pending, self._pending_bytes = [], 0
        self._hold(block[end:])
        return self._without_header(rows)

    def finish(self) -> None:
        """Make sure that nothing is missing.

        Raises:
            EngineFailed: The object does not end with a whole row, or has not even a header.
        """
        if self._pending_bytes or not self._header_seen:
            raise EngineFailed("The result object does not end with a whole row.")

    def _hold(self, rest: bytes) -> None:
        self._pending.append(rest)
        self._pending_bytes += len(rest)
        if self._pending_bytes > _MAX_ROW_BYTES:
            raise EngineFailed("The result object has a row without an end.")

    def _without_header(self, rows: bytes) -> bytes:
        if self._header_seen:
            return rows
        self._header_seen = True
        _, header_end = end_of_rows(rows, 0, 1)
        return rows[header_end:]
