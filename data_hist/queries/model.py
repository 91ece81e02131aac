"""The requests and results of the use cases."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any

from data_hist.athena.executions import Column, QueryStatus
from data_hist.results.formats import RowStyle
from data_hist.retention.ownership import OwnedQuery


@dataclass(frozen=True)
class Submission:
    """A query to run; `parameters` are JSON values, one for each `?`.

    `max_age_minutes` is how old a result may be that is used again; 0 for none.
    """

    sql: str
    parameters: Sequence[Any] | None = None
    retention_minutes: int = 1440
    max_age_minutes: int = 0
    idempotency_key: str | None = None
    wait_seconds: int = 0


@dataclass(frozen=True)
class Estimate:
    """What a query would read, at most; None where that is unknown.

    `bounded` is whether it reads, of each table, a range of time with two ends.
    """

    scanned_bytes: int | None
    files: int | None
    partitions: int | None
    bounded: bool


@dataclass(frozen=True)
class ValidatedQuery:
    """A query that is valid and was not run.

    `explained` is the EXPLAIN statement that Athena ran instead.
    """

    explained: OwnedQuery
    estimate: Estimate


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
class PageShape:
    """How many rows a full page has, and how they are written."""

    results_per_page: int = 1000
    row_format: str = "arrays"
    big_integers: str = "number"

    @property
    def style(self) -> RowStyle:
        """How the rows of the page are written."""
        return RowStyle(self.row_format, self.big_integers)


@dataclass(frozen=True)
class PageRequest:
    """Which rows of a query to read."""

    query_id: str
    shape: PageShape = field(default_factory=PageShape)
    paging_token: str | None = None
    wait_seconds: int = 0


@dataclass(frozen=True)
class Page:
    """Consecutive rows of a result.

    `rows` is the JSON array that is sent; `row_offset` is the number of rows before them.
    """

    query_id: str
    columns: Sequence[Column]
    rows: bytes
    row_offset: int
    paging_token: str | None
