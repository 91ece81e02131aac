"""Results that Athena uses again: how to ask for them, and when they were written.

Athena describes the query with the location of the earlier result, and does not say how old it is.
"""

import re
from collections import OrderedDict
from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from datetime import datetime
from threading import Lock
from typing import Any

from data_hist.athena.executions import Descriptions, Query

_ID = re.compile(r"[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}")


def reuse_configuration(max_age_minutes: int) -> Mapping[str, Any]:
    """Return the part of a start that accepts results of that age."""
    by_age = {"Enabled": True, "MaxAgeInMinutes": max_age_minutes}
    return {"ResultReuseConfiguration": {"ResultReuseByAgeConfiguration": by_age}}


class ReusedResults:
    """Finds when the results were written that queries use again. Thread-safe.

    Args:
        capacity: How many of the results that were used last are remembered.
    """

    def __init__(self, capacity: int = 10_000) -> None:
        self._capacity = capacity
        self._written_at: OrderedDict[str, datetime] = OrderedDict()
        self._lock = Lock()

    def date(
        self, described: Descriptions, describe: Callable[[Sequence[str]], Descriptions]
    ) -> Descriptions:
        """Complete the descriptions of queries that use an earlier result.

        A query is left out if its source could not be looked up this time. If Athena does not know
        the source any more, it is older than any retention.
        """
        sources = {
            query.query_id: source
            for query in described.found.values()
            if (source := query.reused_query_id) and _ID.fullmatch(source)
        }
        self._remember(described.found)
        missing = [each for each in dict.fromkeys(sources.values()) if self._find(each) is None]
        looked_up = describe(missing) if missing else Descriptions({}, frozenset())
        self._remember(looked_up.found)
        found = dict(described.found)
        for query_id, source in sources.items():
            written_at = self._find(source)
            if written_at is not None or source in looked_up.unknown:
                found[query_id] = replace(found[query_id], reused_result_at=written_at)
            else:
                del found[query_id]
        return Descriptions(found, described.unknown)

    def _find(self, query_id: str) -> datetime | None:
        with self._lock:
            return self._written_at.get(query_id)

    def _remember(self, queries: Mapping[str, Query]) -> None:
        with self._lock:
            for query in queries.values():
                if query.reused_query_id is None and query.completed_at is not None:
                    self._written_at[query.query_id] = query.completed_at
            while len(self._written_at) > self._capacity:
                self._written_at.popitem(last=False)
