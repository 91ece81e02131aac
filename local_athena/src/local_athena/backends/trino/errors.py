"""Carry an error of Trino over into Athena's failure: name, text, position and family."""

from typing import Any

from local_athena.errors import ErrorFamily, StatementFailure

# What a cluster recovers from by itself.
_TRANSIENT = frozenset(
    {
        "ABANDONED_TASK",
        "CLUSTER_OUT_OF_MEMORY",
        "NO_NODES_AVAILABLE",
        "PAGE_TRANSPORT_ERROR",
        "PAGE_TRANSPORT_TIMEOUT",
        "QUERY_QUEUE_FULL",
        "REMOTE_HOST_GONE",
        "REMOTE_TASK_ERROR",
        "REMOTE_TASK_MISMATCH",
        "SERVER_SHUTTING_DOWN",
        "SERVER_STARTING_UP",
        "TOO_MANY_REQUESTS_FAILED",
    }
)


def parse_failure(error: dict[str, Any]) -> StatementFailure:
    """Return the failure that an `error` of Trino means."""
    name, text = error["errorName"], error.get("message") or "Trino gave no reason"
    location = error.get("errorLocation") or {}
    line, column = location.get("lineNumber"), location.get("columnNumber")
    return StatementFailure(
        name,
        text.removeprefix(f"line {line}:{column}: "),
        line,
        column,
        ErrorFamily[error["errorType"]],
        retryable=name in _TRANSIENT,
    )
