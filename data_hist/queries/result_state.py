"""Resolve the state of a query for its caller: rows, an error to fix, or neither."""

import re
from collections.abc import Mapping
from dataclasses import replace

from data_hist.athena.executions import Failure, FailureCause, Query, QueryStatus
from data_hist.catalog.tables import Table
from data_hist.errors import (
    DataHistError,
    InvalidSql,
    QueryNotFinished,
    QueryNotSuccessful,
    ResourcesExhausted,
    ScanLimitExceeded,
)
from data_hist.spelling import listing, offer, sentence, short

_RETRY_AFTER_SECONDS = 1
_USER_ERRORS: dict[FailureCause, type[DataHistError]] = {
    FailureCause.SQL: InvalidSql,
    FailureCause.RESOURCES: ResourcesExhausted,
    FailureCause.SCAN_LIMIT: ScanLimitExceeded,
}
# Any other name was in double quotes, which some databases accept for strings.
_PLAIN_NAME = re.compile(r"[A-Za-z_]\w*", re.ASCII)
_UNRESOLVED = re.compile(r"Column '([^']+)' cannot be resolved")
# A misspelt one reads as a column with an alias: SELECT DISTICT tags.
_KEYWORD = "DISTINCT"


def raise_user_error(failure: Failure, query_id: str | None, tables: Mapping[str, Table]) -> None:
    """Raise the failure of a query over some tables, if its caller can fix it.

    Raises:
        InvalidSql, ResourcesExhausted, ScanLimitExceeded: By the cause of the failure.
    """
    if failure.cause not in _USER_ERRORS:
        return
    failure = with_column_hint(failure, tables)
    raise _USER_ERRORS[failure.cause](
        failure.detail,
        query_id=query_id,
        code=failure.code,
        line=failure.line,
        column=failure.column,
    )


def require_rows(
    query: Query, tables: Mapping[str, Table], retry_after_seconds: int = _RETRY_AFTER_SECONDS
) -> None:
    """Check that a query over some tables has a result.

    Raises:
        QueryNotFinished: It has none yet.
        QueryNotSuccessful: It never will.
    """
    if not query.status.is_terminal:
        raise QueryNotFinished(
            "The query has not finished yet; GET /status with wait_seconds waits for it.",
            query_id=query.query_id,
            retry_after_seconds=retry_after_seconds,
        )
    if query.status is QueryStatus.FINISHED:
        return
    failure = with_column_hint(query.failure, tables) if query.failure else None
    raise QueryNotSuccessful(
        failure.detail if failure else "The query was cancelled and has no rows; submit it again.",
        query_id=query.query_id,
        code=failure.code if failure else None,
        line=failure.line if failure else None,
        column=failure.column if failure else None,
    )


def with_column_hint(failure: Failure, tables: Mapping[str, Table]) -> Failure:
    """Add to an unknown column the one that may be meant, among those that may be queried."""
    found = _UNRESOLVED.fullmatch(failure.detail)
    if failure.code != "COLUMN_NOT_FOUND" or found is None:
        return failure
    name = short(found[1].replace('"', "").rpartition(".")[2])
    hint = _column_hint(name, tables)
    return replace(failure, detail=sentence(f"Column '{short(found[1])}' cannot be resolved{hint}"))


def _column_hint(name: str, tables: Mapping[str, Table]) -> str:
    if not _PLAIN_NAME.fullmatch(name):
        return "; double quotes are for names, a string takes single quotes"
    columns = {table.name: [column.name for column in table.columns] for table in tables.values()}
    owners = [table for table, names in columns.items() if name.lower() in names]
    if owners:
        return (
            f": '{name.lower()}' is a column of {listing(owners)}; check the FROM around it, "
            "and its aliases"
        )
    known = dict.fromkeys(name for names in columns.values() for name in names)
    return offer(name, [*known, _KEYWORD]) or (
        "; GET /tables describes the columns, and a string takes single quotes"
    )
