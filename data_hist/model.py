"""The words of the domain as frozen value objects; standard library only, no HTTP and no AWS."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from enum import StrEnum
from typing import Any

from data_hist.time_range import TimeRange


class QueryStatus(StrEnum):
    """Where a query is in its life; not monotonic, Athena may queue a running query again."""

    QUEUED = "QUEUED"
    RUNNING = "RUNNING"
    FINISHED = "FINISHED"
    FAILED = "FAILED"
    CANCELLED = "CANCELLED"

    @property
    def is_terminal(self) -> bool:
        """Whether the query will never change again."""
        return self in (QueryStatus.FINISHED, QueryStatus.FAILED, QueryStatus.CANCELLED)


class FailureCause(StrEnum):
    """Who has to act on a failed query."""

    SQL = "SQL"
    RESOURCES = "RESOURCES"
    SCAN_LIMIT = "SCAN_LIMIT"
    ENGINE = "ENGINE"


@dataclass(frozen=True)
class Failure:
    """Why a query has no result.

    `code` is the engine's name of the error, such as COLUMN_NOT_FOUND. `line` and `column` count
    from 1; both or neither are set.
    """

    cause: FailureCause
    code: str
    detail: str
    retryable: bool = False
    line: int | None = None
    column: int | None = None


@dataclass(frozen=True)
class Statistics:
    """What the engine did so far, in bytes and milliseconds."""

    scanned_bytes: int = 0
    queue_ms: int = 0
    planning_ms: int = 0
    engine_ms: int = 0
    total_ms: int = 0


@dataclass(frozen=True)
class QueryWarning:
    """Something to know about a result that is not wrong, such as rows that may be missing."""

    code: str
    detail: str


@dataclass(frozen=True)
class Query:
    """One statement as the engine knows it; `sql` is the text that was sent to it."""

    query_id: str
    status: QueryStatus
    sql: str = field(repr=False)
    output_location: str
    submitted_at: datetime
    completed_at: datetime | None = None
    statistics: Statistics = field(default_factory=Statistics)
    failure: Failure | None = None
    time_ranges: tuple[TimeRange, ...] = ()


@dataclass(frozen=True)
class Descriptions:
    """What the engine tells of several queries; of an id in neither part it told nothing."""

    found: Mapping[str, Query]
    unknown: frozenset[str]


@dataclass(frozen=True)
class Owner:
    """Whose query it is, and for how long its result is kept."""

    tenant: int
    retention_minutes: int


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
class Column:
    """A column of a result; `type` is Athena's name of the type.

    `precision` and `scale` are those of a decimal, and 0 for every other type.
    """

    name: str
    type: str
    precision: int = 0
    scale: int = 0


@dataclass(frozen=True)
class Page:
    """Some rows of a result, in order; `row_offset` is the number of rows before them.

    `rows` is a JSON array as it will be sent.
    """

    query_id: str
    columns: Sequence[Column]
    rows: bytes
    row_offset: int
    paging_token: str | None


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
class RowStyle:
    """How rows are written as JSON; without a `row_format` as is usual for what they stand in."""

    row_format: str | None = None
    big_integers: str = "number"


@dataclass(frozen=True)
class PageShape:
    """How many rows a full page has, and how they are written."""

    results_per_page: int = 1000
    row_format: str = "arrays"
    big_integers: str = "number"

    @property
    def style(self) -> RowStyle:
        """How its rows are written."""
        return RowStyle(self.row_format, self.big_integers)


@dataclass(frozen=True)
class PageRequest:
    """Which rows of a query a caller asks for."""

    query_id: str
    shape: PageShape = PageShape()
    paging_token: str | None = None
    wait_seconds: int = 0
