"""Render executions as documents of the Athena API."""

from typing import Any

from local_athena.athena_api.workgroup import ENGINE_VERSION
from local_athena.engine.executions import Execution


def execution_document(execution: Execution) -> dict[str, Any]:
    """Describe an execution, as in GetQueryExecution."""
    request = execution.request
    context = {"Catalog": request.catalog, "Database": request.database}
    document = {
        "QueryExecutionId": execution.id,
        "Query": request.sql,
        "StatementType": "DML",
        "SubstatementType": execution.substatement,
        "ResultConfiguration": {"OutputLocation": execution.result_location},
        "ResultReuseConfiguration": {"ResultReuseByAgeConfiguration": {"Enabled": False}},
        "QueryExecutionContext": {name: value for name, value in context.items() if value},
        "Status": _status(execution),
        "Statistics": _statistics(execution),
        "WorkGroup": request.workgroup,
        "EngineVersion": ENGINE_VERSION,
    }
    if request.parameters:
        document["ExecutionParameters"] = list(request.parameters)
    return document


def runtime_statistics(execution: Execution) -> dict[str, Any]:
    """Describe what an execution read and wrote, as in GetQueryRuntimeStatistics."""
    statistics = execution.statistics
    return {
        "Timeline": _timeline(execution),
        "Rows": {
            "InputBytes": statistics.scanned_bytes,
            "OutputBytes": statistics.output_bytes,
            "OutputRows": statistics.output_rows,
        },
    }


def _status(execution: Execution) -> dict[str, Any]:
    status: dict[str, Any] = {
        "State": execution.state,
        "SubmissionDateTime": execution.submitted_at.timestamp(),
    }
    if execution.completed_at:
        status["CompletionDateTime"] = execution.completed_at.timestamp()
    if execution.state_change_reason:
        status["StateChangeReason"] = execution.state_change_reason
    if execution.failure:
        status["AthenaError"] = {
            "ErrorCategory": execution.failure.category,
            "ErrorType": execution.failure.number,
            "Retryable": execution.failure.retryable,
            "ErrorMessage": execution.failure.message,
        }
    return status


def _statistics(execution: Execution) -> dict[str, Any]:
    return {
        "DataScannedInBytes": execution.statistics.scanned_bytes,
        **_timeline(execution),
        "ResultReuseInformation": {"ReusedPreviousResult": False},
    }


def _timeline(execution: Execution) -> dict[str, int]:
    statistics = execution.statistics
    return {
        "EngineExecutionTimeInMillis": statistics.engine_ms,
        "TotalExecutionTimeInMillis": statistics.total_ms,
        "QueryQueueTimeInMillis": statistics.queue_ms,
        "QueryPlanningTimeInMillis": statistics.planning_ms,
        "ServiceProcessingTimeInMillis": statistics.service_ms,
    }
