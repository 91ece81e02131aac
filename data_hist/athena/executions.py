"""Queries and result columns as Athena describes them, and how its descriptions are parsed.

The shapes are those of Athena's `QueryExecution`. botocore returns an empty dictionary for a
truncated body, so a description without its required members raises `EngineFailed`.
"""

import logging
import re
from collections.abc import Mapping, Set
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum
from typing import Any, TypeVar

from data_hist.errors import EngineFailed

_log = logging.getLogger(__name__)

_T = TypeVar("_T")


class QueryStatus(StrEnum):
    """The state of a query; not monotonic, because Athena may queue a running query again."""

    QUEUED = "QUEUED"
    RUNNING = "RUNNING"
    FINISHED = "FINISHED"
    FAILED = "FAILED"
    CANCELLED = "CANCELLED"

    @property
    def is_terminal(self) -> bool:
        """Whether the status is final."""
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

    `code` is the engine's error name, such as COLUMN_NOT_FOUND. `line` and `column` count from 1;
    both or neither are set. `suggestions` may stand in place of the name there.
    """

    cause: FailureCause
    code: str
    detail: str
    retryable: bool = False
    line: int | None = None
    column: int | None = None
    suggestions: tuple[str, ...] = ()


@dataclass(frozen=True)
class Statistics:
    """What the query has cost so far, in bytes and milliseconds."""

    scanned_bytes: int = 0
    queue_ms: int = 0
    planning_ms: int = 0
    engine_ms: int = 0
    total_ms: int = 0


@dataclass(frozen=True)
class Query:
    """A statement that was submitted to the engine; `sql` is the text that it received.

    `reused_query_id` is the query whose result this one has, if that is not its own, and
    `reused_result_at` the end of that query, if the engine still knows it.
    """

    query_id: str
    status: QueryStatus
    sql: str = field(repr=False)
    output_location: str
    submitted_at: datetime
    completed_at: datetime | None = None
    statistics: Statistics = field(default_factory=Statistics)
    failure: Failure | None = None
    reused_query_id: str | None = None
    reused_result_at: datetime | None = None


@dataclass(frozen=True)
class Descriptions:
    """Descriptions of several queries; an id in neither member could not be looked up this time."""

    found: Mapping[str, Query]
    unknown: frozenset[str]


@dataclass(frozen=True)
class Column:
    """A column of a result; `type` is Athena's name of its type.

    `precision` and `scale` are set for decimals, and 0 for every other type.
    """

    name: str
    type: str
    precision: int = 0
    scale: int = 0


_STATUS = {
    "QUEUED": QueryStatus.QUEUED,
    "RUNNING": QueryStatus.RUNNING,
    "SUCCEEDED": QueryStatus.FINISHED,
    "FAILED": QueryStatus.FAILED,
    "CANCELLED": QueryStatus.CANCELLED,
}
_USER = 2
# Athena's error reference: 0-8 resources exhausted, 206 and 210 timeouts, 1602 reserved capacity.
_RESOURCE_TYPES = frozenset({*range(9), 206, 210, 1602})
# Athena assigns these to the user, but only the operator can fix them: writing results, throttling
# between AWS services, permissions.
_OPERATOR_TYPES = frozenset({401, 402, *range(1400, 1407), 1500, 1501})
_REASON = re.compile(r"(?:(?P<name>[A-Z][A-Z0-9_]+): )?(?:line (?P<line>\d+):(?P<column>\d+): )?")
_SCAN_LIMIT = "Bytes scanned limit was exceeded"
# Faults of AWS itself. Every other unprocessed id is unknown, or belongs to another workgroup.
_SERVICE_FAULT = re.compile(r"THROTTL|TOO_?MANY|INTERNAL|UNAVAILABLE|TIME_?OUT", re.IGNORECASE)
# From the first quote to the last: a value may contain quotes.
_QUOTED = re.compile(r"['\"].*['\"]", re.DOTALL)
_SECRETS = re.compile(r"s3[an]?://\S+|arn:aws[\w-]*:\S+|\b\d{12}\b")


def parse_query(execution: Mapping[str, Any]) -> Query:
    """Parse a `QueryExecution`.

    Raises:
        EngineFailed: A required member is missing or has the wrong type.
    """
    try:
        status = require_member(execution, "Status", dict)
        completed = status.get("CompletionDateTime")
        return Query(
            query_id=require_member(execution, "QueryExecutionId", str),
            status=_STATUS[require_member(status, "State", str)],
            sql=require_member(execution, "Query", str),
            output_location=execution.get("ResultConfiguration", {}).get("OutputLocation", ""),
            submitted_at=require_member(status, "SubmissionDateTime", datetime),
            completed_at=completed and require_member(status, "CompletionDateTime", datetime),
            statistics=_parse_statistics(execution.get("Statistics", {})),
            failure=_parse_failure(status),
            reused_query_id=_parse_reused(execution),
        )
    except (KeyError, TypeError, AttributeError, ValueError) as error:
        raise EngineFailed("Athena's description of the query is incomplete.") from error


def require_member(response: Mapping[str, Any], name: str, kind: type[_T]) -> _T:
    """Return a required member of a response.

    Raises:
        EngineFailed: It is missing or has the wrong type.
    """
    value = response.get(name)
    if not isinstance(value, kind):
        raise EngineFailed(f"Athena's answer lacks {name}.")
    return value


def parse_descriptions(response: Mapping[str, Any], unknown: Set[str]) -> Descriptions:
    """Parse a response to `BatchGetQueryExecution`; `unknown` are ids that were not sent.

    A description that cannot be parsed is left out, so that it does not hide the others.

    Raises:
        EngineFailed: The response as a whole cannot be parsed.
    """
    try:
        queries = [query for each in response["QueryExecutions"] if (query := _try_parse(each))]
        unprocessed = {
            each["QueryExecutionId"]
            for each in response.get("UnprocessedQueryExecutionIds", ())
            if not _SERVICE_FAULT.search(each.get("ErrorCode", ""))
        }
    except (KeyError, TypeError, AttributeError) as error:
        raise EngineFailed("Athena's answer describes no queries.") from error
    found = {query.query_id: query for query in queries}
    return Descriptions(found, frozenset(unknown | unprocessed))


def _try_parse(execution: Mapping[str, Any]) -> Query | None:
    try:
        return parse_query(execution)
    except EngineFailed:
        _log.warning("AWS sent a description of a query that cannot be parsed")
        return None


def parse_reason(reason: str) -> tuple[str | None, int | None, int | None, str]:
    """Split `NAME: line L:C: text` into name, line, column and the text without secrets."""
    match = _REASON.match(reason)
    if match is None:
        return None, None, None, hide_secrets(reason)
    line, column = (int(match[part]) if match[part] else None for part in ("line", "column"))
    return match["name"], line, column, hide_secrets(reason[match.end() :])


def hide_secrets(text: str) -> str:
    """Replace what must not leave the service: S3 paths, ARNs and account ids."""
    return _SECRETS.sub("(hidden)", text)


def _hide_values(text: str) -> str:
    """Replace values quoted from a corrupt record, which may belong to another customer."""
    return _QUOTED.sub("(hidden)", text)


def _parse_reused(execution: Mapping[str, Any]) -> str | None:
    """Return the id in the location, which is that of the earlier result."""
    information = execution.get("Statistics", {}).get("ResultReuseInformation", {})
    if not information.get("ReusedPreviousResult", False):
        return None
    location: str = execution.get("ResultConfiguration", {}).get("OutputLocation", "")
    return location.rpartition("/")[2].removesuffix(".csv")


def _parse_statistics(raw: Mapping[str, Any]) -> Statistics:
    return Statistics(
        scanned_bytes=int(raw.get("DataScannedInBytes", 0)),
        queue_ms=int(raw.get("QueryQueueTimeInMillis", 0)),
        planning_ms=int(raw.get("QueryPlanningTimeInMillis", 0)),
        engine_ms=int(raw.get("EngineExecutionTimeInMillis", 0)),
        total_ms=int(raw.get("TotalExecutionTimeInMillis", 0)),
    )


def _parse_failure(status: Mapping[str, Any]) -> Failure | None:
    reason = status.get("StateChangeReason", "")
    if status["State"] == "CANCELLED" and reason.startswith(_SCAN_LIMIT):
        return Failure(FailureCause.SCAN_LIMIT, "SCAN_LIMIT_EXCEEDED", hide_secrets(reason))
    if status["State"] != "FAILED":
        return None
    error = status.get("AthenaError", {})
    name, line, column, text = parse_reason(reason)
    if name and name.startswith("HIVE_"):
        text = _hide_values(text)
    cause = _classify(error.get("ErrorCategory"), error.get("ErrorType"), name or "", reason)
    return Failure(
        cause=cause,
        code=name or "GENERIC_ERROR",
        detail=text or "The engine gave no reason.",
        retryable=cause is FailureCause.ENGINE and bool(error.get("Retryable", False)),
        line=line,
        column=column,
    )


def _classify(category: int | None, number: int | None, name: str, reason: str) -> FailureCause:
    """Decide who has to act.

    The name takes precedence: Athena uses numbers that its error reference does not list.
    """
    exhausted = name.startswith("EXCEEDED_") or reason.startswith(
        ("Query exhausted resources", "Query timeout")
    )
    if exhausted or number in _RESOURCE_TYPES:
        return FailureCause.RESOURCES
    # A HIVE_ error is about the archive's files or Glue, never about the SQL.
    if name.startswith("HIVE_") or number in _OPERATOR_TYPES or category != _USER:
        return FailureCause.ENGINE
    return FailureCause.SQL
