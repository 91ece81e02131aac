"""Serve Athena's JSON 1.1 protocol: route operations by header, apply call quotas, render errors.

Any credentials are accepted; signatures are not checked.
"""

import json
import logging
import threading
import time
import uuid
from collections.abc import Callable, Mapping
from typing import Any

from starlette.concurrency import run_in_threadpool
from starlette.requests import Request
from starlette.responses import Response

from local_athena.athena_api.errors import ApiError, throttled
from local_athena.athena_api.execution_operations import ExecutionOperations
from local_athena.athena_api.metadata_operations import MetadataOperations
from local_athena.athena_api.result_operations import ResultOperations
from local_athena.athena_api.workgroups import Workgroups
from local_athena.engine.engine import Engine
from local_athena.s3_api.object_store import ObjectStore
from local_athena.settings import CallRate
from local_athena.tables import Catalog

Operation = Callable[[object], dict[str, Any]]

_log = logging.getLogger(__name__)
_TARGET_PREFIX = "AmazonAthena."


class Throttle:
    """Counts calls against the quotas of their operations; without a quota, there is no limit."""

    def __init__(
        self, rates: Mapping[str, CallRate], clock: Callable[[], float] = time.monotonic
    ) -> None:
        self._rates = rates
        self._clock = clock
        self._lock = threading.Lock()
        self._levels = {name: (float(rate.burst), clock()) for name, rate in rates.items()}

    def admits(self, operation: str) -> bool:
        """Take a token; return whether there was one."""
        rate = self._rates.get(operation)
        if rate is None:
            return True
        with self._lock:
            level, seen_at = self._levels[operation]
            now = self._clock()
            level = min(float(rate.burst), level + (now - seen_at) * rate.per_second)
            admitted = level >= 1
            self._levels[operation] = (level - 1 if admitted else level, now)
            return admitted


class AthenaProtocol:
    """The endpoint `POST /`."""

    def __init__(
        self,
        engine: Engine,
        objects: ObjectStore,
        catalog: Catalog,
        workgroups: Workgroups,
        throttle: Throttle,
    ) -> None:
        self._throttle = throttle
        executions = ExecutionOperations(engine, objects, workgroups)
        results = ResultOperations(engine, objects)
        metadata = MetadataOperations(catalog, workgroups)
        self._operations: dict[str, Operation] = {
            "BatchGetQueryExecution": executions.batch_get_query_execution,
            "GetDataCatalog": metadata.get_data_catalog,
            "GetDatabase": metadata.get_database,
            "GetQueryExecution": executions.get_query_execution,
            "GetQueryResults": results.get_query_results,
            "GetQueryRuntimeStatistics": executions.get_query_runtime_statistics,
            "GetTableMetadata": metadata.get_table_metadata,
            "GetWorkGroup": workgroups.get_work_group,
            "ListDataCatalogs": metadata.list_data_catalogs,
            "ListDatabases": metadata.list_databases,
            "ListEngineVersions": workgroups.list_engine_versions,
            "ListNamedQueries": workgroups.list_named_queries,
            "ListPreparedStatements": workgroups.list_prepared_statements,
            "ListQueryExecutions": executions.list_query_executions,
            "ListTableMetadata": metadata.list_table_metadata,
            "ListWorkGroups": workgroups.list_work_groups,
            "StartQueryExecution": executions.start_query_execution,
            "StopQueryExecution": executions.stop_query_execution,
        }

    async def endpoint(self, request: Request) -> Response:
        """Serve a call."""
        target = request.headers.get("x-amz-target", "")
        body = await request.body()
        try:
            # Off the event loop: operations parse SQL and read files.
            content = await run_in_threadpool(self._call, target, body)
        except ApiError as error:
            return _response(error.body(), error.status)
        except Exception:
            _log.exception("%s failed", target)
            return _response(ApiError("InternalServerException", "Internal error").body(), 500)
        return _response(content, 200)

    def _call(self, target: str, body: bytes) -> dict[str, Any]:
        name = target.removeprefix(_TARGET_PREFIX)
        operation = self._operations.get(name)
        if operation is None or name == target:
            raise ApiError("UnknownOperationException")
        if not self._throttle.admits(name):
            raise throttled()
        return operation(_document(body))


def _document(body: bytes) -> object:
    try:
        document = json.loads(body)
        # An escaped half of a surrogate pair is JSON, but no text that could be kept or sent.
        json.dumps(document, ensure_ascii=False).encode()
    except (ValueError, RecursionError) as error:
        raise ApiError("SerializationException") from error
    return document


def _response(content: dict[str, Any], status: int) -> Response:
    return Response(
        json.dumps(content, ensure_ascii=False).encode(),
        status,
        {"x-amzn-RequestId": str(uuid.uuid4())},
        media_type="application/x-amz-json-1.1",
    )
