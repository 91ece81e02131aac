"""Cut Athena's CSV into whole rows, and parse rows into columns.

pyarrow is imported with the first rows that are parsed, because importing it takes long.
"""

import re
from collections.abc import Sequence
from functools import lru_cache
from typing import TYPE_CHECKING

from data_hist.errors import EngineFailed

if TYPE_CHECKING:
    import pyarrow as pa

# Athena's rows have at most 32 MB, twice that if every character is a quote.
_MAX_ROW_BYTES = 128 * 1024 * 1024

# A newline ends a row if the number of quotes before it is even. A quote inside a value is doubled
# and counts twice, so counting works wherever a block ends: within a value, a doubled quote or a
# character of several bytes.
# Possessive quantifiers keep the match linear: each byte can match in only one way.
_ROW = rb'[^"\n]*+(?:"[^"]*+"[^"\n]*+)*+\n'
_ONE_ROW = re.compile(_ROW)
_ALL_ROWS = re.compile(rb"(?:" + _ROW + rb")*+")
_BACKWARD_STEPS = 64


class RowSplitter:
    """Splits the blocks of a result object into whole rows, without the header."""

    def __init__(self, max_row_bytes: int = _MAX_ROW_BYTES) -> None:
        self._max_row_bytes = max_row_bytes
        self._pending: list[bytes] = []
        self._pending_bytes = 0
        self._in_quotes = False
        self._header_seen = False

    def feed(self, block: bytes) -> bytes:
        """Take the next block and return the rows that are complete.

        Raises:
            EngineFailed: A row is longer than Athena's rows can be.
        """
        quotes = block.count(b'"')
        end = find_last_row_end(block, starts_in_quotes=self._in_quotes, quotes=quotes)
        self._in_quotes ^= quotes % 2 == 1
        if end == 0:
            self._hold(block)
            return b""
        rows = b"".join([*self._pending, block[:end]])
        self._pending, self._pending_bytes = [], 0
        self._hold(block[end:])
        return self._without_header(rows)

    def finish(self) -> None:
        """Check that the object was complete.

        Raises:
            EngineFailed: It does not end with a whole row, or lacks even the header.
        """
        if self._pending_bytes or not self._header_seen:
            raise EngineFailed("The result object does not end with a whole row.")

    def _hold(self, rest: bytes) -> None:
        self._pending.append(rest)
        self._pending_bytes += len(rest)
        if self._pending_bytes > self._max_row_bytes:
            raise EngineFailed("The result object has a row that does not end.")

    def _without_header(self, rows: bytes) -> bytes:
        if self._header_seen:
            return rows
        self._header_seen = True
        _, header_end = find_rows(rows, 0, 1)
        return rows[header_end:]


def find_rows(data: bytes, start: int, limit: int) -> tuple[int, int]:
    """Find up to `limit` whole rows from `start`, which is the beginning of a row.

    Returns:
        How many rows there are, and the offset after the last one.
    """
    if found := _rows(limit).match(data, start):
        return limit, found.end()
    count = 0
    while count < limit and (row := _ONE_ROW.match(data, start)):
        count += 1
        start = row.end()
    return count, start


def find_last_row_end(block: bytes, *, starts_in_quotes: bool, quotes: int) -> int:
    """Find the offset after the last newline that ends a row; 0 if there is none.

    Searches backward, because the last row end is usually near the end of the block. In a value
    with very many newlines and quotes it scans forward instead, in time linear in the block.

    Args:
        block: Bytes that may begin and end anywhere.
        starts_in_quotes: Whether the block begins inside a quoted value.
        quotes: The number of quotes in the block.
    """
    in_quotes = starts_in_quotes ^ (quotes % 2 == 1)
    end = len(block)
    for _ in range(_BACKWARD_STEPS):
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
    rows = _ALL_ROWS.match(block, start)
    return rows.end() if rows and rows.end() > start else 0


@lru_cache(maxsize=64)
def _rows(count: int) -> re.Pattern[bytes]:
    """Compile a pattern for exactly `count` rows: one match takes half the time of `count`."""
    return re.compile(rb"(?:%b){%d}" % (_ROW, count))


def parse_rows(rows: bytes, types: Sequence["pa.DataType"]) -> "pa.Table":
    """Parse whole rows without a header; NULL is an empty field, the empty string is `""`.

    Raises:
        ArrowException: They are not rows of these types.
    """
    import pyarrow as pa
    from pyarrow import csv

    # Columns are named by number, since two columns of a result may share a name.
    names = [str(number) for number in range(len(types))]
    return csv.read_csv(
        pa.BufferReader(rows),
        read_options=csv.ReadOptions(
            use_threads=False, column_names=names, block_size=len(rows) + 1
        ),
        parse_options=csv.ParseOptions(newlines_in_values=True, ignore_empty_lines=False),
        convert_options=csv.ConvertOptions(
            column_types=dict(zip(names, types, strict=True)),
            null_values=[""],
            strings_can_be_null=True,
            quoted_strings_can_be_null=False,
            true_values=["true"],
            false_values=["false"],
        ),
    )


def parse_texts(rows: bytes, column_count: int) -> "pa.Table":
    """Parse whole rows into strings; bytes that are not UTF-8 become U+FFFD.

    Raises:
        EngineFailed: They do not have `column_count` columns.
    """
    import pyarrow as pa

    readable = rows.decode("utf-8", "replace").encode()
    try:
        return parse_rows(readable, [pa.string()] * column_count)
    except pa.ArrowException as error:
        raise EngineFailed("The result object has other columns than the result.") from error
