"""The requests and results of the use cases."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any

from data_hist.athena.executions import QueryStatus
from data_hist.results.model import PageShape
from data_hist.retention.ownership import OwnedQuery


@dataclass(frozen=True)
class Submission:
    """A query to run; `parameters` are JSON values, one for each `?`."""

    sql: str
    parameters: Sequence[Any] | None = None
    retention_minutes: int = 1440
    idempotency_key: str | None = None
    wait_seconds: int = 0


@dataclass(frozen=True)
class ValidatedQuery:
    """A query that is valid and was not run.

    `explained` is the EXPLAIN statement that Athena ran instead. `partitions` is the most
    partitions that the query can read, None if that is unknown.
    """

    explained: OwnedQuery
    partitions: int | None


@dataclass(frozen=True)
class QueryWarning:
    """Something to know about a result that is not an error, such as rows that may be missing."""

    code: str
    detail: str


@dataclass(frozen=True)
class QueryFilter:
    """Which of a tenant's queries to list; `text` is a part of the SQL, in any case."""

    status: QueryStatus | None = None
    text: str | None = None


@dataclass(frozen=True)
class QueryList:
    """Some of a tenant's queries, newest first."""

    queries: Sequence[OwnedQuery]
    paging_token: str | None


@dataclass(frozen=True)
class PageRequest:
    """Which rows of a query to read."""

    query_id: str
    shape: PageShape = field(default_factory=PageShape)
    paging_token: str | None = None
    wait_seconds: int = 0
