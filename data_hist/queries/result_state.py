"""Resolve the state of a query for its caller: rows, an error to fix, or neither."""

import re
from collections.abc import Callable, Mapping
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
from data_hist.sql_guard.column_suggestions import (
    suggest_columns,
    suggest_qualified,
    suggest_relations,
    suggest_shared_columns,
)
from data_hist.sql_guard.visible_columns import ColumnPlace, column_at

_RETRY_AFTER_SECONDS = 1
_USER_ERRORS: dict[FailureCause, type[DataHistError]] = {
    FailureCause.SQL: InvalidSql,
    FailureCause.RESOURCES: ResourcesExhausted,
    FailureCause.SCAN_LIMIT: ScanLimitExceeded,
}
# Any other name was in double quotes, which some databases accept for strings.
_PLAIN_NAME = re.compile(r"[A-Za-z_]\w*", re.ASCII)
_UNRESOLVED = re.compile(r"Column '([^']+)' cannot be resolved")
# What to suggest if the text is another.
_SUGGEST: dict[str, Callable[[ColumnPlace], list[str]]] = {
    "AMBIGUOUS_NAME": suggest_qualified,
    "COLUMN_NOT_FOUND": suggest_shared_columns,
    "TABLE_NOT_FOUND": suggest_relations,
}


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
    failure = with_suggestions(query, tables).failure
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
    failure = with_suggestions(query, tables).failure
    raise QueryNotSuccessful(
        failure.detail if failure else "The query was cancelled and has no rows; submit it again.",
        query_id=query.query_id,
        code=failure.code if failure else None,
        line=failure.line if failure else None,
        column=failure.column if failure else None,
        suggestions=failure.suggestions if failure else (),
    )


def with_suggestions(query: Query, tables: Mapping[str, Table]) -> Query:
    """Add to a failure about a name those that may be meant, among those that may be queried."""
    failure = query.failure
    if failure is None or failure.code not in _SUGGEST:
        return query
    place = _place(query, failure, tables)
    unresolved = _UNRESOLVED.fullmatch(failure.detail)
    if failure.code == "COLUMN_NOT_FOUND" and unresolved is not None:
        return replace(query, failure=_with_column(failure, unresolved[1], place, tables))
    suggestions = _SUGGEST[failure.code](place) if place else []
    if not suggestions:
        return query
    detail = sentence(failure.detail + ask(suggestions))
    hinted = replace(failure, detail=detail, suggestions=tuple(suggestions))
    return replace(query, failure=hinted)


def usable_tables(tables: Mapping[str, Table], tenant: int) -> Mapping[str, Table]:
    """Return the tables without those that only the operator may query."""
    return {name: table for name, table in tables.items() if tenant == OPERATOR or table.tenant}


def _place(query: Query, failure: Failure, tables: Mapping[str, Table]) -> ColumnPlace | None:
    sql = read_caller_sql(query.sql)
    if sql is None or failure.line is None or failure.column is None:
        return None
    return column_at(sql, failure.line, failure.column, tables)


def _with_column(
    failure: Failure, written: str, place: ColumnPlace | None, tables: Mapping[str, Table]
) -> Failure:
    suggestions = suggest_columns(place, written, tables)
    name = short(written.replace('"', "").rpartition(".")[2])
    hint = ask(suggestions) or _column_hint(name, tables)
    detail = sentence(f"Column '{short(written)}' cannot be resolved{hint}")
    return replace(failure, detail=detail, suggestions=tuple(suggestions))


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
