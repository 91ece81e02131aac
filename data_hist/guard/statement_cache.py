"""Cache the statements of recent texts: parsing takes most of the time of a submit.

Statements are the same for every customer, so one cache serves all. It is bounded by bytes as well,
since one text of 2,000 characters may take a megabyte.
"""

from collections import OrderedDict

from data_hist.guard.statement import Statement

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
        self._most_statements = most_statements
        self._most_bytes = most_bytes
        self._statements: OrderedDict[str, Statement] = OrderedDict()
        self._bytes = 0

    def get(self, sql: str) -> Statement | None:
        """The statement of exactly this text."""
        statement = self._statements.get(sql)
        if statement is not None:
            self._statements.move_to_end(sql)
        return statement

    def put(self, statement: Statement) -> None:
        """Keep a statement for as long as it is used more than others."""
        sql = statement.source.text
        if sql in self._statements:
            return
        self._statements[sql] = statement
        self._bytes += _size(statement)
        while len(self._statements) > self._most_statements or self._bytes > self._most_bytes:
            _, oldest = self._statements.popitem(last=False)
            self._bytes -= _size(oldest)


def _size(statement: Statement) -> int:
    each = _BYTES_OF_TOKEN_WITH_TREE if statement.keeps_tree else _BYTES_OF_TOKEN
    return _BYTES + each * len(statement.tokens)
