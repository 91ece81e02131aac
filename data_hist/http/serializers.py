"""Serialize domain values as the JSON documents of the API specification, and respond with them."""

import inspect
import math
from collections.abc import Callable, Sequence
from dataclasses import asdict
from datetime import datetime
from functools import wraps
from typing import Any

from starlette.responses import Response

from data_hist.athena.executions import Failure, Query, QueryStatus
from data_hist.catalog.tables import Table, TableColumn
from data_hist.json_documents import JsonText, dumps, timestamp
from data_hist.queries.field_reader import FieldSample
from data_hist.queries.model import Estimate, Page, QueryWarning, ValidatedQuery
from data_hist.queries.saved_format import SavedQuestion
from data_hist.queries.sql_trailer import read_caller_sql, read_parameters
from data_hist.results.formats import column_documents
from data_hist.retention.ownership import OwnedQuery

_MINUTE_MS = 60_000
_MEGABYTE = 2**20
_TERABYTE = 2**40
_MIN_BILLED_MEGABYTES = 10
_MAX_RETRY_SECONDS = 10


def respond_with_json(operation: Callable[..., Any]) -> Callable[..., Any]:
    """Respond with what an operation returns, without Connexion's guess at the media type.

    A response that the operation has built itself passes through.
    """

    @wraps(operation)
    async def respond(*args: Any, **kwargs: Any) -> Response:
        result = await operation(*args, **kwargs)
        if isinstance(result, Response):
            return result
        document, status, headers = result if isinstance(result, tuple) else (result, 200, {})
        return Response(dumps(document), status, headers, "application/json")

    # Connexion reads the parameters to pass from the signature.
    respond.__signature__ = inspect.signature(operation)  # type: ignore[attr-defined]
    return respond


def query_document(
    owned: OwnedQuery, price_usd_per_tb: float, warnings: Sequence[QueryWarning] = ()
) -> dict[str, Any]:
    """Describe a query, in the same way for submit, status, cancel and list."""
    query = owned.query
    document: dict[str, Any] = {
        "query_id": query.query_id,
        "query": read_caller_sql(query.sql),
        "parameters": read_parameters(query.sql),
        "status": query.status,
        "submitted_at": _timestamp(query.submitted_at),
        "completed_at": _timestamp(query.completed_at),
        "expires_at": _timestamp(owned.expires_at),
        "retention_minutes": owned.owner.retention_minutes,
        "statistics": _statistics(query, price_usd_per_tb),
        "warnings": [warning_document(warning) for warning in warnings],
    }
    if query.failure is not None:
        document["error"] = _error(query.failure)
    return document


def warning_document(warning: QueryWarning) -> dict[str, Any]:
    """Describe a warning about a result."""
    return {"code": warning.code, "detail": warning.detail}


def retry_headers(owned: OwnedQuery) -> dict[str, str]:
    """Suggest when to ask again for an unfinished query: the longer it runs, the later."""
    query = owned.query
    if query.status.is_terminal:
        return {}
    tenth_of_age = query.statistics.total_ms // 10_000
    return {"Retry-After": str(min(max(tenth_of_age, 1), _MAX_RETRY_SECONDS))}


def dry_run_document(
    validated: ValidatedQuery,
    sql: str,
    price_usd_per_tb: float,
    warnings: Sequence[QueryWarning] = (),
) -> dict[str, Any]:
    """Describe a query that was checked and not run; what only a run has is null."""
    return {
        "query_id": None,
        "query": sql,
        "valid": True,
        "status": None,
        "submitted_at": None,
        "completed_at": None,
        "expires_at": None,
        "retention_minutes": validated.explained.owner.retention_minutes,
        "statistics": None,
        "estimate": _estimate(validated.estimate, price_usd_per_tb),
        "warnings": [warning_document(warning) for warning in warnings],
    }


def page_document(page: Page) -> dict[str, Any]:
    """Describe a page of rows."""
    return {
        "query_id": page.query_id,
        "columns": column_documents(page.columns),
        "rows": JsonText(page.rows),
        "row_offset": page.row_offset,
        "paging_token": page.paging_token,
    }


def table_document(table: Table, *, is_operator: bool) -> dict[str, Any]:
    """Describe a table of the data dictionary, without the columns that may not be queried."""
    return {
        "name": table.name,
        "description": table.description,
        "columns": [_column(column) for column in table.columns],
        "partition_columns": [column.name for column in table.columns if column.is_partition],
        "required_columns": table.required_columns(is_operator=is_operator),
        "roles": {role: of for role, of in asdict(table.roles).items() if of is not None},
        "examples": [{"title": example.title, "query": example.sql} for example in table.examples],
    }


def fields_document(sample: FieldSample) -> dict[str, Any]:
    """Describe the fields in a sample of payloads."""
    return {
        "fields": [asdict(field) for field in sample.fields],
        "fields_left_out": sample.fields_left_out,
        "sampled_from": _timestamp(sample.span.start),
        "sampled_to": _timestamp(sample.span.end),
        "sampled_at": _timestamp(sample.sampled_at),
        "sampled_records": sample.record_count,
        "scanned_bytes": sample.scanned_bytes,
    }


def saved_document(saved: SavedQuestion) -> dict[str, Any]:
    """Describe a saved question."""
    return {
        "id": saved.id,
        "title": saved.question.title,
        "state": saved.question.state,
        "created_at": _timestamp(saved.created_at),
        "updated_at": _timestamp(saved.updated_at),
        "etag": saved.etag,
    }


def pending_fields_document() -> dict[str, Any]:
    """Tell that a sample is not there yet."""
    return {"detail": "The sample is not there yet; send the same request again."}


def kept_headers(seconds: int, tenant_header: str) -> dict[str, str]:
    """Let the caller keep a response, but no other tenant on the same machine."""
    return {
        "Cache-Control": f"private, max-age={seconds}",
        "Vary": f"{tenant_header}, Authorization, Cookie",
    }


def _column(column: TableColumn) -> dict[str, Any]:
    document = {
        "name": column.name,
        "type": column.type,
        "description": column.description,
        "examples": column.examples,
    }
    if column.time is None:
        return document
    delay_ms = column.time.greatest_delay_ms
    return document | {
        "time": {
            "unit": column.time.unit,
            "greatest_delay_minutes": None if delay_ms is None else delay_ms // _MINUTE_MS,
        }
    }


def _statistics(query: Query, price_usd_per_tb: float) -> dict[str, Any]:
    statistics = query.statistics
    return {
        "scanned_bytes": statistics.scanned_bytes,
        "queue_ms": statistics.queue_ms,
        "planning_ms": statistics.planning_ms,
        "engine_ms": statistics.engine_ms,
        "total_ms": statistics.total_ms,
        "estimated_cost_usd": _cost_usd(query, price_usd_per_tb),
        "reused": query.reused_query_id is not None,
    }


def _estimate(estimate: Estimate, price_usd_per_tb: float) -> dict[str, Any]:
    size = estimate.scanned_bytes
    return {
        "scanned_bytes": size,
        "files": estimate.files,
        "cost_usd": None if size is None else _price_usd(size, price_usd_per_tb),
        "partitions": estimate.partitions,
        "bounded": estimate.bounded,
    }


def _cost_usd(query: Query, price_usd_per_tb: float) -> float:
    """Estimate the bill, which for a failed query is nothing."""
    if query.status is QueryStatus.FAILED:
        return 0.0
    return _price_usd(query.statistics.scanned_bytes, price_usd_per_tb)


def _price_usd(scanned_bytes: int, price_usd_per_tb: float) -> float:
    """Return the price of a query: of whole megabytes, and of at least ten if it reads any."""
    if scanned_bytes == 0:
        return 0.0
    megabytes = max(math.ceil(scanned_bytes / _MEGABYTE), _MIN_BILLED_MEGABYTES)
    return round(megabytes * _MEGABYTE / _TERABYTE * price_usd_per_tb, 8)


def _error(failure: Failure) -> dict[str, Any]:
    document: dict[str, Any] = {
        "code": failure.code,
        "detail": failure.detail,
        "retryable": failure.retryable,
    }
    if failure.line is not None:
        document |= {"line": failure.line, "column": failure.column}
    if failure.suggestions:
        document["suggestions"] = failure.suggestions
    return document


def _timestamp(moment: datetime | None) -> str | None:
    return None if moment is None else timestamp(moment)
