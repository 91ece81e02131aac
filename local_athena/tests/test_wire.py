"""Athena's protocol without a client: what boto3 would not send, and the shape of answers."""

import json
from typing import Any

import httpx
import pytest
from local_athena.testing import Endpoint

from tests.clients import AthenaSession

JSON_TYPE = "application/x-amz-json-1.1"
START = {"QueryString": "SELECT 1", "ClientRequestToken": "t" * 32}


def call(endpoint: Endpoint, operation: str, body: object) -> httpx.Response:
    headers = {"X-Amz-Target": f"AmazonAthena.{operation}", "Content-Type": JSON_TYPE}
    content = body if isinstance(body, bytes) else json.dumps(body).encode()
    return httpx.post(endpoint.url, headers=headers, content=content)


def invalid(message: str) -> dict[str, str]:
    return {
        "__type": "InvalidRequestException",
        "AthenaErrorCode": "INVALID_INPUT",
        "ErrorCode": "INVALID_INPUT",
        "Message": message,
    }


def constraint(member: str, rule: str) -> dict[str, str]:
    return invalid(
        f"1 validation error detected: Value at '{member}' failed to satisfy constraint: "
        f"Member must {rule}"
    )


@pytest.mark.parametrize(
    ("operation", "body", "expected"),
    [
        ("Nonsense", {}, {"__type": "UnknownOperationException"}),
        ("GetWorkGroup", b"{", {"__type": "SerializationException"}),
        ("GetWorkGroup", b"[]", {"__type": "SerializationException"}),
        ("GetWorkGroup", b"\xff", {"__type": "SerializationException"}),
        ("GetWorkGroup", b"[" * 100_000, {"__type": "SerializationException"}),
        ("GetWorkGroup", b'{"WorkGroup": "\\ud800"}', {"__type": "SerializationException"}),
        (
            "GetQueryResults",
            {"QueryExecutionId": "x", "MaxResults": "1"},
            {
                "__type": "SerializationException",
                "Message": "STRING_VALUE can not be converted to an Integer",
            },
        ),
        (
            "GetQueryExecution",
            {"QueryExecutionId": 1},
            {
                "__type": "SerializationException",
                "Message": "NUMBER_VALUE can not be converted to a String",
            },
        ),
        (
            "BatchGetQueryExecution",
            {"QueryExecutionIds": [["x"]]},
            {
                "__type": "SerializationException",
                "Message": "Start of list found where not expected",
            },
        ),
        ("GetQueryExecution", {}, constraint("queryExecutionId", "not be null")),
        (
            "GetQueryResults",
            {"QueryExecutionId": "x", "MaxResults": 0},
            constraint("maxResults", "have value greater than or equal to 1"),
        ),
        (
            "GetQueryResults",
            {"QueryExecutionId": "x", "NextToken": ""},
            constraint("nextToken", "have length greater than or equal to 1"),
        ),
        (
            "BatchGetQueryExecution",
            {"QueryExecutionIds": []},
            constraint("queryExecutionIds", "have length greater than or equal to 1"),
        ),
        (
            "ListQueryExecutions",
            {"MaxResults": 51},
            constraint("maxResults", "have value less than or equal to 50"),
        ),
        (
            "StartQueryExecution",
            START | {"QueryString": ""},
            constraint("queryString", "have length greater than or equal to 1"),
        ),
        (
            "StartQueryExecution",
            START | {"ClientRequestToken": "short"},
            constraint("clientRequestToken", "have length greater than or equal to 32"),
        ),
        (
            "StartQueryExecution",
            {"QueryString": "SELECT 1"},
            invalid("clientRequestToken is null or empty"),
        ),
        ("GetWorkGroup", {"WorkGroup": "other"}, invalid("WorkGroup is not found.")),
    ],
)
def test_errors_have_athenas_body(
    endpoint: Endpoint, operation: str, body: object, expected: dict[str, Any]
) -> None:
    response = call(endpoint, operation, body)

    assert response.status_code == 400
    assert response.json() == expected
    assert response.headers["content-type"] == JSON_TYPE
    assert "x-amzn-errortype" not in response.headers


def test_several_wrong_members_are_told_at_once(endpoint: Endpoint) -> None:
    message = call(endpoint, "GetQueryResults", {"MaxResults": 0}).json()["Message"]

    assert message.startswith("2 validation errors detected: ")


def test_a_request_without_a_target_is_no_operation(endpoint: Endpoint) -> None:
    response = httpx.post(endpoint.url, json={})

    assert response.json() == {"__type": "UnknownOperationException"}


def test_no_credentials_are_asked_for(endpoint: Endpoint) -> None:
    response = call(endpoint, "GetWorkGroup", {"WorkGroup": "primary"})

    assert response.status_code == 200
    assert response.headers["x-amzn-requestid"]


def test_moments_are_seconds_since_1970(endpoint: Endpoint, session: AthenaSession) -> None:
    query_id = session.run("SELECT 1")["QueryExecutionId"]

    execution = call(endpoint, "GetQueryExecution", {"QueryExecutionId": query_id}).json()

    status = execution["QueryExecution"]["Status"]
    assert isinstance(status["SubmissionDateTime"], float)
    assert isinstance(status["CompletionDateTime"], float)
