"""What the service tells about queries, tables and saved questions."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from data_hist_client.errors import QueryCancelled, QueryFailed

ENDED = {"FINISHED", "FAILED", "CANCELLED"}


@dataclass(frozen=True)
class Column:
    """A column of a result; `type` is Athena's name, without digits: `bigint`, `decimal`."""

    name: str
    type: str


@dataclass(frozen=True)
class Page:
    """Some rows as the service writes them in JSON; `paging_token` is None on the last page."""

    columns: Sequence[Column]
    rows: Sequence[Sequence[Any]]
    row_offset: int
    paging_token: str | None


@dataclass(frozen=True)
class QueryState:
    """What is known of a query at some moment.

    Attributes:
        sql: The SQL as it was sent; None if the service does not keep it.
        parameters: The values of its `?`, as the service takes them.
        status: QUEUED, RUNNING, FINISHED, FAILED or CANCELLED.
        warnings: What may be missing from the result, for people.
        error: Why it failed.
        page: The first page, if it came along.
    """

    query_id: str
    sql: str | None
    parameters: Sequence[Any] | None
    status: str
    submitted_at: datetime
    completed_at: datetime | None
    expires_at: datetime | None
    scanned_bytes: int
    total_ms: int
    cost_usd: float
    reused: bool
    warnings: Sequence[str]
    error: Mapping[str, Any] | None
    page: Page | None

    @property
    def has_ended(self) -> bool:
        """Whether the state is final."""
        return self.status in ENDED

    def raise_unless_finished(self) -> None:
        """Raise what ended the query, if it did not finish.

        Raises:
            QueryFailed: It failed on Athena.
            QueryCancelled: It was cancelled.
        """
        if self.status == "FAILED":
            raise QueryFailed(self.error or {}, self.query_id)
        if self.status == "CANCELLED":
            raise QueryCancelled("The query was cancelled.", self.query_id)


@dataclass(frozen=True)
class Estimate:
    """What a query would read and cost at most; None where that is not known.

    `bounded` is whether it reads only a range of time that has two ends.
    """

    scanned_bytes: int | None
    files: int | None
    cost_usd: float | None
    partitions: int | None
    bounded: bool
    warnings: Sequence[str]


@dataclass(frozen=True)
class TableColumn:
    """A column that may be queried."""

    name: str
    type: str
    description: str


@dataclass(frozen=True)
class Example:
    """A query that a table is described with."""

    title: str
    sql: str


@dataclass(frozen=True)
class Table:
    """A table that may be queried.

    Attributes:
        partition_columns: Bounds on these columns make a query faster and cheaper.
        roles: What columns are for: `time`, `arrival`, `service`, `level`, `payloads`, `shown`.
        examples: Queries to begin with.
    """

    name: str
    description: str
    columns: Sequence[TableColumn]
    partition_columns: Sequence[str]
    roles: Mapping[str, Any]
    examples: Sequence[Example]


@dataclass(frozen=True)
class PayloadField:
    """A value in the JSON of a column, as a sample has it.

    Attributes:
        column: The column that holds the JSON.
        path: The path for `json_extract_scalar`.
        type: varchar, bigint, double, boolean, or json for arrays and mixed values.
        share: The share of the records that have it, from 0 to 1.
        values: The commonest values, as texts.
    """

    column: str
    path: str
    type: str
    share: float
    values: Sequence[str]


@dataclass(frozen=True)
class FieldSample:
    """What is in the payloads of a table; the sample was of records from `start` to `end`."""

    fields: Sequence[PayloadField]
    fields_left_out: int
    start: datetime
    end: datetime
    records: int
    scanned_bytes: int


@dataclass(frozen=True)
class SavedQuestion:
    """A question that somebody of the tenant has saved; `state` is what their client kept."""

    id: str
    title: str
    state: str
    created_at: datetime
    updated_at: datetime
    etag: str
