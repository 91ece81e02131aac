"""Where rows of Athena's CSV end.

A newline ends a row where the number of quotes before it is even: a quote inside a value is
doubled, and so counts twice. Counting quotes is all that is needed, whatever a block of bytes cuts
through: a value, a doubled quote, a character of several bytes.
"""

import re
from functools import lru_cache

_STEPS = 64
# Possessive, so that it is linear: each byte can be matched in one way only.
_ROW = rb'[^"\n]*+(?:"[^"]*+"[^"\n]*+)*+\n'
_ONE_ROW = re.compile(_ROW)
_ALL_ROWS = re.compile(rb"(?:" + _ROW + rb")*+")


def end_of_rows(data: bytes, start: int, limit: int) -> tuple[int, int]:
    """Count up to `limit` whole rows from `start`, where one begins.

    Returns:
        How many there are, and the byte after the last of them.
    """
    if whole := _rows(limit).match(data, start):
        return limit, whole.end()
    count = 0
    while count < limit and (row := _ONE_ROW.match(data, start)):
        count += 1
        start = row.end()
    return count, start


def last_row_end(block: bytes, *, starts_in_quotes: bool, quotes: int) -> int:
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
    rows = _ALL_ROWS.match(block, start)
    return rows.end() if rows and rows.end() > start else 0


@lru_cache(maxsize=64)
def _rows(count: int) -> re.Pattern[bytes]:
    """Exactly so many rows: one match takes half the time of one for each row."""
    return re.compile(rb"(?:%b){%d}" % (_ROW, count))
