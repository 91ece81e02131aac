"""Errors as RFC 9457 problem documents: the one table of slugs and status codes."""

from typing import Any, NamedTuple

from data_hist import errors
from data_hist.errors import DataHistError

MEDIA_TYPE = "application/problem+json"
TYPE_PREFIX = "/problems/"


class ProblemKind(NamedTuple):
    """What all problems of one kind share."""

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
    errors.MethodNotAllowed: ProblemKind(
        "method-not-allowed", 405, "The method is not served here"
    ),
    errors.NotAcceptable: ProblemKind("not-acceptable", 406, "No acceptable format is served"),
    errors.RequestTimeout: ProblemKind(
        "request-timeout", 408, "The request took too long to arrive"
    ),
    errors.QueryNotFinished: ProblemKind("query-not-finished", 409, "The query has not finished"),
    errors.QueryNotSuccessful: ProblemKind("query-not-successful", 409, "The query has no rows"),
    errors.QueryExpired: ProblemKind("query-expired", 410, "The query has expired"),
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
    errors.TooManyQueries: ProblemKind("too-many-queries", 429, "Too many queries are running"),
    errors.Throttled: ProblemKind("throttled", 429, "Too many calls"),
    errors.EngineFailed: ProblemKind("engine-error", 502, "The engine gave a wrong answer"),
    errors.EngineUnavailable: ProblemKind("engine-unavailable", 503, "The engine is not available"),
    errors.ResultUnreadable: ProblemKind("result-unreadable", 503, "The result cannot be read"),
    errors.Overloaded: ProblemKind("overloaded", 503, "The service has too much to do"),
    errors.ShuttingDown: ProblemKind("shutting-down", 503, "The service is stopping"),
}
INTERNAL = ProblemKind("internal", 500, "Something went wrong in this service")


def problem_kind(error: DataHistError) -> ProblemKind:
    """The kind of an error."""
    return PROBLEMS[type(error)]


def problem_document(error: DataHistError, prefix: str = "") -> dict[str, Any]:
    """The body for an error; members that do not apply are left out.

    Args:
        error: What went wrong.
        prefix: The path prefix under which the caller sees the service.
    """
    document = _document(problem_kind(error), error.detail, prefix)
    optional = {
        "query_id": error.query_id,
        "code": error.code,
        "line": error.line,
        "column": error.column,
        "retryable": error.retryable,
        "errors": [{"pointer": e.pointer, "detail": e.detail} for e in error.errors] or None,
    }
    return document | {name: value for name, value in optional.items() if value is not None}


def internal_problem_document(request_id: str, prefix: str = "") -> dict[str, Any]:
    """The body for a fault of ours: nothing but what the operator needs to find it."""
    document = _document(INTERNAL, f"The request is {request_id} in the log.", prefix)
    return document | {"retryable": False}


def _document(kind: ProblemKind, detail: str, prefix: str) -> dict[str, Any]:
    return {
        "type": prefix + TYPE_PREFIX + kind.slug,
        "title": kind.title,
        "status": kind.status,
        "detail": detail,
    }
