"""What callers ask for, and the queries the service answers with."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any

from data_hist.athena.model import Query, QueryStatus
from data_hist.results.model import PageShape
from data_hist.retention.result_locations import Owner


@dataclass(frozen=True)
class OwnedQuery:
    """A query that this service started for somebody."""

    query: Query
    owner: Owner

    @property
    def expires_at(self) -> datetime | None:
        """When the result goes; unknown until the query has ended."""
        if self.query.completed_at is None:
            return None
        return self.query.completed_at + timedelta(minutes=self.owner.retention_minutes)


@dataclass(frozen=True)
class CheckedQuery:
    """A query that was found valid and not run.

    `check` is the statement that the engine checked it by; `partitions` is how many partitions the
    query may read at the most, where that can be told.
    """

    check: OwnedQuery
    partitions: int | None


@dataclass(frozen=True)
class QueryWarning:
    """Something to know about a result that is not wrong, such as rows that may be missing."""

    code: str
    detail: str


@dataclass(frozen=True)
class QueryFilter:
    """Which of a caller's queries are listed; `text` is a part of the SQL, in any case."""

    status: QueryStatus | None = None
    text: str | None = None


@dataclass(frozen=True)
class QueryList:
    """Some of a caller's queries, newest first."""

    queries: Sequence[OwnedQuery]
    paging_token: str | None


@dataclass(frozen=True)
class Submission:
    """What a caller asks to be run; `parameters` are JSON values, one for each `?`."""

    sql: str
    parameters: Sequence[Any] | None = None
    retention_minutes: int = 1440
    idempotency_key: str | None = None
    wait_seconds: int = 0


@dataclass(frozen=True)
class PageRequest:
    """Which rows of a query a caller asks for."""

    query_id: str
    shape: PageShape = field(default_factory=PageShape)
    paging_token: str | None = None
    wait_seconds: int = 0
