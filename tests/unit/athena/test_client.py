"""The wrapper sends what Athena and S3 expect, and checks the shape of what they answer."""

import io
from datetime import UTC, datetime
from typing import Any

import pytest
from botocore.response import StreamingBody

from data_hist.athena.executions import QueryStatus, Statistics
from data_hist.athena.result_objects import ObjectRange, ObjectVersion
from data_hist.errors import EngineFailed, EngineUnavailable, QueryExpired
from data_hist.queries.query_starter import idempotency_token
from tests.unit.athena.conftest import StubbedAws

ID = "2b0f6a0e-6c3f-4f5e-9b52-6f0c3ad7c0de"
OTHER = "5c0e8a52-3d9c-4b7f-a3f0-1f6f3b0f7a11"
LOCATION = "s3://results/data_hist/retention=60/tenant=1/"
SUBMITTED = datetime(2026, 11, 20, 5, 0, tzinfo=UTC)


def execution(state: str = "RUNNING", **status: Any) -> dict[str, Any]:
    return {
        "QueryExecutionId": ID,
        "Query": "SELECT 1",
        "ResultConfiguration": {"OutputLocation": f"{LOCATION}{ID}.csv"},
        "Status": {"State": state, "SubmissionDateTime": SUBMITTED, **status},
        "Statistics": {
            "DataScannedInBytes": 123,
            "QueryQueueTimeInMillis": 1,
            "QueryPlanningTimeInMillis": 2,
            "EngineExecutionTimeInMillis": 3,
            "TotalExecutionTimeInMillis": 6,
        },
    }


def started(token: str) -> dict[str, Any]:
    return {
        "ClientRequestToken": token,
        "QueryString": "SELECT 1",
        "QueryExecutionContext": {"Catalog": "awsdatacatalog", "Database": "data_hist_empty"},
        "ResultConfiguration": {"OutputLocation": LOCATION},
        "WorkGroup": "primary",
    }


@pytest.mark.parametrize("key", [None, "a"])
def test_start_sends_the_query_and_its_place(aws: StubbedAws, key: str | None) -> None:
    token = idempotency_token(1, key)
    aws.athena.add_response("start_query_execution", {"QueryExecutionId": ID}, started(token))

    query_id = aws.client.start(
        "SELECT 1", catalog="awsdatacatalog", output_location=LOCATION, idempotency_token=token
    )

    assert query_id == ID


def test_describe_many_translates_the_executions(aws: StubbedAws) -> None:
    aws.athena.add_response(
        "batch_get_query_execution",
        {"QueryExecutions": [execution("SUCCEEDED", CompletionDateTime=SUBMITTED)]},
        {"QueryExecutionIds": [ID]},
    )

    query = aws.client.describe_many([ID]).found[ID]

    assert query.status is QueryStatus.FINISHED
    assert query.output_location == f"{LOCATION}{ID}.csv"
    assert query.completed_at == SUBMITTED
    assert query.statistics == Statistics(123, 1, 2, 3, 6)


@pytest.mark.parametrize(
    ("code", "unknown"),
    [
        ({"ErrorCode": "QUERY_EXECUTION_NOT_FOUND"}, True),
        ({}, True),
        ({"ErrorCode": "ThrottlingException"}, False),
        ({"ErrorCode": "TOO_MANY_REQUESTS"}, False),
        ({"ErrorCode": "INTERNAL_FAILURE"}, False),
        ({"ErrorCode": "ServiceUnavailable"}, False),
    ],
)
def test_unprocessed_id_is_unknown_unless_aws_has_troubles(
    aws: StubbedAws, code: dict[str, str], unknown: bool
) -> None:
    aws.athena.add_response(
        "batch_get_query_execution",
        {
            "QueryExecutions": [execution()],
            "UnprocessedQueryExecutionIds": [{"QueryExecutionId": OTHER, **code}],
        },
        {"QueryExecutionIds": [ID, OTHER]},
    )

    told = aws.client.describe_many([ID, OTHER])

    assert set(told.found) == {ID}
    assert told.unknown == ({OTHER} if unknown else set())


def test_unreadable_description_does_not_hide_the_others(aws: StubbedAws) -> None:
    aws.athena.add_response(
        "batch_get_query_execution",
        {"QueryExecutions": [execution(), {"QueryExecutionId": OTHER}]},
        {"QueryExecutionIds": [ID, OTHER]},
    )

    told = aws.client.describe_many([ID, OTHER])

    assert (set(told.found), told.unknown) == ({ID}, set())


@pytest.mark.parametrize("strange", ["nope", "x" * 128, ID.upper(), f"{ID}\n"])
def test_what_cannot_be_an_id_is_unknown_and_not_asked_for(aws: StubbedAws, strange: str) -> None:
    aws.athena.add_response(
        "batch_get_query_execution",
        {"QueryExecutions": [execution()]},
        {"QueryExecutionIds": [ID]},
    )

    told = aws.client.describe_many([strange, ID])

    assert (set(told.found), told.unknown) == ({ID}, {strange})


def test_describe_many_of_nothing_asks_nobody(aws: StubbedAws) -> None:
    assert not aws.client.describe_many([]).found


def test_list_goes_on_from_a_token(aws: StubbedAws) -> None:
    aws.athena.add_response(
        "list_query_executions",
        {"QueryExecutionIds": [ID], "NextToken": "more"},
        {"WorkGroup": "primary", "MaxResults": 50, "NextToken": "from"},
    )

    assert aws.client.list_query_ids("from") == ([ID], "more")


def body(data: bytes, declared: int | None = None, total: int = 100) -> dict[str, Any]:
    length = len(data) if declared is None else declared
    return {
        "Body": StreamingBody(io.BytesIO(data), len(data)),
        "ContentLength": length,
        "ContentRange": f"bytes 10-{9 + length}/{total}",
    }


def test_read_range_asks_for_these_bytes(aws: StubbedAws) -> None:
    aws.s3.add_response(
        "get_object", body(b"abc"), {"Bucket": "results", "Key": "a/b.csv", "Range": "bytes=10-29"}
    )

    assert aws.client.read_range("s3://results/a/b.csv", 10, 20) == ObjectRange(b"abc", 100, None)


def test_read_range_of_a_version_asks_for_that_one(aws: StubbedAws) -> None:
    expected = {"Bucket": "results", "Key": "a", "Range": "bytes=10-12", "IfMatch": '"e"'}
    aws.s3.add_response("get_object", body(b"abc") | {"ETag": '"e"'}, expected)

    assert aws.client.read_range("s3://results/a", 10, 3, '"e"').data == b"abc"


@pytest.mark.parametrize("wrong", [{"ETag": '"f"'}, {"ContentRange": "bytes 11-13/100"}])
def test_read_range_takes_no_other_bytes(aws: StubbedAws, wrong: dict[str, str]) -> None:
    for _ in range(5):
        aws.s3.add_response("get_object", body(b"abc") | {"ETag": '"e"'} | wrong)

    with pytest.raises(EngineFailed):
        aws.client.read_range("s3://results/a", 10, 3, '"e"')


def test_read_range_of_a_version_that_is_no_more(aws: StubbedAws) -> None:
    aws.s3.add_client_error("get_object", "PreconditionFailed", http_status_code=412)

    with pytest.raises(EngineFailed):
        aws.client.read_range("s3://results/a", 10, 3, '"e"')


def test_version_of_an_object(aws: StubbedAws) -> None:
    answer = {"ContentLength": 7, "ETag": '"e"'}
    aws.s3.add_response("head_object", answer, {"Bucket": "results", "Key": "a/b.csv"})

    assert aws.client.object_version("s3://results/a/b.csv") == ObjectVersion(7, '"e"')


def test_version_of_an_object_that_is_gone(aws: StubbedAws) -> None:
    aws.s3.add_client_error("head_object", "404", http_status_code=404)

    with pytest.raises(QueryExpired):
        aws.client.object_version("s3://results/a")


def test_read_range_past_the_end_is_empty(aws: StubbedAws) -> None:
    aws.s3.add_client_error("get_object", "InvalidRange", http_status_code=416)

    assert aws.client.read_range("s3://results/a", 10, 20) == ObjectRange(b"", 10, None)


def test_read_range_that_was_cut_short_is_no_result(aws: StubbedAws) -> None:
    for _ in range(5):
        aws.s3.add_response("get_object", body(b"abc", declared=20))

    with pytest.raises(EngineFailed):
        aws.client.read_range("s3://results/a", 10, 20)


@pytest.mark.parametrize(
    ("operation", "call", "attempts"),
    [
        (
            "start_query_execution",
            lambda c: c.start(
                "SELECT 1", catalog="c", output_location=LOCATION, idempotency_token="0" * 32
            ),
            3,
        ),
        ("batch_get_query_execution", lambda c: c.describe_many([ID]), 1),
        ("batch_get_query_execution", lambda c: c.describe_listed([ID]), 3),
        ("list_query_executions", lambda c: c.list_query_ids(None), 3),
        ("get_work_group", lambda c: c.check_workgroup("primary"), 1),
    ],
)
def test_truncated_answer_is_an_error_and_never_nothing(
    aws: StubbedAws, operation: str, call: Any, attempts: int
) -> None:
    for _ in range(attempts):
        aws.athena.add_response(operation, {})

    with pytest.raises(EngineFailed):
        call(aws.client)


def workgroup(**configuration: Any) -> dict[str, Any]:
    return {"WorkGroup": {"Name": "primary", "Configuration": configuration}}


def test_check_passes_for_a_fit_workgroup(aws: StubbedAws) -> None:
    aws.athena.add_response("get_work_group", workgroup(EnforceWorkGroupConfiguration=False))
    aws.s3.add_response("head_bucket", {}, {"Bucket": "results"})

    aws.client.check()


@pytest.mark.parametrize(
    ("configuration", "advice"),
    [
        ({"EnforceWorkGroupConfiguration": True}, "EnforceWorkGroupConfiguration=false"),
        (
            {"ManagedQueryResultsConfiguration": {"Enabled": True}},
            "ManagedQueryResultsConfiguration.Enabled=false",
        ),
    ],
)
def test_check_says_what_to_change(
    aws: StubbedAws, configuration: dict[str, Any], advice: str
) -> None:
    aws.athena.add_response("get_work_group", workgroup(**configuration))
    aws.s3.add_response("head_bucket", {})

    with pytest.raises(EngineUnavailable, match=advice) as refusal:
        aws.client.check()

    assert refusal.value.code == "WORKGROUP_CONFIGURATION"


def test_idempotency_token_is_the_tenants_own() -> None:
    tokens = {idempotency_token(1, "a"), idempotency_token(2, "a"), idempotency_token(1, "b")}

    assert len(tokens) == 3
    assert all(len(token) == 64 for token in tokens)
    assert idempotency_token(1, "a") in tokens


def test_without_a_key_each_start_has_a_token_of_its_own() -> None:
    tokens = {idempotency_token(1, None) for _ in range(100)}

    assert len(tokens) == 100
    assert all(len(token) == 32 for token in tokens)
