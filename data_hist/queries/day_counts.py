"""Count what tenants have scanned today (UTC) in one workgroup, from Athena's list of its queries.

Nothing is stored: each worker counts for itself, and looks again only at what is new or unfinished.
"""

from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime
from typing import NamedTuple

from data_hist.athena.client import AthenaClient
from data_hist.athena.executions import Query, QueryStatus
from data_hist.retention.ownership import ResultLocations

_BATCH = 50


@dataclass(frozen=True)
class DayCount:
    """The bytes that each tenant has scanned on a day; too few as long as it is not `complete`."""

    scanned_bytes: Mapping[int, int]
    counted_at: datetime
    is_complete: bool


class _Page(NamedTuple):
    """What a page of Athena's list told."""

    has_new: bool
    ends_the_day: bool
    next_token: str | None


class _Counted(NamedTuple):
    """A query of the day, or one of another service, which no tenant owns."""

    tenant: int | None
    scanned_bytes: int
    has_ended: bool


class DayCounter:
    """Counts one workgroup. Not thread-safe: one count at a time.

    Args:
        engine: Lists and describes its queries.
        workgroup: Its name; None for the one that tenants share.
        locations: Tell the tenant of a query.
        max_pages: How many pages of Athena's list, of 50 queries, one count reads. The next one
            goes on where it ended.
    """

    def __init__(
        self,
        engine: AthenaClient,
        workgroup: str | None,
        locations: ResultLocations,
        max_pages: int = 20,
    ) -> None:
        self._engine = engine
        self._workgroup = workgroup
        self._locations = locations
        self._max_pages = max_pages
        self._day = date.min
        self._queries: dict[str, _Counted] = {}
        self._is_complete = False
        self._rest: str | None = None

    def count(self, now: datetime) -> DayCount:
        """Count up to now.

        Raises:
            EngineError: Athena does not tell. What it told is kept.
        """
        if self._day != now.date():
            self._day, self._queries = now.date(), {}
            self._is_complete, self._rest = False, None
        unfinished = [key for key, each in self._queries.items() if not each.has_ended]
        self._read_list()
        for batch in _batches(unfinished):
            self._look_at(batch)
        totals: Counter[int] = Counter()
        for each in self._queries.values():
            if each.tenant is not None:
                totals[each.tenant] += each.scanned_bytes
        return DayCount(totals, now, self._is_complete)

    def _read_list(self) -> None:
        """Read Athena's list from its newest query to those that are known, or to yesterday's."""
        was_complete, rest = self._is_complete, self._rest
        # Until it is done: after an error, what follows a known query may be unknown.
        self._is_complete, self._rest = False, None
        token = None
        for _ in range(self._max_pages):
            page = self._read_page(token)
            if page.ends_the_day or (was_complete and not page.has_new):
                self._is_complete = True
                return
            token = page.next_token
            if rest and not page.has_new:
                token, rest = rest, None
        self._rest = token

    def _read_page(self, token: str | None) -> _Page:
        query_ids, next_token = self._engine.list_query_ids(token, self._workgroup)
        new = [query_id for query_id in query_ids if query_id not in self._queries]
        is_over = self._look_at(new) if new else False
        return _Page(bool(new), is_over or next_token is None, next_token)

    def _look_at(self, query_ids: Sequence[str]) -> bool:
        """Take down what queries have scanned; return whether one is of an earlier day."""
        is_over = False
        for query in self._engine.describe_listed(query_ids).values():
            day = query.submitted_at.astimezone(UTC).date()
            if day == self._day:
                self._queries[query.query_id] = self._counted(query)
            # Athena's clock may already be at the next day.
            is_over = is_over or day < self._day
        return is_over

    def _counted(self, query: Query) -> _Counted:
        # Athena bills no failed query, but what a cancelled one has scanned.
        is_free = query.status is QueryStatus.FAILED
        return _Counted(
            self._locations.tenant_of(query.output_location),
            0 if is_free else query.statistics.scanned_bytes,
            query.status.is_terminal,
        )


def _batches(query_ids: Sequence[str]) -> Iterator[Sequence[str]]:
    return (query_ids[start : start + _BATCH] for start in range(0, len(query_ids), _BATCH))
