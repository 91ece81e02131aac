"""Queries and result columns as Athena describes them."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum


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


@dataclass(frozen=True)
class Descriptions:
    """What the engine tells of several queries; of an id in neither part it told nothing."""

    found: Mapping[str, Query]
    unknown: frozenset[str]


@dataclass(frozen=True)
class Column:
    """A column of a result; `type` is Athena's name of the type.

    `precision` and `scale` are those of a decimal, and 0 for every other type.
    """

    name: str
    type: str
    precision: int = 0
    scale: int = 0
