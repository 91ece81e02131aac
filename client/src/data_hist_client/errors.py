"""What can go wrong with a query, one class for each reaction; and how it is shown with its SQL.

DataHistError
├── ServiceUnreachable
├── InvalidResponse
├── DownloadBroken
├── UsageError
├── QueryTimeout
├── QueryCancelled
├── QueryFailed
└── Problem
    ├── RequestRejected
    │   ├── Unauthenticated
    │   ├── NotFound
    │   ├── QueryExpired
    │   └── SavedQuestionChanged
    ├── SqlError
    │   ├── InvalidSql
    │   ├── StatementNotAllowed
    │   ├── ResourcesExhausted
    │   └── ScanLimitExceeded
    ├── QueryNotFinished
    ├── QueryNotSuccessful
    ├── TooManyRequests
    └── ServiceFault
"""

from collections.abc import Mapping, Sequence
from typing import Any, ClassVar, TypeVar

from data_hist_client.messages import Reply, document_of
from data_hist_client.printable import display_width, printable

_T = TypeVar("_T")
_TAB = "\t"
# Characters of a line that are shown, and how many of them before the caret.
_SHOWN = 100
_SHOWN_BEFORE = 60


class DataHistError(Exception):
    """Anything that this package raises on purpose; it can be copied and pickled."""

    def __reduce__(self) -> tuple[Any, ...]:
        return _restored, (type(self), self.args, self.__dict__)


def _restored(
    kind: type[DataHistError], arguments: tuple[Any, ...], members: Mapping[str, Any]
) -> DataHistError:
    """Make an exception again, whatever its class is made of."""
    error = kind.__new__(kind, *arguments)
    error.__dict__.update(members)
    return error


class ServiceUnreachable(DataHistError):
    """The service did not respond, or the connection broke."""


class InvalidResponse(DataHistError):
    """The response is not one of this service; perhaps the address is another's."""


class DownloadBroken(DataHistError):
    """A result broke off, also when it was requested again."""


class UsageError(DataHistError):
    """A call that cannot work: an argument, a profile, or a package that is not installed."""


class _OfQuery(DataHistError):
    """An error that belongs to a query; `query_id` and `sql` are None if they are not known."""

    def __init__(self, message: str, query_id: str | None = None) -> None:
        super().__init__(message)
        self.query_id = query_id
        self.sql: str | None = None


class QueryTimeout(_OfQuery):
    """The query did not end within `timeout_seconds`."""


class QueryCancelled(_OfQuery):
    """Somebody cancelled the query."""


class _WithPlace(_OfQuery):
    """An error that may have a code, and a place in the SQL; lines and columns count from 1."""

    detail: str
    code: str | None
    line: int | None
    column: int | None
    suggestions: Sequence[str]
    retryable: bool

    def _read(self, document: Mapping[str, Any]) -> None:
        # A gateway may send anything: what does not fit is missing.
        self.detail = _member(document, "detail", str) or ""
        self.code = _member(document, "code", str)
        self.line = _member(document, "line", int)
        self.column = _member(document, "column", int)
        suggestions = _member(document, "suggestions", list) or ()
        self.suggestions = tuple(each for each in suggestions if isinstance(each, str))
        self.retryable = bool(document.get("retryable"))

    def __str__(self) -> str:
        return "\n".join([super().__str__(), *marked_line(self.sql, self.line, self.column)])


class QueryFailed(_WithPlace):
    """The query failed on Athena through no fault of its SQL."""

    def __init__(self, error: Mapping[str, Any], query_id: str) -> None:
        self._read(error)
        said = ": ".join(filter(None, (self.code, self.detail)))
        super().__init__(said or "The query failed.", query_id)


class Problem(_WithPlace):
    """The service refused a request, with a problem document (RFC 9457).

    Attributes:
        slug: The last part of its `type`, such as `invalid-sql`.
        title: What kind of problem it is, in a few words.
        status: The status of the response.
        detail: What is wrong, for people.
        errors: What is wrong with which field, as objects with `pointer` and `detail`.
        retry_after_seconds: When the service wants the request again; None if it does not say.
        document: The whole document, with members that this version does not know.
    """

    slugs: ClassVar[tuple[str, ...]] = ()

    def __init__(
        self, document: Mapping[str, Any], status: int, retry_after_seconds: float | None = None
    ) -> None:
        self.document = document
        self.slug = slug_of(document)
        self.title = _member(document, "title", str) or f"The service answered {status}"
        self.status = status
        self.errors = tuple(_member(document, "errors", list) or ())
        self.retry_after_seconds = retry_after_seconds
        self._read(document)
        super().__init__(": ".join(filter(None, (self.title, self.detail))))
        self.query_id = _member(document, "query_id", str)


class RequestRejected(Problem):
    """The request is wrong: correct it."""


class Unauthenticated(RequestRejected):
    """The tenant or the credentials are missing, wrong, or not enough."""

    slugs = ("unauthenticated", "forbidden")


class NotFound(RequestRejected):
    """There is no such query, table or saved question."""

    slugs = ("not-found", "query-not-found", "saved-not-found")


class QueryExpired(RequestRejected):
    """The result has been deleted: submit the query again."""

    slugs = ("query-expired",)


class SavedQuestionChanged(RequestRejected):
    """Somebody has changed the saved question since you read it."""

    slugs = ("precondition-failed", "precondition-required")


class SqlError(Problem):
    """The SQL has to be changed."""


class InvalidSql(SqlError):
    """The SQL has an error."""

    slugs = ("invalid-sql",)


class StatementNotAllowed(SqlError):
    """The SQL has something that may not be queried."""

    slugs = ("statement-not-allowed", "query-too-large")


class ResourcesExhausted(SqlError):
    """The query needs more memory or time than Athena gives."""

    slugs = ("resources-exhausted",)


class ScanLimitExceeded(SqlError):
    """The query reads more bytes than it may: add a range of time."""

    slugs = ("scan-limit-exceeded",)


class QueryNotFinished(Problem):
    """The rows were requested before the query had finished."""

    slugs = ("query-not-finished",)


class QueryNotSuccessful(Problem):
    """The query failed or was cancelled, so it has no rows."""

    slugs = ("query-not-successful",)


class TooManyRequests(Problem):
    """Too many queries or calls at the moment, also after several tries."""

    slugs = ("too-many-queries", "budget-exhausted", "throttled")


class ServiceFault(Problem):
    """The service or Athena has a fault, or is not available."""


def _leaves(kind: type[Problem]) -> list[type[Problem]]:
    return [kind, *(leaf for below in kind.__subclasses__() for leaf in _leaves(below))]


_BY_SLUG = {slug: kind for kind in _leaves(Problem) for slug in kind.slugs}


def redirect_of(reply: Reply) -> InvalidResponse:
    """Make the exception of a redirect, which the service never sends; its query may be secret."""
    target = reply.headers.get("location", "").partition("?")[0]
    return InvalidResponse(
        f"{reply.sender} answered {reply.status} and redirects to {target or 'nowhere'}, perhaps "
        "to sign in; is this the address of data_hist?"
    )


def problem_of(reply: Reply) -> Problem:
    """Make the exception of a response whose status is an error; it need not be a document."""
    document = document_of(reply)
    problem = document if isinstance(document, dict) else {}
    if not problem.get("retryable") and "retryable" not in problem:
        problem = {**problem, "retryable": reply.status in (429, 502, 503, 504)}
    if not _member(problem, "title", str):
        problem = {**problem, "title": f"{reply.sender} answered {reply.status}"}
    kind = _BY_SLUG.get(slug_of(problem)) or _kind_of_status(reply.status)
    return kind(problem, reply.status, reply.retry_after_seconds)


def _member(document: Mapping[str, Any], name: str, kind: type[_T]) -> _T | None:
    value = document.get(name)
    return value if isinstance(value, kind) else None


def _kind_of_status(status: int) -> type[Problem]:
    if status in (401, 403):
        return Unauthenticated
    if status == 429:
        return TooManyRequests
    return ServiceFault if status >= 500 else RequestRejected


def slug_of(document: Mapping[str, Any]) -> str:
    """Return the last part of the `type` of a problem document."""
    return str(document.get("type") or "").rpartition("/")[2]


def marked_line(sql: str | None, line: int | None, column: int | None) -> list[str]:
    """Return the line of the SQL, and one with a caret below the column; of a long line, a part."""
    # The service counts these alone, and not the other ends of lines that Unicode has.
    lines = [each.removesuffix("\r") for each in sql.split("\n")] if sql else []
    if line is None or column is None or not 1 <= line <= len(lines):
        return []
    start = max(0, column - 1 - _SHOWN_BEFORE) if len(lines[line - 1]) > _SHOWN else 0
    text = lines[line - 1][start : start + _SHOWN]
    # What is a tab above has to be a tab below, whatever its width.
    before = text[: column - 1 - start].split(_TAB)
    indent = _TAB.join(" " * display_width(printable(each)) for each in before)
    number = f"{line} | "
    mark = "..." if start else ""
    shown = printable(text, _TAB)
    return [f"{number}{mark}{shown}", f"{' ' * (len(number) - 2)}| {' ' * len(mark)}{indent}^"]
