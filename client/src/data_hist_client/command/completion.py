"""What may be typed next: keywords, tables, and the columns of the tables that are named."""

import re
from collections.abc import Iterator, Sequence

from data_hist_client.documents import Table

_KEYWORDS = """
ALL AND AS ASC BETWEEN BY CASE CAST CROSS DATE DESC DISTINCT ELSE END EXCEPT EXISTS FALSE FROM FULL
GROUP HAVING IN INNER INTERSECT INTERVAL IS JOIN LEFT LIKE LIMIT NOT NULL OFFSET ON OR ORDER OUTER
OVER PARTITION RIGHT SELECT THEN TIMESTAMP TRUE UNION UNNEST USING VALUES WHEN WHERE WITH
"""
_WORD = re.compile(r"\w*$")
_AFTER_TABLE_KEYWORD = re.compile(r"\b(?:from|join)\s+\w*$", re.IGNORECASE)
_IN_TEXT = re.compile(r"^(?:[^']|'[^']*')*'[^']*$")


def candidates(before: str, statement: str, tables: Sequence[Table]) -> Iterator[tuple[str, str]]:
    """Return the words that fit at the cursor, each with what it is.

    Args:
        before: The statement up to the cursor.
        statement: All of it, since a column comes before its table.
        tables: The tables that there are.
    """
    if _IN_TEXT.match(before):
        return
    found = _WORD.search(before)
    word = found[0].lower() if found else ""
    for name, meaning in _fitting(before, statement, tables):
        if name.lower().startswith(word) and name.lower() != word:
            yield name, meaning


def _fitting(before: str, statement: str, tables: Sequence[Table]) -> Iterator[tuple[str, str]]:
    if _AFTER_TABLE_KEYWORD.search(before):
        yield from ((table.name, "table") for table in tables)
        return
    words = {word.lower() for word in re.findall(r"\w+", statement)}
    named = [table for table in tables if table.name.lower() in words]
    columns = {each.name: each.type for table in named or tables for each in table.columns}
    yield from columns.items()
    yield from ((keyword, "") for keyword in _KEYWORDS.split())
