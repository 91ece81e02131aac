"""GetQueryResults is read from the bytes that Athena answers with, whole or cut short."""

import json
from typing import Any

import pytest
from botocore.awsrequest import AWSResponse

from data_hist.athena.client import AthenaClient
from data_hist.athena.executions import Column
from data_hist.athena.result_sets import EnginePage
from data_hist.athena.transport import create_client, create_session
from data_hist.errors import EngineFailed, QueryExpired
from tests.support.aws_answers import aws_answer
from tests.unit.athena.conftest import AWS_SETTINGS

ID = "2b0f6a0e-6c3f-4f5e-9b52-6f0c3ad7c0de"
ANSWER = {
    "ResultSet": {
        "ResultSetMetadata": {
            "ColumnInfo": [
                {"Name": "n", "Type": "bigint", "Precision": 19, "Scale": 0, "Nullable": "UNKNOWN"},
                {"Name": "d", "Type": "decimal", "Precision": 20, "Scale": 2},
            ]
        },
        "Rows": [
            {"Data": [{"VarCharValue": "n"}, {"VarCharValue": "d"}]},
            {"Data": [{"VarCharValue": ""}, {}]},
        ],
    },
    "NextToken": "more",
    "UpdateCount": 0,
}
BODY = json.dumps(ANSWER).encode()


def client_answered(body: bytes, status: int = 200) -> tuple[AthenaClient, list[dict[str, Any]]]:
    """A client whose calls end before the network, and what it has asked for."""
    asked: list[dict[str, Any]] = []

    def answer(request: Any, **_event: Any) -> AWSResponse:
        asked.append(json.loads(request.body))
        return aws_answer(request.url, status, body)

    athena = create_client(create_session(AWS_SETTINGS), "athena", AWS_SETTINGS)
    athena.meta.events.register("before-send.athena.GetQueryResults", answer)
    return AthenaClient(AWS_SETTINGS, athena=athena), asked


def test_columns_come_from_the_metadata() -> None:
    client, asked = client_answered(BODY)

    assert client.columns(ID) == (Column("n", "bigint"), Column("d", "decimal", 20, 2))
    assert asked == [{"QueryExecutionId": ID, "MaxResults": 1}]


@pytest.mark.parametrize("token", [None, "from"])
def test_page_has_rows_and_the_token_of_what_follows(token: str | None) -> None:
    client, asked = client_answered(BODY)

    assert client.engine_page(ID, token) == EnginePage([["n", "d"], ["", None]], "more")
    assert asked == [
        {"QueryExecutionId": ID, "MaxResults": 1000} | ({"NextToken": token} if token else {})
    ]


@pytest.mark.parametrize("end", [*range(0, len(BODY), 7), len(BODY) - 1])
def test_answer_that_is_cut_short_is_no_empty_page(end: int) -> None:
    client, _ = client_answered(BODY[:end])

    with pytest.raises(EngineFailed):
        client.engine_page(ID, None)


@pytest.mark.parametrize(
    "body", [b"{}", b"[]", b"null", b"<html>", b"\xff\xfe", b'{"ResultSet": {"Rows": []}}']
)
def test_answer_of_another_shape_is_the_engines_fault(body: bytes) -> None:
    client, _ = client_answered(body)

    with pytest.raises(EngineFailed):
        client.columns(ID)


def test_error_is_read_as_ever() -> None:
    error = {
        "__type": "InvalidRequestException",
        "Message": "Could not find results",
        "AthenaErrorCode": "RESULT_NOT_FOUND",
    }
    client, _ = client_answered(json.dumps(error).encode(), 400)

    with pytest.raises(QueryExpired):
        client.engine_page(ID, None)
