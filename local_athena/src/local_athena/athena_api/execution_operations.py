"""The operations on executions: start, get, list and stop, and executions as documents."""

from typing import Any

from local_athena.athena_api.errors import (
    execution_not_found,
    invalid_input,
    invalid_request,
    target_not_found,
    too_many_queries,
)
from local_athena.athena_api.request_validation import (
    Member,
    check_members,
    issue_token,
    read_token,
)
from local_athena.athena_api.workgroups import ENGINE_VERSION, Workgroup, Workgroups
from local_athena.engine.engine import Engine, TooManyActiveQueries
from local_athena.engine.execution_registry import IdempotentParameterMismatch
from local_athena.engine.executions import Execution, Request
from local_athena.errors import EntityNotFound, MalformedQuery
from local_athena.s3_api.object_store import InvalidBucketName, ObjectStore, split_location

_DEFAULT_PAGE = 50
_MAX_QUERY_BYTES = 262144
_NO_OUTPUT_LOCATION = (
    "No output location provided. An output location is required either through the "
    "Workgroup result configuration setting or as an API input."
)

_START = (
    Member("QueryString", required=True, minimum=1, maximum=_MAX_QUERY_BYTES),
    Member("ClientRequestToken", minimum=32, maximum=128),
    Member("QueryExecutionContext", dict),
    Member("ResultConfiguration", dict),
    Member("WorkGroup"),
    Member("ExecutionParameters", list, minimum=1),
    Member("ResultReuseConfiguration", dict),
)
_CONTEXT = (Member("Catalog", minimum=1, maximum=256), Member("Database", minimum=1, maximum=255))
_RESULT = (Member("OutputLocation"),)
_REUSE = (Member("ResultReuseByAgeConfiguration", dict),)
_REUSE_BY_AGE = (
    Member("Enabled", bool, required=True),
    Member("MaxAgeInMinutes", int, minimum=0, maximum=10080),
)
_DEFAULT_AGE_MINUTES = 60
_ONE = (Member("QueryExecutionId", required=True, minimum=1, maximum=128),)
_MANY = (Member("QueryExecutionIds", list, required=True, minimum=1, maximum=50),)
_LIST = (
    Member("NextToken", minimum=1, maximum=1024),
    Member("MaxResults", int, minimum=0, maximum=50),
    Member("WorkGroup"),
)
_LIST_SUBJECT = "ListQueryExecutions"


class ExecutionOperations:
    """The operations, one method each, over one engine and the buckets of its results."""

    def __init__(self, engine: Engine, objects: ObjectStore, workgroups: Workgroups) -> None:
        self._engine = engine
        self._objects = objects
        self._workgroups = workgroups

    def start_query_execution(self, document: object) -> dict[str, Any]:
        """StartQueryExecution."""
        request = self._request(check_members(document, _START))
        try:
            return {"QueryExecutionId": self._engine.start(request)}
        except MalformedQuery as error:
            raise invalid_request("MALFORMED_QUERY", str(error)) from error
        except EntityNotFound as error:
            raise target_not_found() from error
        except IdempotentParameterMismatch as error:
            code = "IDEMPOTENT_PARAMETER_MISMATCH"
            raise invalid_request(code, "Idempotent parameters do not match") from error
        except TooManyActiveQueries as error:
            raise too_many_queries() from error

    def get_query_execution(self, document: object) -> dict[str, Any]:
        """GetQueryExecution."""
        return {"QueryExecution": execution_document(self._find(document))}

    def batch_get_query_execution(self, document: object) -> dict[str, Any]:
        """BatchGetQueryExecution."""
        ids = check_members(document, _MANY)["QueryExecutionIds"]
        found = {each: self._engine.find(each) for each in ids}
        return {
            "QueryExecutions": [execution_document(each) for each in found.values() if each],
            "UnprocessedQueryExecutionIds": [
                {
                    "QueryExecutionId": execution_id,
                    "ErrorCode": "QUERY_EXECUTION_NOT_FOUND",
                    "ErrorMessage": f"QueryExecution {execution_id} was not found",
                }
                for execution_id, execution in found.items()
                if execution is None
            ],
        }

    def list_query_executions(self, document: object) -> dict[str, Any]:
        """ListQueryExecutions; a token holds the last execution seen, so new ones shift nothing."""
        members = check_members(document, _LIST)
        workgroup = self._workgroups.require(members.get("WorkGroup"))
        token = members.get("NextToken")
        before = None if token is None else read_token(_LIST_SUBJECT, token)
        limit = members.get("MaxResults") or _DEFAULT_PAGE
        # One more than asked for tells whether another page follows.
        executions = self._engine.newest(workgroup.name, limit + 1, before)
        page = executions[:limit]
        answer: dict[str, Any] = {"QueryExecutionIds": [execution.id for execution in page]}
        if len(executions) > limit:
            answer["NextToken"] = issue_token(_LIST_SUBJECT, page[-1].sequence)
        return answer

    def stop_query_execution(self, document: object) -> dict[str, Any]:
        """StopQueryExecution."""
        self._engine.stop(self._find(document).id)
        return {}

    def get_query_runtime_statistics(self, document: object) -> dict[str, Any]:
        """GetQueryRuntimeStatistics."""
        return {"QueryRuntimeStatistics": runtime_statistics(self._find(document))}

    def _find(self, document: object) -> Execution:
        execution_id = check_members(document, _ONE)["QueryExecutionId"]
        execution = self._engine.find(execution_id)
        if execution is None:
            raise execution_not_found(execution_id)
        return execution

    def _request(self, members: dict[str, Any]) -> Request:
        if not members.get("ClientRequestToken"):
            raise invalid_input("clientRequestToken is null or empty")
        context = check_members(members.get("QueryExecutionContext") or {}, _CONTEXT)
        result = check_members(members.get("ResultConfiguration") or {}, _RESULT)
        workgroup = self._workgroups.require(members.get("WorkGroup"))
        catalog = context.get("Catalog")
        return Request(
            sql=members["QueryString"],
            catalog=catalog.lower() if catalog else None,
            database=context.get("Database"),
            workgroup=workgroup.name,
            output_location=self._output_location(workgroup, result.get("OutputLocation")),
            client_request_token=members["ClientRequestToken"],
            parameters=tuple(members.get("ExecutionParameters") or ()),
            reuse_minutes=_reuse_minutes(members.get("ResultReuseConfiguration") or {}),
            scan_limit_bytes=workgroup.scan_limit_bytes,
        )

    def _output_location(self, workgroup: Workgroup, requested: str | None) -> str:
        location = workgroup.output_location(requested)
        if not location:
            raise invalid_input(_NO_OUTPUT_LOCATION)
        try:
            bucket, _ = split_location(location)
        except InvalidBucketName as error:
            raise invalid_input("outputLocation is not a valid S3 path.") from error
        if not self._objects.is_writable(bucket):
            raise invalid_input(f"Unable to verify/create output bucket {bucket}")
        return location


def _reuse_minutes(configuration: dict[str, Any]) -> int | None:
    by_age = check_members(configuration, _REUSE).get("ResultReuseByAgeConfiguration") or {}
    members = check_members(by_age, _REUSE_BY_AGE) if by_age else {}
    return members.get("MaxAgeInMinutes", _DEFAULT_AGE_MINUTES) if members.get("Enabled") else None


def execution_document(execution: Execution) -> dict[str, Any]:
    """Describe an execution, as in GetQueryExecution."""
    request = execution.request
    context = {"Catalog": request.catalog, "Database": request.database}
    document = {
        "QueryExecutionId": execution.id,
        "Query": request.sql,
        "StatementType": execution.statement_type,
        "SubstatementType": execution.substatement,
        "ResultConfiguration": {"OutputLocation": execution.result_location},
        "ResultReuseConfiguration": {"ResultReuseByAgeConfiguration": _reuse(request)},
        "QueryExecutionContext": {name: value for name, value in context.items() if value},
        "Status": _status(execution),
        "Statistics": _statistics(execution),
        "WorkGroup": request.workgroup,
        "EngineVersion": ENGINE_VERSION,
    }
    if request.parameters:
        document["ExecutionParameters"] = list(request.parameters)
    return document


def _reuse(request: Request) -> dict[str, Any]:
    minutes = request.reuse_minutes
    return {"Enabled": minutes is not None} | ({"MaxAgeInMinutes": minutes} if minutes else {})


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
        "ResultReuseInformation": {"ReusedPreviousResult": execution.reused is not None},
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
