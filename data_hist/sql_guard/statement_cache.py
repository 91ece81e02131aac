"""Cache the statements of recent texts: parsing takes most of the time of a submit.

Statements are the same for every customer, so one cache serves all. It is bounded by bytes as well,
since one text of 2,000 characters may take a megabyte.
"""

from data_hist.lru_cache import LruCache
from data_hist.sql_guard.statement import Statement

_MOST_STATEMENTS = 1_024
MOST_BYTES = 16 * 1024 * 1024
"""What all caches of a process may take together."""

# As measured, rounded up.
_BYTES = 4_096
_BYTES_OF_TOKEN = 300
_BYTES_OF_TOKEN_WITH_TREE = 800


class StatementCache:
    """Keeps what was used last. For one thread."""

    def __init__(
        self, most_statements: int = _MOST_STATEMENTS, most_bytes: int = MOST_BYTES
    ) -> None:
        self._statements = LruCache(most_statements, most_bytes, _size)

    def get(self, sql: str) -> Statement | None:
        """The statement of exactly this text."""
        return self._statements.get(sql)

    def put(self, statement: Statement) -> None:
        """Keep a statement for as long as it is used more than others."""
        self._statements.put(statement.source.text, statement)


def _size(statement: Statement) -> int:
    each = _BYTES_OF_TOKEN_WITH_TREE if statement.keeps_tree else _BYTES_OF_TOKEN
    return _BYTES + each * len(statement.tokens)
