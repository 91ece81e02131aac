"""What the state of a query means for its caller: rows, an error of theirs, or neither."""

from collections.abc import Mapping

from data_hist.athena.model import Failure, FailureCause, Query, QueryStatus
from data_hist.catalog import Table
from data_hist.errors import (
    DataHistError,
    InvalidSql,
    QueryNotFinished,
    QueryNotSuccessful,
    ResourcesExhausted,
    ScanLimitExceeded,
)
from data_hist.queries.column_hints import with_column_hint

_RETRY_SECONDS = 1
_CALLERS_FAULTS: dict[FailureCause, type[DataHistError]] = {
    FailureCause.SQL: InvalidSql,
    FailureCause.RESOURCES: ResourcesExhausted,
    FailureCause.SCAN_LIMIT: ScanLimitExceeded,
}


def raise_callers_fault(
    failure: Failure | None, query_id: str | None, tables: Mapping[str, Table]
) -> None:
    """Raise the error of a query over some tables that failed through its own SQL.

    Raises:
        InvalidSql, ResourcesExhausted, ScanLimitExceeded: By the cause of the failure.
    """
    if failure is None or failure.cause not in _CALLERS_FAULTS:
        return
    failure = with_column_hint(failure, tables)
    raise _CALLERS_FAULTS[failure.cause](
        failure.detail,
        query_id=query_id,
        code=failure.code,
        line=failure.line,
        column=failure.column,
    )


def require_rows(query: Query, tables: Mapping[str, Table]) -> None:
    """Make sure that a query over some tables has a result.

    Raises:
        QueryNotFinished: It has none yet.
        QueryNotSuccessful: It never will.
    """
    if not query.status.is_terminal:
        raise QueryNotFinished(
            "The query has not finished yet; GET /status with wait_seconds waits for it.",
            query_id=query.query_id,
            retry_after_seconds=_RETRY_SECONDS,
        )
    if query.status is QueryStatus.FINISHED:
        return
    failure = with_column_hint(query.failure, tables) if query.failure else None
    raise QueryNotSuccessful(
        failure.detail if failure else "The query was cancelled and has no rows; send it again.",
        query_id=query.query_id,
        code=failure.code if failure else None,
        line=failure.line if failure else None,
        column=failure.column if failure else None,
    )
