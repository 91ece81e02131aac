"""The exceptions of the service, grouped by who has to act; independent of HTTP and AWS.

    DataHistError
    ├── RequestError                the caller changes the request
    │   ├── InvalidRequest
    │   ├── InvalidPagingToken
    │   ├── NotFound
    │   ├── MethodNotAllowed
    │   ├── RequestTimeout
    │   ├── UnsupportedMediaType
    │   ├── NotAcceptable
    │   ├── RangeNotSatisfiable
    │   ├── Unauthenticated
    │   ├── Forbidden
    │   ├── QueryTooLarge
    │   ├── InvalidSql
    │   ├── StatementNotAllowed
    │   ├── ResourcesExhausted
    │   ├── ScanLimitExceeded
    │   ├── IdempotencyKeyReused
    │   ├── SavedQuestionNotFound
    │   ├── TooManySavedQuestions
    │   ├── PreconditionFailed
    │   └── PreconditionRequired
    ├── QueryError                  the caller looks at the query again, or gives it up
    │   ├── QueryNotFound
    │   ├── QueryNotFinished
    │   ├── QueryNotSuccessful
    │   └── QueryExpired
    ├── EngineError                 the caller waits, the operator may have to act
    │   ├── TooManyQueries
    │   ├── Throttled
    │   ├── EngineFailed
    │   ├── EngineUnavailable
    │   └── ResultUnreadable
    └── ServiceError                the caller comes back later
        ├── BudgetExhausted
        ├── Overloaded
        └── ShuttingDown

`problems.py` gives each leaf its slug and status; a leaf without an entry there fails a test.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any


@dataclass(frozen=True)
class FieldError:
    """A violation of the API specification, located by JSON pointer (RFC 6901)."""

    pointer: str
    detail: str


@dataclass(frozen=True)
class Budget:
    """How many bytes a tenant may scan on a day, and has scanned; None if nobody can tell."""

    limit_bytes: int
    used_bytes: int | None
    resets_at: datetime


class DataHistError(Exception):
    """An error of the service; `detail` tells the caller in one sentence.

    `suggestions` may stand in the place of the word at `line` and `column`, the nearest first.
    """

    retryable = False

    def __init__(
        self,
        detail: str,
        *,
        query_id: str | None = None,
        code: str | None = None,
        line: int | None = None,
        column: int | None = None,
        retry_after_seconds: int | None = None,
        errors: Sequence[FieldError] = (),
        suggestions: Sequence[str] = (),
    ) -> None:
        super().__init__(detail)
        self.detail = detail
        self.query_id = query_id
        self.code = code
        self.line = line
        self.column = column
        self.retry_after_seconds = retry_after_seconds
        self.errors = tuple(errors)
        self.suggestions = tuple(suggestions)

    def __reduce__(self) -> tuple[Any, ...]:
        """Pickle all attributes, whatever arguments the constructor of a subclass takes."""
        return _rebuilt, (type(self), self.args, self.__dict__)


def _rebuilt(
    kind: type[DataHistError], arguments: tuple[Any, ...], state: dict[str, Any]
) -> DataHistError:
    error = kind.__new__(kind, *arguments)
    error.args = arguments
    error.__dict__.update(state)
    return error


class RequestError(DataHistError):
    """The request cannot be served as it is."""


class InvalidRequest(RequestError):
    """The body or a parameter does not match the API specification."""


class InvalidPagingToken(RequestError):
    """The paging token is damaged, or belongs to another query."""


class NotFound(RequestError):
    """There is nothing at this path."""


class MethodNotAllowed(RequestError):
    """The path accepts only the `allowed` methods."""

    def __init__(self, *, allowed: Sequence[str]) -> None:
        super().__init__(f"This path supports only {' and '.join(allowed)}.")
        self.allowed = tuple(allowed)


class RequestTimeout(RequestError):
    """The head or the body did not arrive in time."""


class UnsupportedMediaType(RequestError):
    """The body is not JSON in UTF-8."""


class NotAcceptable(RequestError):
    """The caller accepts none of the formats that are served."""


class RangeNotSatisfiable(RequestError):
    """The range begins past the end of an object of `object_bytes` bytes."""

    def __init__(self, detail: str, *, object_bytes: int, query_id: str | None = None) -> None:
        super().__init__(detail, query_id=query_id)
        self.object_bytes = object_bytes


class Unauthenticated(RequestError):
    """The credentials or the tenant are missing or wrong."""


class Forbidden(RequestError):
    """The caller is authenticated but may not do this."""


class QueryTooLarge(RequestError):
    """The SQL or the body exceeds its limit."""


class InvalidSql(RequestError):
    """The SQL has a syntax error, or failed in the engine through the caller's fault."""


class StatementNotAllowed(RequestError):
    """The SQL is not a single read-only SELECT over the served tables; `code` names the rule."""

    def __init__(
        self,
        detail: str,
        *,
        rule: str,
        line: int | None = None,
        column: int | None = None,
        suggestions: Sequence[str] = (),
    ) -> None:
        super().__init__(detail, code=rule, line=line, column=column, suggestions=suggestions)


class ResourcesExhausted(RequestError):
    """The query needs more memory or time than the engine allows."""


class ScanLimitExceeded(RequestError):
    """The query would read more bytes than the workgroup allows."""


class IdempotencyKeyReused(RequestError):
    """The idempotency key was used before, for a different request."""


class SavedQuestionNotFound(RequestError):
    """The saved question does not exist, or belongs to another tenant."""


class TooManySavedQuestions(RequestError):
    """The tenant has saved as many questions as it may."""


class PreconditionFailed(RequestError):
    """What is to be changed has changed since the caller saw it."""


class PreconditionRequired(RequestError):
    """The request does not say which version it changes."""


class QueryError(DataHistError):
    """The query is not in a state that allows this."""


class QueryNotFound(QueryError):
    """The query does not exist, or belongs to another tenant."""


class QueryNotFinished(QueryError):
    """The query is still queued or running."""

    retryable = True


class QueryNotSuccessful(QueryError):
    """The query has failed or was cancelled, so it has no rows."""


class QueryExpired(QueryError):
    """The retention of the query has ended, or its result is gone."""


class EngineError(DataHistError):
    """The engine failed.

    `transient` says whether the same call may succeed if it is repeated at once. `unconfirmed` says
    whether the engine may have done what was asked although it reported an error.
    """

    retryable = True
    transient = True
    unconfirmed = False


class TooManyQueries(EngineError):
    """The engine runs as many queries as it allows."""

    transient = False


class Throttled(EngineError):
    """The engine's rate limit is reached."""


class EngineFailed(EngineError):
    """The response of the engine cannot be used."""

    retryable = False
    unconfirmed = True


class EngineUnavailable(EngineError):
    """The engine does not answer, or rejects the credentials of the service."""


class ResultUnreadable(EngineError):
    """The result object may exist, but cannot be read."""


class ServiceError(DataHistError):
    """The service cannot serve this now."""

    retryable = True


class BudgetExhausted(ServiceError):
    """The tenant has scanned as much as it may on a day; its `budget` says when the next begins."""

    def __init__(self, detail: str, *, budget: Budget, retry_after_seconds: int) -> None:
        super().__init__(detail, retry_after_seconds=retry_after_seconds)
        self.budget = budget


class Overloaded(ServiceError):
    """The worker serves as many requests as it can."""


class ShuttingDown(ServiceError):
    """The worker is stopping; another one can serve the request."""
