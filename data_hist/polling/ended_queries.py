"""Remember queries that have ended: their state is final, so Athena is not asked again."""

import sys
from collections import OrderedDict

from data_hist.model import Query

_MOST_QUERIES = 4096
_MOST_TEXT_BYTES = 32 * 1024 * 1024


class EndedQueries:
    """Remembers those that were asked for last.

    Args:
        most: How many there may be.
        most_text_bytes: How much memory their SQL may take, which is up to 256 KiB each.
    """

    def __init__(self, most: int = _MOST_QUERIES, most_text_bytes: int = _MOST_TEXT_BYTES) -> None:
        self._most = most
        self._most_text_bytes = most_text_bytes
        self._text_bytes = 0
        self._queries: OrderedDict[str, Query] = OrderedDict()

    def get(self, query_id: str) -> Query | None:
        """A query that is remembered, which then goes last."""
        query = self._queries.get(query_id)
        if query is not None:
            self._queries.move_to_end(query_id)
        return query

    def add(self, query: Query) -> None:
        """Remember a query, and forget others where there is no room."""
        self._forget(query.query_id)
        self._queries[query.query_id] = query
        self._text_bytes += sys.getsizeof(query.sql)
        while len(self._queries) > self._most or self._text_bytes > self._most_text_bytes:
            self._forget(next(iter(self._queries)))

    def _forget(self, query_id: str) -> None:
        query = self._queries.pop(query_id, None)
        if query is not None:
            self._text_bytes -= sys.getsizeof(query.sql)
