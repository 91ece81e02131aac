"""Remember queries that have ended: their state is final, so Athena is not asked again."""

import sys

from data_hist.athena.model import Query
from data_hist.lru_cache import LruCache

_MOST_QUERIES = 4096
_MOST_TEXT_BYTES = 32 * 1024 * 1024


class EndedQueries:
    """Remembers those that were asked for last.

    Args:
        most: How many there may be.
        most_text_bytes: How much memory their SQL may take, which is up to 256 KiB each.
    """

    def __init__(self, most: int = _MOST_QUERIES, most_text_bytes: int = _MOST_TEXT_BYTES) -> None:
        self._queries = LruCache(most, most_text_bytes, _text_bytes)

    def get(self, query_id: str) -> Query | None:
        """A query that is remembered, which then goes last."""
        return self._queries.get(query_id)

    def add(self, query: Query) -> None:
        """Remember a query, and forget others where there is no room."""
        self._queries.put(query.query_id, query)


def _text_bytes(query: Query) -> int:
    return sys.getsizeof(query.sql)
