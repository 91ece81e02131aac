"""Blocks of bytes, cut anywhere, as blocks of whole rows.

In Athena's CSV a newline ends a row where the number of quotes before it is even: a quote inside a
value is doubled, and so counts twice. Counting quotes is all that is needed, whatever a block cuts
through: a value, a doubled quote, a character of several bytes.
"""

import re

from data_hist.errors import EngineFailed

# A row of Athena's has 32 MB at most, and twice that if it is all quotes.
_MAX_ROW_BYTES = 128 * 1024 * 1024
_STEPS = 64
# Possessive, so that it is linear: each byte can be matched in one way only.
_OUTSIDE_QUOTES = rb'[^"\n]*+(?:"[^"]*+"[^"\n]*+)*+\n'
_FIRST_ROW = re.compile(_OUTSIDE_QUOTES)
_ROWS = re.compile(rb"(?:" + _OUTSIDE_QUOTES + rb")*+")


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
        end = rows_end(block, starts_in_quotes=self._in_quotes, quotes=quotes)
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
        header = _FIRST_ROW.match(rows)
        return rows[header.end() :] if header else b""


def rows_end(block: bytes, *, starts_in_quotes: bool, quotes: int) -> int:
    """The byte after the last newline of a block that ends a row; 0 when there is none.

    Backwards, since the last one is near the end; a value with very many newlines and quotes is
    scanned from the front instead, which takes the same time for any bytes.
    """
    in_quotes = starts_in_quotes ^ (quotes % 2 == 1)
    end = len(block)
    for _ in range(_STEPS):
        mark = b'"' if in_quotes else b"\n"
        position = block.rfind(mark, 0, end)
        if position < 0:
            return 0
        if not in_quotes:
            passed = block.count(b'"', position, end)
            if passed % 2 == 0:
                return position + 1
        in_quotes = not in_quotes if mark == b'"' else True
        end = position
    start = block.find(b'"') + 1 if starts_in_quotes else 0
    rows = _ROWS.match(block, start)
    return rows.end() if rows and rows.end() > start else 0
