"""Which texts are the same query for Athena's reuse of results, and which it always runs.

From the words of a text alone, since each backend has a parser of its own; in doubt, it is run.
https://docs.aws.amazon.com/athena/latest/ug/reusing-query-results.html has the rules.
"""

import re
from collections.abc import Sequence
from functools import lru_cache
from itertools import pairwise

# In a longer text, each comment and each space counts.
_MOST_COMPARED_BYTES = 100 * 1024
_MOST_TABLES = 20
_TOKEN = re.compile(
    r"""--[^\r\n]* | /\*.*?\*/ | '(?:[^']|'')*' | "(?:[^"]|"")*" | \w+ | [^\s\w]""",
    re.VERBOSE | re.DOTALL,
)
# AWS names the first two; it does not say whether the current time counts.
_UNSTABLE = (
    "RAND SHUFFLE RANDOM UUID TABLESAMPLE NOW LOCALTIME LOCALTIMESTAMP CURRENT_DATE CURRENT_TIME"
    " CURRENT_TIMESTAMP CURRENT_TIMEZONE CURRENT_USER"
)
_NOT_DETERMINISTIC = frozenset(_UNSTABLE.split())
_CUTS = frozenset({"LIMIT", "OFFSET", "FETCH"})
_BEFORE_TABLE = frozenset({"FROM", "JOIN"})


def is_same_query(sql: str, other: str) -> bool:
    """Whether Athena takes one text for the other: apart from comments, spaces and INNER."""
    return sql == other or (
        max(len(sql.encode()), len(other.encode())) < _MOST_COMPARED_BYTES
        and _words(sql) == _words(other)
    )


def is_reusable(sql: str) -> bool:
    """Whether Athena uses results of a query again: it is deterministic, and of few tables."""
    words = [token.upper() for token in _tokens(sql)]
    return (
        _NOT_DETERMINISTIC.isdisjoint(words)
        and not _is_cut_without_order(words)
        and _count_tables(words) <= _MOST_TABLES
    )


@lru_cache(64)
def _words(sql: str) -> Sequence[str]:
    return [
        word
        for word, following in pairwise([*_tokens(sql), ""])
        if (word.upper(), following.upper()) != ("INNER", "JOIN")
    ]


def _tokens(sql: str) -> list[str]:
    return [token for token in _TOKEN.findall(sql) if not token.startswith(("--", "/*"))]


def _is_cut_without_order(words: Sequence[str]) -> bool:
    """Whether a LIMIT, OFFSET or FETCH has no ORDER BY between the same brackets before it."""
    is_ordered = [False]
    for word, following in pairwise([*words, ""]):
        if word == "(":
            is_ordered.append(False)
        elif word == ")":
            del is_ordered[-1:]
        elif (word, following) == ("ORDER", "BY"):
            is_ordered[-1:] = [True]
        elif word in _CUTS and not any(is_ordered[-1:]):
            return True
    return False


def _count_tables(words: Sequence[str]) -> int:
    """Count what is named behind FROM and JOIN, which may be more than tables."""
    return sum(word in _BEFORE_TABLE and following != "(" for word, following in pairwise(words))
