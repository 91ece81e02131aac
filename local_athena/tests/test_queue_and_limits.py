"""The queue, stopping, listing, and the limits that the settings set."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from typing import TYPE_CHECKING, Any

import pytest

from tests.clients import (
    ENDLESS,
    AthenaSession,
    assert_invalid_request,
    eventually,
    refused,
)
from tests.endpoint import running_endpoint

if TYPE_CHECKING:
    from pathlib import Path

    from mypy_boto3_athena.client import AthenaClient


def test_list_is_newest_first_and_its_pages_stand_still(own: AthenaSession) -> None:
    ids = [own.start("SELECT 1") for _ in range(5)][::-1]

    first = own.athena.list_query_executions(MaxResults=2)
    own.start("SELECT 'a new arrival'")
    second = own.athena.list_query_executions(MaxResults=2, NextToken=first["NextToken"])
    third = own.athena.list_query_executions(MaxResults=2, NextToken=second["NextToken"])

    pages = [page["QueryExecutionIds"] for page in (first, second, third)]
    assert pages == [ids[:2], ids[2:4], ids[4:]]
    assert "NextToken" not in third


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        ({"NextToken": "bm9uc2Vuc2U="}, "Malformed nextPageToken bm9uc2Vuc2U="),
        ({"WorkGroup": "other"}, "WorkGroup is not found."),
    ],
)
def test_list_refuses(athena: AthenaClient, arguments: dict[str, Any], message: str) -> None:
    response = refused(athena.list_query_executions, **arguments)

    assert_invalid_request(response, "INVALID_INPUT", message)


def test_stop_cancels_what_runs_at_once_and_leaves_no_result(own: AthenaSession) -> None:
    query_id = own.start(ENDLESS)
    own.wait_for(query_id, "RUNNING")

    own.athena.stop_query_execution(QueryExecutionId=query_id)
    execution = own.get(query_id)

    status = execution["Status"]
    assert (status["State"], status["StateChangeReason"]) == (
        "CANCELLED",
        "Query cancelled by user",
    )
    assert "AthenaError" not in status
    assert own.rows("SELECT 'free again' AS worker") == [["free again"]]
    assert own.athena.list_query_executions()["QueryExecutionIds"][-1] == query_id
    listed = own.s3.list_objects_v2(Bucket="data-hist-results", Prefix=f"tests/{query_id}")
    assert listed["KeyCount"] == 0


def test_stop_takes_a_query_out_of_the_queue(own: AthenaSession) -> None:
    running = own.start(ENDLESS)
    queued = own.start("SELECT 1")
    own.wait_for(running, "RUNNING")
    assert own.state(queued) == "QUEUED"

    own.athena.stop_query_execution(QueryExecutionId=queued)

    assert own.state(queued) == "CANCELLED"
    assert own.state(running) == "RUNNING"


def test_stop_changes_nothing_once_a_query_has_finished(session: AthenaSession) -> None:
    before = session.run("SELECT 1")

    session.athena.stop_query_execution(QueryExecutionId=before["QueryExecutionId"])

    assert session.get(before["QueryExecutionId"]) == before


def test_queries_run_in_the_order_they_came(own: AthenaSession) -> None:
    blocker = own.start(ENDLESS)
    own.wait_for(blocker, "RUNNING")
    ids = [own.start(f"SELECT {number} AS n") for number in range(4)]
    assert {own.state(query_id) for query_id in ids} == {"QUEUED"}

    own.athena.stop_query_execution(QueryExecutionId=blocker)
    completed = [own.finish(query_id)["Status"]["CompletionDateTime"] for query_id in ids]

    assert completed == sorted(completed)
    assert own.get(ids[0])["Statistics"]["QueryQueueTimeInMillis"] > 0


def test_fifty_queries_started_at_once_all_succeed(session: AthenaSession) -> None:
    with ThreadPoolExecutor(10) as pool:
        ids = list(pool.map(lambda number: session.start(f"SELECT {number} AS n"), range(50)))
        executions = list(pool.map(session.finish, ids))

    results = [session.result_file(execution) for execution in executions]
    assert len(set(ids)) == 50
    assert results == [f'"n"\n"{number}"\n'.encode() for number in range(50)]


def test_a_query_that_runs_too_long_fails(small_archive: Path, tmp_path: Path) -> None:
    with running_endpoint(small_archive, tmp_path, workers=1, query_timeout_seconds=1.0) as url:
        session = AthenaSession(url)
        status = session.run(ENDLESS)["Status"]

        assert status["State"] == "FAILED"
        assert status["StateChangeReason"] == "QUERY_TIMEOUT: Query timeout"
        assert status["AthenaError"]["ErrorType"] == 210
        assert session.rows("SELECT 'free again' AS worker") == [["free again"]]


def test_the_quota_on_active_queries_has_its_reason(small_archive: Path, tmp_path: Path) -> None:
    with running_endpoint(small_archive, tmp_path, max_active_queries=2) as url:
        session = AthenaSession(url)
        running = [session.start(ENDLESS) for _ in range(2)]

        response = refused(session.start, sql="SELECT 1")
        session.athena.stop_query_execution(QueryExecutionId=running[0])

        assert response["Error"]["Code"] == "TooManyRequestsException"
        assert response["Reason"] == "CONCURRENT_QUERY_LIMIT_EXCEEDED"
        assert session.run("SELECT 1")["Status"]["State"] == "SUCCEEDED"


def test_the_quota_on_calls_throttles_its_operation_alone(
    small_archive: Path, tmp_path: Path
) -> None:
    rates = ["GetQueryExecution=0.001:2"]
    with running_endpoint(small_archive, tmp_path, call_rate=rates) as url:
        session = AthenaSession(url)
        query_id = session.start("SELECT 1")
        session.get(query_id)
        session.get(query_id)

        response = refused(session.get, query_id=query_id)
        session.start("SELECT 2")

    assert response["Error"] == {"Code": "ThrottlingException", "Message": "Rate exceeded"}


def test_the_workgroup_enforces_nothing_and_has_no_location(athena: AthenaClient) -> None:
    workgroup = athena.get_work_group(WorkGroup="primary")["WorkGroup"]

    assert (workgroup["Name"], workgroup["State"]) == ("primary", "ENABLED")
    assert not workgroup["Configuration"]["EnforceWorkGroupConfiguration"]
    assert workgroup["Configuration"]["ResultConfiguration"] == {}


def test_a_workgroup_that_enforces_overrides_the_location(
    small_archive: Path, tmp_path: Path
) -> None:
    location = "s3://enforced-bucket/here/"
    with running_endpoint(
        small_archive, tmp_path, enforce_workgroup=True, workgroup_output_location=location
    ) as url:
        session = AthenaSession(url)
        workgroup = session.athena.get_work_group(WorkGroup="primary")["WorkGroup"]
        execution = session.run("SELECT 1 AS a")

        assert workgroup["Configuration"]["EnforceWorkGroupConfiguration"]
        assert execution["ResultConfiguration"]["OutputLocation"].startswith(location)
        assert session.result_file(execution) == b'"a"\n"1"\n'


def test_the_oldest_results_make_room_for_new_ones(small_archive: Path, tmp_path: Path) -> None:
    with running_endpoint(small_archive, tmp_path, max_results_bytes=25_000) as url:
        session = AthenaSession(url)
        sql = "SELECT x FROM UNNEST(sequence(1, 1500)) AS t (x)"
        executions = [session.run(sql) for _ in range(3)]

        def first_is_gone() -> dict[str, Any] | None:
            listed = session.s3.list_objects_v2(Bucket="data-hist-results")
            # Each of the two that are left, and what describes its columns.
            return dict(listed) if listed["KeyCount"] == 4 else None

        eventually(first_is_gone)
        response = refused(
            session.athena.get_query_results, QueryExecutionId=executions[0]["QueryExecutionId"]
        )
        assert_invalid_request(response, "RESULT_NOT_FOUND", "Could not find results")
        assert session.state(executions[0]["QueryExecutionId"]) == "SUCCEEDED"
        assert len(session.result_file(executions[2]).splitlines()) == 1501


def test_a_result_beyond_all_room_fails_its_query(small_archive: Path, tmp_path: Path) -> None:
    with running_endpoint(small_archive, tmp_path, max_results_bytes=1_000_000) as url:
        session = AthenaSession(url)
        status = session.run(
            "SELECT x, y FROM UNNEST(sequence(1, 10000)) AS a (x) "
            "CROSS JOIN UNNEST(sequence(1, 10000)) AS b (y)"
        )["Status"]

        assert status["State"] == "FAILED"
        assert "room for results" in status["StateChangeReason"]


def test_a_query_beyond_the_memory_limit_fails_alone(small_archive: Path, tmp_path: Path) -> None:
    with running_endpoint(small_archive, tmp_path, memory_limit="100MB", workers=1) as url:
        session = AthenaSession(url)
        status = session.run(
            "SELECT cardinality(array_agg(x * y)) AS n FROM UNNEST(sequence(1, 10000)) AS a (x) "
            "CROSS JOIN UNNEST(sequence(1, 10000)) AS b (y)"
        )["Status"]

        assert status["State"] == "FAILED"
        assert status["StateChangeReason"].startswith("EXCEEDED_MEMORY_LIMIT: ")
        assert status["AthenaError"]["ErrorCategory"] == 1
        assert session.rows("SELECT 'still here' AS worker") == [["still here"]]


def test_runtime_statistics_count_rows_and_bytes(session: AthenaSession) -> None:
    execution = session.run("SELECT x FROM UNNEST(sequence(1, 3)) AS t (x)")

    answer = session.athena.get_query_runtime_statistics(
        QueryExecutionId=execution["QueryExecutionId"]
    )["QueryRuntimeStatistics"]

    assert answer["Rows"]["OutputRows"] == 3
    assert answer["Rows"]["OutputBytes"] == len(session.result_file(execution))
