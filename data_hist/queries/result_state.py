"""Resolve the state of a query for its caller: rows, an error to fix, or neither."""

import re
from collections.abc import Mapping
from dataclasses import replace

from data_hist.athena.executions import Failure, FailureCause, Query, QueryStatus
from data_hist.auth.authentication import OPERATOR
from data_hist.catalog.tables import Table
from data_hist.errors import (
    DataHistError,
    InvalidSql,
    QueryNotFinished,
    QueryNotSuccessful,
    ResourcesExhausted,
    ScanLimitExceeded,
)
from data_hist.queries.sql_trailer import read_caller_sql
from data_hist.spelling import ask, listing, sentence, short
from data_hist.sql_guard.column_suggestions import suggest_columns

_RETRY_AFTER_SECONDS = 1
_USER_ERRORS: dict[FailureCause, type[DataHistError]] = {
    FailureCause.SQL: InvalidSql,
    FailureCause.RESOURCES: ResourcesExhausted,
    FailureCause.SCAN_LIMIT: ScanLimitExceeded,
}
# Any other name was in double quotes, which some databases accept for strings.
_PLAIN_NAME = re.compile(r"[A-Za-z_]\w*", re.ASCII)
_UNRESOLVED = re.compile(r"Column '([^']+)' cannot be resolved")


def raise_user_error(
    query: Query, tables: Mapping[str, Table], query_id: str | None = None
) -> None:
    """Raise the failure of a query, if it failed and its caller can fix it.

    Args:
        query: The query; its failure refers to the caller's SQL.
        tables: The tables that the caller may query.
        query_id: The id for the caller, if there is one.

    Raises:
        InvalidSql, ResourcesExhausted, ScanLimitExceeded: By the cause of the failure.
    """
    failure = with_column_hint(query, tables).failure
    if failure is None or failure.cause not in _USER_ERRORS:
        return
    raise _USER_ERRORS[failure.cause](
        failure.detail,
        query_id=query_id,
        code=failure.code,
        line=failure.line,
        column=failure.column,
        suggestions=failure.suggestions,
    )


def require_rows(
    query: Query, tables: Mapping[str, Table], retry_after_seconds: int = _RETRY_AFTER_SECONDS
) -> None:
    """Check that a query has a result, for a caller who may query some tables.

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
    failure = with_column_hint(query, tables).failure
    raise QueryNotSuccessful(
        failure.detail if failure else "The query was cancelled and has no rows; submit it again.",
        query_id=query.query_id,
        code=failure.code if failure else None,
        line=failure.line if failure else None,
        column=failure.column if failure else None,
        suggestions=failure.suggestions if failure else (),
    )


def with_column_hint(query: Query, tables: Mapping[str, Table]) -> Query:
    """Add to an unknown column those that may be meant, among those that the caller may query."""
    failure = query.failure
    if failure is None or failure.code != "COLUMN_NOT_FOUND":
        return query
    found = _UNRESOLVED.fullmatch(failure.detail)
    if found is None:
        return query
    suggestions = suggest_columns(read_caller_sql(query.sql), _position(failure), found[1], tables)
    name = short(found[1].replace('"', "").rpartition(".")[2])
    hint = ask(suggestions) or _column_hint(name, tables)
    detail = sentence(f"Column '{short(found[1])}' cannot be resolved{hint}")
    hinted = replace(failure, detail=detail, suggestions=tuple(suggestions))
    return replace(query, failure=hinted)


def usable_tables(tables: Mapping[str, Table], tenant: int) -> Mapping[str, Table]:
    """Return the tables without those that only the operator may query."""
    return {name: table for name, table in tables.items() if tenant == OPERATOR or table.tenant}


def _position(failure: Failure) -> tuple[int, int] | None:
    if failure.line is None or failure.column is None:
        return None
    return failure.line, failure.column


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
    return "; GET /tables describes the columns, and a string takes single quotes"
