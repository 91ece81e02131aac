"""Each query counted once, although every worker may be asked about it: by the one that started it.

That worker counts it when it first sees that it has ended; a query which nobody asks that worker
about again is not counted. Athena's own ProcessedBytes in CloudWatch has them all.
"""

from collections import OrderedDict
from threading import Lock

from data_hist.athena.model import Query
from data_hist.observability import metrics

_MOST = 10_000


class QueryMetrics:
    """The last queries that this process has started, and whether they are still to be counted."""

    def __init__(self) -> None:
        self._is_due: OrderedDict[str, bool] = OrderedDict()
        self._lock = Lock()

    def add(self, query_id: str) -> None:
        """Remember a query that was started; an idempotent repeat starts none."""
        with self._lock:
            self._is_due.setdefault(query_id, True)
            if len(self._is_due) > _MOST:
                self._is_due.popitem(last=False)

    def seen(self, query: Query) -> None:
        """Count a query if it is one of these and has ended."""
        if not query.status.is_terminal or not self._is_due.get(query.query_id):
            return
        with self._lock:
            # Two threads may have seen it at once, or it has given way.
            is_first = self._is_due.get(query.query_id, False)
            if is_first:
                self._is_due[query.query_id] = False
        if is_first:
            metrics.query_ended(query.status, query.statistics.scanned_bytes)
