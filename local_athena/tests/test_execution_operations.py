"""StartQueryExecution, Get, BatchGet, List and Stop through boto3: answers and refusals."""

from __future__ import annotations

import re
import uuid
from concurrent.futures import ThreadPoolExecutor
from datetime import datetime
from typing import TYPE_CHECKING, Any

import pytest

from tests.clients import OUTPUT, AthenaSession, assert_invalid_request, refused

if TYPE_CHECKING:
    from mypy_boto3_athena.client import AthenaClient

UNKNOWN = "00000000-0000-4000-8000-000000000000"
NO_LOCATION = (
    "No output location provided. An output location is required either through the "
    "Workgroup result configuration setting or as an API input."
)


def token() -> str:
    return str(uuid.uuid4())


def test_a_finished_query_tells_all_about_itself(session: AthenaSession) -> None:
    execution = session.run(
        "SELECT count(*) AS n FROM events_v0",
        QueryExecutionContext={"Catalog": "AwsDataCatalog", "Database": "data_hist"},
    )

    query_id = execution["QueryExecutionId"]
    status, statistics = execution["Status"], execution["Statistics"]
    assert execution["Query"] == "SELECT count(*) AS n FROM events_v0"
    assert (execution["StatementType"], execution["SubstatementType"]) == ("DML", "SELECT")
    assert execution["ResultConfiguration"] == {"OutputLocation": f"{OUTPUT}{query_id}.csv"}
    assert execution["QueryExecutionContext"] == {
        "Catalog": "awsdatacatalog",
        "Database": "data_hist",
    }
    assert execution["WorkGroup"] == "primary"
    assert execution["EngineVersion"]["EffectiveEngineVersion"] == "Athena engine version 3"
    assert status["State"] == "SUCCEEDED"
    assert isinstance(status["SubmissionDateTime"], datetime)
    assert status["CompletionDateTime"] >= status["SubmissionDateTime"]
    assert "AthenaError" not in status
    assert statistics["DataScannedInBytes"] > 0
    assert statistics["TotalExecutionTimeInMillis"] >= statistics["EngineExecutionTimeInMillis"]
    assert {"QueryQueueTimeInMillis", "QueryPlanningTimeInMillis"} < statistics.keys()
    assert statistics["ResultReuseInformation"] == {"ReusedPreviousResult": False}


def test_a_failed_query_says_why(session: AthenaSession) -> None:
    execution = session.run("SELECT * FROM data_hist.missing_table")

    status = execution["Status"]
    error = status["AthenaError"]
    assert status["State"] == "FAILED"
    assert status["StateChangeReason"].startswith("TABLE_NOT_FOUND: line 1:15: ")
    assert (error["ErrorCategory"], error["ErrorType"], error["Retryable"]) == (2, 1301, False)
    assert error["ErrorMessage"] == status["StateChangeReason"]


def test_an_unknown_catalog_fails_the_query(session: AthenaSession) -> None:
    execution = session.run("SELECT 1", QueryExecutionContext={"Catalog": "nowhere"})

    assert execution["Status"]["StateChangeReason"].startswith("CATALOG_NOT_FOUND: ")


def test_a_syntax_error_starts_nothing(own: AthenaSession) -> None:
    response = refused(own.start, sql="SELEC 1")

    assert response["AthenaErrorCode"] == "MALFORMED_QUERY"
    assert re.match(r"line 1:\d+: ", response["Error"]["Message"])
    assert own.athena.list_query_executions()["QueryExecutionIds"] == []


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        ({"WorkGroup": "other"}, "WorkGroup is not found."),
        ({"ResultConfiguration": {}}, NO_LOCATION),
        (
            {"ResultConfiguration": {"OutputLocation": "/local/folder"}},
            "outputLocation is not a valid S3 path.",
        ),
        (
            {"sql": "SELECT '" + "é" * 131072 + "'"},
            "1 validation error detected: Value at 'queryString' failed to satisfy constraint: "
            "Member must have length less than or equal to 262144",
        ),
    ],
)
def test_start_refuses(session: AthenaSession, arguments: dict[str, Any], message: str) -> None:
    response = refused(session.start, **{"sql": "SELECT 1"} | arguments)

    assert_invalid_request(response, "INVALID_INPUT", message)


@pytest.mark.parametrize(
    "operation", ["get_query_execution", "stop_query_execution", "get_query_results"]
)
def test_an_unknown_id_is_not_found(athena: AthenaClient, operation: str) -> None:
    response = refused(getattr(athena, operation), QueryExecutionId=UNKNOWN)

    message = f"QueryExecution {UNKNOWN} was not found"
    assert_invalid_request(response, "QUERY_EXECUTION_NOT_FOUND", message)


def test_a_token_that_comes_again_names_the_first_execution(session: AthenaSession) -> None:
    same = {"ClientRequestToken": token()}

    first = session.start("SELECT 1 AS a", **same)
    again = session.start("SELECT 1 AS a", **same, ExecutionParameters=["1"])

    assert again == first


@pytest.mark.parametrize(
    "difference",
    [
        {"sql": "SELECT 2"},
        {"QueryExecutionContext": {"Database": "default"}},
        {"QueryExecutionContext": {"Catalog": "awsdatacatalog"}},
        {"ResultConfiguration": {"OutputLocation": "s3://data-hist-results/elsewhere/"}},
    ],
)
def test_a_token_of_another_request_is_refused(
    session: AthenaSession, difference: dict[str, Any]
) -> None:
    request = {"sql": "SELECT 1", "ClientRequestToken": token()}
    session.start(**request)

    response = refused(session.start, **request | difference)

    code = "IDEMPOTENT_PARAMETER_MISMATCH"
    assert_invalid_request(response, code, "Idempotent parameters do not match")


def test_one_token_started_many_times_at_once_is_one_execution(session: AthenaSession) -> None:
    same = {"ClientRequestToken": token()}
    with ThreadPoolExecutor(8) as pool:
        ids = set(pool.map(lambda _: session.start("SELECT 1", **same), range(16)))

    assert len(ids) == 1


def test_parameters_take_the_places_of_the_question_marks(session: AthenaSession) -> None:
    execution = session.run(
        "SELECT ? AS a, '?' AS b, ? AS c, ? AS d", ExecutionParameters=["1+1", "it's", "'x'", "9"]
    )

    assert session.result_file(execution).splitlines()[1] == b'"2","?","it\'s","x"'
    assert execution["ExecutionParameters"] == ["1+1", "it's", "'x'", "9"]


def test_too_few_parameters_fail_the_query(session: AthenaSession) -> None:
    execution = session.run("SELECT ? AS a, ? AS b", ExecutionParameters=["1"])

    assert execution["Status"]["StateChangeReason"] == (
        "INVALID_PARAMETER_USAGE: Incorrect number of parameters: expected 2 but found 1"
    )


def test_batch_get_tells_known_from_unknown(session: AthenaSession) -> None:
    known = session.run("SELECT 1")["QueryExecutionId"]

    answer = session.athena.batch_get_query_execution(QueryExecutionIds=[known, UNKNOWN])

    assert [each["QueryExecutionId"] for each in answer["QueryExecutions"]] == [known]
    unprocessed = answer["UnprocessedQueryExecutionIds"]
    assert [each["QueryExecutionId"] for each in unprocessed] == [UNKNOWN]


def test_batch_get_takes_up_to_fifty(athena: AthenaClient) -> None:
    response = refused(athena.batch_get_query_execution, QueryExecutionIds=[UNKNOWN] * 51)

    assert "'queryExecutionIds' failed to satisfy constraint" in response["Error"]["Message"]


def test_no_query_starts_without_a_bucket_for_its_result(session: AthenaSession) -> None:
    location = {"OutputLocation": "s3://nobody-made-it/results/"}

    response = refused(session.start, sql="SELECT 1", ResultConfiguration=location)

    message = "Unable to verify/create output bucket nobody-made-it"
    assert_invalid_request(response, "INVALID_INPUT", message)
