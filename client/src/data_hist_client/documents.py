"""What the service tells about queries, tables and saved questions; unknown members are ignored."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from data_hist_client.errors import InvalidResponse, QueryCancelled, QueryFailed
from data_hist_client.messages import Reply, document_of

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


def object_of(reply: Reply) -> dict[str, Any]:
    """Return the JSON object of a response.

    Raises:
        InvalidResponse: It has none.
    """
    document = document_of(reply)
    if not isinstance(document, dict):
        raise InvalidResponse("The response is no JSON object; is this the address of data_hist?")
    return document


def query_state(document: Mapping[str, Any]) -> QueryState:
    """Read a query document.

    Raises:
        InvalidResponse: It is none.
    """
    try:
        statistics = document["statistics"]
        page = document.get("page")
        return QueryState(
            query_id=document["query_id"],
            sql=document.get("query"),
            parameters=document.get("parameters"),
            status=document["status"],
            submitted_at=datetime.fromisoformat(document["submitted_at"]),
            completed_at=_moment(document.get("completed_at")),
            expires_at=_moment(document.get("expires_at")),
            scanned_bytes=statistics["scanned_bytes"],
            total_ms=statistics["total_ms"],
            cost_usd=statistics["estimated_cost_usd"],
            reused=statistics.get("reused", False),
            warnings=_details(document),
            error=document.get("error"),
            page=read_page(page) if page else None,
        )
    except (KeyError, TypeError, ValueError) as error:
        raise InvalidResponse("The response is no query document.") from error


def read_page(document: Mapping[str, Any]) -> Page:
    """Read a page of rows.

    Raises:
        InvalidResponse: It is none.
    """
    try:
        return Page(
            columns=[Column(each["name"], each["type"]) for each in document["columns"]],
            rows=document["rows"],
            row_offset=document["row_offset"],
            paging_token=document["paging_token"],
        )
    except (KeyError, TypeError) as error:
        raise InvalidResponse("The response is no page of rows.") from error


def read_estimate(document: Mapping[str, Any]) -> Estimate:
    """Read what a dry run tells."""
    estimate = document.get("estimate") or {}
    return Estimate(
        scanned_bytes=estimate.get("scanned_bytes"),
        files=estimate.get("files"),
        cost_usd=estimate.get("cost_usd"),
        partitions=estimate.get("partitions"),
        bounded=bool(estimate.get("bounded")),
        warnings=_details(document),
    )


def read_table(document: Mapping[str, Any]) -> Table:
    """Read the description of a table."""
    columns = [
        TableColumn(each["name"], each["type"], each.get("description", ""))
        for each in document["columns"]
    ]
    examples = [Example(each["title"], each["query"]) for each in document.get("examples", ())]
    return Table(
        document["name"],
        document.get("description", ""),
        columns,
        document.get("partition_columns", ()),
        document.get("roles", {}),
        examples,
    )


def read_fields(document: Mapping[str, Any]) -> FieldSample:
    """Read what is in the payloads of a table."""
    fields = [
        PayloadField(each["column"], each["path"], each["type"], each["share"], each["values"])
        for each in document["fields"]
    ]
    return FieldSample(
        fields=fields,
        fields_left_out=document["fields_left_out"],
        start=datetime.fromisoformat(document["sampled_from"]),
        end=datetime.fromisoformat(document["sampled_to"]),
        records=document["sampled_records"],
        scanned_bytes=document["scanned_bytes"],
    )


def read_saved(document: Mapping[str, Any]) -> SavedQuestion:
    """Read a saved question."""
    return SavedQuestion(
        id=document["id"],
        title=document["title"],
        state=document["state"],
        created_at=datetime.fromisoformat(document["created_at"]),
        updated_at=datetime.fromisoformat(document["updated_at"]),
        etag=document["etag"],
    )


def _moment(text: str | None) -> datetime | None:
    return datetime.fromisoformat(text) if text else None


def _details(document: Mapping[str, Any]) -> list[str]:
    return [each["detail"] for each in document.get("warnings") or ()]
