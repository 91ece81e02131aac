"""Errors as problem documents (RFC 9457): the table of slugs and statuses, and the renderer."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, NamedTuple

from data_hist import errors
from data_hist.errors import Budget, BudgetExhausted, DataHistError
from data_hist.http.routes import path_prefix
from data_hist.json_documents import dumps, timestamp
from data_hist.observability.request_context import RawHeaders

MEDIA_TYPE = "application/problem+json"
TYPE_PREFIX = "/problems/"


class ProblemKind(NamedTuple):
    """The members that all problems of one kind share."""

    slug: str
    status: int
    title: str


PROBLEMS: dict[type[DataHistError], ProblemKind] = {
    errors.InvalidRequest: ProblemKind(
        "invalid-request", 400, "The request does not match the API specification"
    ),
    errors.InvalidPagingToken: ProblemKind(
        "invalid-paging-token", 400, "The paging token is not valid here"
    ),
    errors.Unauthenticated: ProblemKind("unauthenticated", 401, "The caller is not known"),
    errors.Forbidden: ProblemKind("forbidden", 403, "The caller may not do this"),
    errors.NotFound: ProblemKind("not-found", 404, "There is nothing here"),
    errors.QueryNotFound: ProblemKind("query-not-found", 404, "There is no such query"),
    errors.SavedQuestionNotFound: ProblemKind(
        "saved-not-found", 404, "There is no such saved question"
    ),
    errors.MethodNotAllowed: ProblemKind(
        "method-not-allowed", 405, "The method is not served here"
    ),
    errors.NotAcceptable: ProblemKind("not-acceptable", 406, "No acceptable format is served"),
    errors.RequestTimeout: ProblemKind(
        "request-timeout", 408, "The request took too long to arrive"
    ),
    errors.QueryNotFinished: ProblemKind("query-not-finished", 409, "The query has not finished"),
    errors.QueryNotSuccessful: ProblemKind("query-not-successful", 409, "The query has no rows"),
    errors.TooManySavedQuestions: ProblemKind(
        "too-many-saved", 409, "There are too many saved questions"
    ),
    errors.QueryExpired: ProblemKind("query-expired", 410, "The query has expired"),
    errors.PreconditionFailed: ProblemKind(
        "precondition-failed", 412, "It has changed since you read it"
    ),
    errors.QueryTooLarge: ProblemKind("query-too-large", 413, "The query is too large"),
    errors.UnsupportedMediaType: ProblemKind(
        "unsupported-media-type", 415, "The body must be JSON"
    ),
    errors.RangeNotSatisfiable: ProblemKind(
        "range-not-satisfiable", 416, "The range is past the end"
    ),
    errors.InvalidSql: ProblemKind("invalid-sql", 422, "The SQL is not valid"),
    errors.StatementNotAllowed: ProblemKind(
        "statement-not-allowed", 422, "The statement is not allowed"
    ),
    errors.ResourcesExhausted: ProblemKind(
        "resources-exhausted", 422, "The query needs more than the engine gives"
    ),
    errors.ScanLimitExceeded: ProblemKind(
        "scan-limit-exceeded", 422, "The query reads more than it may"
    ),
    errors.IdempotencyKeyReused: ProblemKind(
        "idempotency-key-reused", 422, "The idempotency key belongs to another request"
    ),
    errors.PreconditionRequired: ProblemKind(
        "precondition-required", 428, "The request must say which version it changes"
    ),
    errors.TooManyQueries: ProblemKind("too-many-queries", 429, "Too many queries are running"),
    errors.BudgetExhausted: ProblemKind(
        "budget-exhausted", 429, "The budget of the day is used up"
    ),
    errors.Throttled: ProblemKind("throttled", 429, "Too many calls"),
    errors.EngineFailed: ProblemKind("engine-error", 502, "The engine gave a wrong answer"),
    errors.EngineUnavailable: ProblemKind("engine-unavailable", 503, "The engine is not available"),
    errors.ResultUnreadable: ProblemKind("result-unreadable", 503, "The result cannot be read"),
    errors.Overloaded: ProblemKind("overloaded", 503, "The service has too much to do"),
    errors.ShuttingDown: ProblemKind("shutting-down", 503, "The service is stopping"),
}
INTERNAL = ProblemKind("internal", 500, "Something went wrong in this service")


# The statuses whose problems always tell when to retry.
_RETRY_LATER = frozenset({429, 503})
_DEFAULT_RETRY_SECONDS = 2

_CHALLENGE = 'Gateway realm="data_hist"'
"""RFC 9110 requires a challenge with every 401; `Basic` would make browsers open a dialog."""


@dataclass(frozen=True)
class Problem:
    """A problem response, apart from the headers of every response."""

    kind: ProblemKind
    headers: Mapping[str, str]
    body: bytes


def problem_kind(error: DataHistError) -> ProblemKind:
    """Return the slug, status and title of an error."""
    return PROBLEMS[type(error)]


def render_problem(error: DataHistError, request_headers: RawHeaders) -> Problem:
    """Render an error; members that do not apply are left out."""
    optional = {
        "query_id": error.query_id,
        "code": error.code,
        "line": error.line,
        "column": error.column,
        "suggestions": list(error.suggestions) or None,
        "budget": budget_document(error.budget) if isinstance(error, BudgetExhausted) else None,
        "retryable": error.retryable,
        "errors": [{"pointer": e.pointer, "detail": e.detail} for e in error.errors] or None,
    }
    members = {name: value for name, value in optional.items() if value is not None}
    kind = problem_kind(error)
    return _render(kind, error.detail, members, _headers(error, kind.status), request_headers)


def render_internal_problem(request_id: str, request_headers: RawHeaders) -> Problem:
    """Render a bug: nothing but what an operator needs to find it in the log."""
    detail = f"The request is {request_id} in the log."
    return _render(INTERNAL, detail, {"retryable": False}, {}, request_headers)


def budget_document(budget: Budget) -> dict[str, Any]:
    """Describe what a tenant may scan today, and has scanned."""
    return {
        "limit_bytes": budget.limit_bytes,
        "used_bytes": budget.used_bytes,
        "resets_at": timestamp(budget.resets_at),
    }


def _render(
    kind: ProblemKind,
    detail: str,
    members: Mapping[str, Any],
    headers: Mapping[str, str],
    request_headers: RawHeaders,
) -> Problem:
    document = {
        "type": path_prefix(request_headers) + TYPE_PREFIX + kind.slug,
        "title": kind.title,
        "status": kind.status,
        "detail": detail,
    }
    return Problem(kind, headers, dumps({**document, **members}))


def _headers(error: DataHistError, status: int) -> dict[str, str]:
    headers: dict[str, str] = {}
    if error.retry_after_seconds or status in _RETRY_LATER:
        headers["Retry-After"] = str(error.retry_after_seconds or _DEFAULT_RETRY_SECONDS)
    if isinstance(error, errors.Unauthenticated):
        headers["WWW-Authenticate"] = _CHALLENGE
    if isinstance(error, errors.RequestTimeout):
        # The rest of the body is neither awaited nor taken for the next request.
        headers["Connection"] = "close"
    if isinstance(error, errors.RangeNotSatisfiable):
        headers["Content-Range"] = f"bytes */{error.object_bytes}"
    if isinstance(error, errors.MethodNotAllowed):
        headers["Allow"] = ", ".join(error.allowed)
    return headers
