"""Translate Athena's description of a query execution into domain values.

The shapes are those of Athena's `QueryExecution`; a description without its required members is
`EngineFailed`, since botocore answers a truncated body with an empty dictionary.
"""

import logging
import re
from collections.abc import Mapping, Set
from datetime import datetime
from typing import Any, TypeVar

from data_hist.athena.model import (
    Descriptions,
    Failure,
    FailureCause,
    Query,
    QueryStatus,
    Statistics,
)
from data_hist.errors import EngineFailed

_log = logging.getLogger(__name__)

_T = TypeVar("_T")

_STATUS = {
    "QUEUED": QueryStatus.QUEUED,
    "RUNNING": QueryStatus.RUNNING,
    "SUCCEEDED": QueryStatus.FINISHED,
    "FAILED": QueryStatus.FAILED,
    "CANCELLED": QueryStatus.CANCELLED,
}
_USER = 2
# Athena's error reference: 0-8 resources exhausted, 206 and 210 time-outs, 1602 reserved capacity.
_RESOURCE_TYPES = frozenset({*range(9), 206, 210, 1602})
# Numbers that Athena files under the user and that only the operator can mend: writing results,
# throttling between AWS services, permissions.
_OPERATOR_TYPES = frozenset({401, 402, *range(1400, 1407), 1500, 1501})
_REASON = re.compile(r"(?:(?P<name>[A-Z][A-Z0-9_]+): )?(?:line (?P<line>\d+):(?P<column>\d+): )?")
_SCAN_LIMIT = "Bytes scanned limit was exceeded"
# What AWS calls its own troubles; what else is not processed is unknown, or another workgroup's.
_PASSING = re.compile(r"THROTTL|TOO_?MANY|INTERNAL|UNAVAILABLE|TIME_?OUT", re.IGNORECASE)
# From the first quote to the last: a value may hold quotes of its own.
_QUOTED = re.compile(r"['\"].*['\"]", re.DOTALL)
_SECRETS = re.compile(r"s3[an]?://\S+|arn:aws[\w-]*:\S+|\b\d{12}\b")


def query_from(execution: Mapping[str, Any]) -> Query:
    """Read one `QueryExecution`."""
    try:
        status = member(execution, "Status", dict)
        completed = status.get("CompletionDateTime")
        return Query(
            query_id=member(execution, "QueryExecutionId", str),
            status=_STATUS[member(status, "State", str)],
            sql=member(execution, "Query", str),
            output_location=execution.get("ResultConfiguration", {}).get("OutputLocation", ""),
            submitted_at=member(status, "SubmissionDateTime", datetime),
            completed_at=completed and member(status, "CompletionDateTime", datetime),
            statistics=_statistics(execution.get("Statistics", {})),
            failure=_failure(status),
        )
    except (KeyError, TypeError, AttributeError, ValueError) as error:
        raise EngineFailed("Athena's description of the query is incomplete.") from error


def member(answer: Mapping[str, Any], name: str, kind: type[_T]) -> _T:
    """A required member of an answer: botocore gives an empty one for a body that was cut short.

    Raises:
        EngineFailed: It is missing, or not of its kind.
    """
    value = answer.get(name)
    if not isinstance(value, kind):
        raise EngineFailed(f"Athena's answer lacks {name}.")
    return value


def descriptions_from(answer: Mapping[str, Any], unknown: Set[str]) -> Descriptions:
    """Read an answer of `BatchGetQueryExecution`; `unknown` are ids that were not asked for.

    A description that cannot be read is left out: it must not hide the others.

    Raises:
        EngineFailed: It is no such answer.
    """
    try:
        queries = [query for each in answer["QueryExecutions"] if (query := _readable(each))]
        unprocessed = {
            each["QueryExecutionId"]
            for each in answer.get("UnprocessedQueryExecutionIds", ())
            if not _PASSING.search(each.get("ErrorCode", ""))
        }
    except (KeyError, TypeError, AttributeError) as error:
        raise EngineFailed("Athena's answer describes no queries.") from error
    found = {query.query_id: query for query in queries}
    return Descriptions(found, frozenset(unknown | unprocessed))


def _readable(execution: Mapping[str, Any]) -> Query | None:
    try:
        return query_from(execution)
    except EngineFailed:
        _log.warning("AWS described a query in a way that cannot be read")
        return None


def reason_parts(reason: str) -> tuple[str | None, int | None, int | None, str]:
    """Split `NAME: line L:C: text` into the name, line, column and the text without secrets."""
    match = _REASON.match(reason)
    if match is None:
        return None, None, None, public_text(reason)
    line, column = (int(match[part]) if match[part] else None for part in ("line", "column"))
    return match["name"], line, column, public_text(reason[match.end() :])


def public_text(text: str) -> str:
    """Athena's text without what must not leave the service: S3 paths, ARNs, account ids."""
    return _SECRETS.sub("(hidden)", text)


def _without_values(text: str) -> str:
    """A text about a broken record without what stands in it, which may be another customer's."""
    return _QUOTED.sub("(hidden)", text)


def _statistics(raw: Mapping[str, Any]) -> Statistics:
    return Statistics(
        scanned_bytes=int(raw.get("DataScannedInBytes", 0)),
        queue_ms=int(raw.get("QueryQueueTimeInMillis", 0)),
        planning_ms=int(raw.get("QueryPlanningTimeInMillis", 0)),
        engine_ms=int(raw.get("EngineExecutionTimeInMillis", 0)),
        total_ms=int(raw.get("TotalExecutionTimeInMillis", 0)),
    )


def _failure(status: Mapping[str, Any]) -> Failure | None:
    reason = status.get("StateChangeReason", "")
    if status["State"] == "CANCELLED" and reason.startswith(_SCAN_LIMIT):
        return Failure(FailureCause.SCAN_LIMIT, "SCAN_LIMIT_EXCEEDED", public_text(reason))
    if status["State"] != "FAILED":
        return None
    error = status.get("AthenaError", {})
    name, line, column, text = reason_parts(reason)
    if name and name.startswith("HIVE_"):
        text = _without_values(text)
    cause = _cause(error.get("ErrorCategory"), error.get("ErrorType"), name or "", reason)
    return Failure(
        cause=cause,
        code=name or "GENERIC_ERROR",
        detail=text or "The engine gave no reason.",
        retryable=cause is FailureCause.ENGINE and bool(error.get("Retryable", False)),
        line=line,
        column=column,
    )


def _cause(category: int | None, number: int | None, name: str, reason: str) -> FailureCause:
    """Who has to act. The name goes first: the numbers are wider than their documentation."""
    exhausted = name.startswith("EXCEEDED_") or reason.startswith(
        ("Query exhausted resources", "Query timeout")
    )
    if exhausted or number in _RESOURCE_TYPES:
        return FailureCause.RESOURCES
    # A HIVE_ error tells of the archive's files or of Glue, never of the SQL.
    if name.startswith("HIVE_") or number in _OPERATOR_TYPES or category != _USER:
        return FailureCause.ENGINE
    return FailureCause.SQL
