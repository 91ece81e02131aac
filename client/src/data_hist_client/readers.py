"""From the JSON of responses to documents; what is none of the service's is an InvalidResponse."""

from collections.abc import Callable, Mapping, Sequence
from datetime import datetime
from typing import Any, TypeVar

from data_hist_client.documents import (
    Column,
    Estimate,
    Example,
    FieldSample,
    Page,
    PayloadField,
    QueryState,
    SavedQuestion,
    Table,
    TableColumn,
)
from data_hist_client.errors import InvalidResponse
from data_hist_client.messages import Reply, document_of

_T = TypeVar("_T")
_STATUSES = {"QUEUED", "RUNNING", "FINISHED", "FAILED", "CANCELLED"}
# In JSON, 1 is a number as 1.0 is; in Python, True is an int, which is not meant.
_KINDS: Mapping[type, tuple[type, ...]] = {float: (int, float)}


class Members:
    """The members of a JSON object, each checked as it is read.

    Args:
        document: What should be an object.
        what: What it should be, for people.

    Raises:
        InvalidResponse: It is none.
    """

    def __init__(self, document: Any, what: str) -> None:
        if not isinstance(document, dict):
            raise InvalidResponse(f"The response is no {what}.")
        self._members = document
        self._what = what

    def one(self, name: str, kind: type[_T]) -> _T:
        """Return a member that has to be there.

        Raises:
            InvalidResponse: It is missing, null, or of another kind.
        """
        value = self.maybe(name, kind)
        if value is None:
            raise InvalidResponse(f"The response is no {self._what}: it has no {name}.")
        return value

    def maybe(self, name: str, kind: type[_T]) -> _T | None:
        """Return a member that may be null or missing.

        Raises:
            InvalidResponse: It is of another kind.
        """
        value: Any = self._members.get(name)
        if value is not None and type(value) not in _KINDS.get(kind, (kind,)):
            raise InvalidResponse(f"The response is no {self._what}: its {name} does not fit.")
        found: _T | None = value
        return found

    def moment(self, name: str) -> datetime:
        """Return a moment that has to be there."""
        return self._moment(name, self.one(name, str))

    def maybe_moment(self, name: str) -> datetime | None:
        """Return a moment that may be null or missing."""
        text = self.maybe(name, str)
        return self._moment(name, text) if text else None

    def texts(self, name: str) -> list[str]:
        """Return a list of texts, which may be missing."""
        found: list[Any] = self.maybe(name, list) or []
        if not all(isinstance(each, str) for each in found):
            raise InvalidResponse(f"The response is no {self._what}: its {name} are no texts.")
        return found

    def _moment(self, name: str, text: str) -> datetime:
        try:
            return datetime.fromisoformat(text)
        except ValueError as error:
            raise InvalidResponse(
                f"The response is no {self._what}: its {name} is no moment."
            ) from error


def object_of(reply: Reply) -> dict[str, Any]:
    """Return the JSON object of a response.

    Raises:
        InvalidResponse: It has none.
    """
    document = document_of(reply)
    if not isinstance(document, dict):
        raise InvalidResponse(
            f"{reply.sender} answered with no JSON object; is this the address of data_hist?"
        )
    return document


def read_list(document: Any, name: str, read: Callable[[Any], _T]) -> list[_T]:
    """Read a list that is a member of a response.

    Raises:
        InvalidResponse: There is none, or one of its entries is none.
    """
    found: list[Any] = Members(document, f"list of {name}").one(name, list)
    return [read(each) for each in found]


def query_state(document: Any) -> QueryState:
    """Read a query document.

    Raises:
        InvalidResponse: It is none.
    """
    members = Members(document, "query document")
    statistics = Members(members.one("statistics", dict), "query document with statistics")
    status = members.one("status", str)
    if status not in _STATUSES:
        raise InvalidResponse(f"The response is no query document: its status is {status}.")
    page: Any = members.maybe("page", dict)
    return QueryState(
        query_id=members.one("query_id", str),
        sql=members.maybe("query", str),
        parameters=members.maybe("parameters", list),
        status=status,
        submitted_at=members.moment("submitted_at"),
        completed_at=members.maybe_moment("completed_at"),
        expires_at=members.maybe_moment("expires_at"),
        scanned_bytes=statistics.one("scanned_bytes", int),
        total_ms=statistics.one("total_ms", int),
        cost_usd=statistics.one("estimated_cost_usd", float),
        reused=statistics.maybe("reused", bool) or False,
        warnings=_warnings(members),
        error=members.maybe("error", dict),
        page=None if page is None else read_page(page),
    )


def read_page(document: Any) -> Page:
    """Read a page of rows.

    Raises:
        InvalidResponse: It is none.
    """
    members = Members(document, "page of rows")
    columns = read_list(document, "columns", _column)
    rows: list[Any] = members.one("rows", list)
    if not all(isinstance(row, list) and len(row) == len(columns) for row in rows):
        raise InvalidResponse("The response is no page of rows: a row has not a value per column.")
    return Page(
        columns, rows, members.one("row_offset", int), members.maybe("paging_token", str) or None
    )


def read_estimate(document: Any) -> Estimate:
    """Read what a dry run tells.

    Raises:
        InvalidResponse: It tells nothing.
    """
    dry_run = Members(document, "estimate")
    members = Members(dry_run.one("estimate", dict), "estimate")
    return Estimate(
        scanned_bytes=members.maybe("scanned_bytes", int),
        files=members.maybe("files", int),
        cost_usd=members.maybe("cost_usd", float),
        partitions=members.maybe("partitions", int),
        bounded=members.maybe("bounded", bool) or False,
        warnings=_warnings(dry_run),
    )


def read_table(document: Any) -> Table:
    """Read the description of a table.

    Raises:
        InvalidResponse: It is none.
    """
    members = Members(document, "table")
    roles: Any = members.maybe("roles", dict)
    examples: Sequence[Any] = members.maybe("examples", list) or ()
    return Table(
        members.one("name", str),
        members.maybe("description", str) or "",
        read_list(document, "columns", _table_column),
        members.texts("partition_columns"),
        roles or {},
        [_example(each) for each in examples],
    )


def read_fields(document: Any) -> FieldSample:
    """Read what is in the payloads of a table.

    Raises:
        InvalidResponse: It is something else.
    """
    members = Members(document, "sample of fields")
    return FieldSample(
        fields=read_list(document, "fields", _field),
        fields_left_out=members.one("fields_left_out", int),
        start=members.moment("sampled_from"),
        end=members.moment("sampled_to"),
        records=members.one("sampled_records", int),
        scanned_bytes=members.one("scanned_bytes", int),
    )


def read_saved(document: Any) -> SavedQuestion:
    """Read a saved question.

    Raises:
        InvalidResponse: It is none.
    """
    members = Members(document, "saved question")
    return SavedQuestion(
        id=members.one("id", str),
        title=members.one("title", str),
        state=members.one("state", str),
        created_at=members.moment("created_at"),
        updated_at=members.moment("updated_at"),
        etag=members.one("etag", str),
    )


def _column(document: Any) -> Column:
    members = Members(document, "column")
    return Column(members.one("name", str), members.one("type", str))


def _table_column(document: Any) -> TableColumn:
    members = Members(document, "column")
    description = members.maybe("description", str) or ""
    return TableColumn(members.one("name", str), members.one("type", str), description)


def _example(document: Any) -> Example:
    members = Members(document, "example")
    return Example(members.one("title", str), members.one("query", str))


def _field(document: Any) -> PayloadField:
    members = Members(document, "field")
    return PayloadField(
        members.one("column", str),
        members.one("path", str),
        members.one("type", str),
        members.one("share", float),
        members.texts("values"),
    )


def _warnings(members: Members) -> list[str]:
    found: Sequence[Any] = members.maybe("warnings", list) or ()
    return [Members(each, "warning").one("detail", str) for each in found]
