"""Athena's list of the queries of workgroups, which calls may fail to read."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime

from data_hist.athena.executions import Query, QueryStatus, Statistics
from data_hist.errors import EngineUnavailable

PREFIX = "s3://bucket/prefix/retention=60/tenant="
DAY = datetime(2026, 11, 20, tzinfo=UTC)


@dataclass
class ListedQueries:
    """Lists and describes queries, newest first, `page_size` at a time.

    `succeeding` is how many more calls succeed; None for all.
    """

    page_size: int = 50
    succeeding: int | None = None
    list_calls: int = 0
    describe_calls: int = 0
    _queries: dict[str | None, dict[str, Query]] = field(default_factory=dict)

    def add(
        self,
        tenant: int | str,
        scanned_bytes: int = 0,
        status: QueryStatus = QueryStatus.FINISHED,
        at: datetime = DAY,
        workgroup: str | None = None,
    ) -> str:
        """Add a query; the text of a tenant may name a folder below its own."""
        of_workgroup = self._queries.setdefault(workgroup, {})
        query_id = f"{workgroup}-{len(of_workgroup):05}"
        location = f"{PREFIX}{tenant}/{query_id}.csv"
        query = Query(query_id, status, "SELECT 1", location, at)
        of_workgroup[query_id] = replace(query, statistics=Statistics(scanned_bytes))
        return query_id

    def change(self, query_id: str, scanned_bytes: int, status: QueryStatus) -> None:
        """Let a query go on, or end."""
        of_workgroup = next(each for each in self._queries.values() if query_id in each)
        statistics = Statistics(scanned_bytes)
        changed = replace(of_workgroup[query_id], statistics=statistics, status=status)
        of_workgroup[query_id] = changed

    def list_query_ids(
        self, token: str | None, workgroup: str | None = None
    ) -> tuple[list[str], str | None]:
        """List a page; its token names the last query of the page before."""
        self.list_calls += 1
        self._fail()
        ids = sorted(self._queries.get(workgroup, {}), reverse=True)
        older = [each for each in ids if token is None or each < token]
        page = older[: self.page_size]
        return page, page[-1] if len(older) > len(page) else None

    def describe_listed(self, query_ids: Sequence[str]) -> Mapping[str, Query]:
        """Describe up to 50 queries."""
        self.describe_calls += 1
        assert 0 < len(query_ids) <= 50
        self._fail()
        known = {key: query for each in self._queries.values() for key, query in each.items()}
        return {query_id: known[query_id] for query_id in query_ids}

    def _fail(self) -> None:
        if self.succeeding is None:
            return
        if not self.succeeding:
            raise EngineUnavailable("Athena is away.")
        self.succeeding -= 1
