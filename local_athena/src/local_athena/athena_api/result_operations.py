"""GetQueryResults: pages of the result file, each from the byte offset in its NextToken."""

from typing import Any

from local_athena.athena_api.errors import (
    execution_not_found,
    invalid_input,
    invalid_request,
    result_not_found,
)
from local_athena.athena_api.request_validation import (
    Member,
    check_members,
    issue_token,
    read_token,
)
from local_athena.engine.engine import Engine
from local_athena.engine.executions import Column, Execution, State
from local_athena.engine.result_files import Page, Row, read_lines, read_page
from local_athena.engine.result_metadata import RESULT_CATALOG
from local_athena.s3_api.object_store import ObjectStore, split_location

_MAX_PAGE = 1000
_GET = (
    Member("QueryExecutionId", required=True, minimum=1, maximum=128),
    Member("NextToken", minimum=1, maximum=1024),
    Member("MaxResults", int, minimum=1),
    Member("QueryResultType"),
)


class ResultOperations:
    """The operation on results, over one engine and its objects."""

    def __init__(self, engine: Engine, objects: ObjectStore) -> None:
        self._engine = engine
        self._objects = objects

    def get_query_results(self, document: object) -> dict[str, Any]:
        """GetQueryResults; the header of a query is the first row of the first page, and counts."""
        members = check_members(document, _GET)
        execution = self._find(members["QueryExecutionId"])
        limit = members.get("MaxResults", _MAX_PAGE)
        if limit > _MAX_PAGE:
            raise invalid_input(f"MaxResults is more than maximum allowed length {_MAX_PAGE}")
        _require_result(execution)
        token = members.get("NextToken")
        offset = 0 if token is None else read_token(execution.id, token)
        page = self._page(execution, offset, limit)
        answer: dict[str, Any] = {
            "ResultSet": {
                "Rows": [_row(row) for row in page.rows],
                "ResultSetMetadata": {"ColumnInfo": [_column(each) for each in execution.columns]},
            }
        }
        if execution.counts_updates:
            answer["UpdateCount"] = 0
        # Athena hands out a token whenever the page is full, also after the last row.
        if len(page.rows) == limit:
            answer["NextToken"] = issue_token(execution.id, page.next_offset)
        return answer

    def _find(self, execution_id: str) -> Execution:
        execution = self._engine.find(execution_id)
        if execution is None:
            raise execution_not_found(execution_id)
        return execution

    def _page(self, execution: Execution, offset: int, limit: int) -> Page:
        file = self._objects.open(*split_location(execution.result_location))
        if file is None:
            raise result_not_found()
        with file:
            read = read_lines if execution.is_text else read_page
            return read(file, offset, limit)


def _require_result(execution: Execution) -> None:
    state = execution.state
    if not state.is_final:
        raise invalid_request(
            "INVALID_QUERY_EXECUTION_STATE",
            f"Query has not yet finished. Current state: {state}",
        )
    if state is State.FAILED:
        raise invalid_request(
            "INVALID_QUERY_EXECUTION_STATE",
            f"Query did not finish successfully. Final query state: {state}",
        )
    if state is State.CANCELLED:
        raise result_not_found()


def _row(row: Row) -> dict[str, Any]:
    return {"Data": [{} if value is None else {"VarCharValue": value} for value in row]}


def _column(column: Column) -> dict[str, Any]:
    return {
        "CatalogName": RESULT_CATALOG,
        "SchemaName": "",
        "TableName": "",
        "Name": column.name,
        "Label": column.name,
        "Type": column.type,
        "Precision": column.precision,
        "Scale": column.scale,
        "Nullable": "UNKNOWN",
        "CaseSensitive": column.case_sensitive,
    }
