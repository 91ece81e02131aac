"""boto3 against an embedded endpoint: clients, and the steps that most tests share."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, TypeVar

import boto3
import pytest
from botocore.config import Config
from botocore.exceptions import ClientError

from tests.waiting import wait_until

T = TypeVar("T")

if TYPE_CHECKING:
    from collections.abc import Callable

    from mypy_boto3_athena.client import AthenaClient
    from mypy_boto3_athena.type_defs import QueryExecutionTypeDef
    from mypy_boto3_s3.client import S3Client

BUCKET = "data-hist-results"
OUTPUT = f"s3://{BUCKET}/tests/"
# The bucket that each S3 test finds with one object, `ten`.
S3_BUCKET = "s3-tests"
TEN = b"0123456789"
# Runs for hours unless somebody stops it.
ENDLESS = (
    "SELECT count(*) FROM UNNEST(sequence(1, 10000)) AS a (x) "
    "CROSS JOIN UNNEST(sequence(1, 10000)) AS b (y) CROSS JOIN UNNEST(sequence(1, 10000)) AS c (z) "
    "WHERE x + y * z = -1"
)
# Of each type that a client converts, a value.
TYPES = """
SELECT true AS bool_value, CAST(7 AS tinyint) AS tiny, CAST(8 AS bigint) AS big,
  CAST(1.5 AS double) AS floating, CAST('12.30' AS decimal(9, 2)) AS exact, 'text' AS words,
  DATE '2026-03-01' AS day, TIMESTAMP '2026-03-01 09:05:07.123' AS moment,
  CAST(NULL AS varchar) AS nothing, '' AS empty
"""
AWKWARD = "SELECT 'say \"hi\", you' AS quotes, 'two\nlines' AS lines, 'é😀' AS letters"
MANY = "SELECT x, 'v' AS y FROM UNNEST(sequence(1, 2500)) AS t (x) ORDER BY x"
_CREDENTIALS = {
    "region_name": "us-east-1",
    "aws_access_key_id": "any",
    "aws_secret_access_key": "any",
}
_PATIENCE_SECONDS = 30


class AthenaSession:
    """Clients of one endpoint; without retries, so that a test sees each error."""

    def __init__(self, url: str) -> None:
        config = Config(retries={"total_max_attempts": 1})
        options: dict[str, Any] = {"endpoint_url": url, "config": config, **_CREDENTIALS}
        self.url = url
        self.athena: AthenaClient = boto3.client("athena", **options)
        self.s3: S3Client = boto3.client("s3", **options)

    def start(self, sql: str, **arguments: Any) -> str:
        """Start a query and return its id."""
        arguments = {"ResultConfiguration": {"OutputLocation": OUTPUT}} | arguments
        return self.athena.start_query_execution(QueryString=sql, **arguments)["QueryExecutionId"]

    def get(self, query_id: str) -> QueryExecutionTypeDef:
        return self.athena.get_query_execution(QueryExecutionId=query_id)["QueryExecution"]

    def state(self, query_id: str) -> str:
        return self.get(query_id)["Status"]["State"]

    def wait_for(self, query_id: str, *states: str) -> QueryExecutionTypeDef:
        """Poll until the query is in one of the states."""

        def reached() -> QueryExecutionTypeDef | None:
            execution = self.get(query_id)
            return execution if execution["Status"]["State"] in states else None

        return eventually(reached)

    def finish(self, query_id: str) -> QueryExecutionTypeDef:
        """Poll until nothing can change any more."""
        return self.wait_for(query_id, "SUCCEEDED", "FAILED", "CANCELLED")

    def run(self, sql: str, **arguments: Any) -> QueryExecutionTypeDef:
        """Start a query and wait for its end."""
        return self.finish(self.start(sql, **arguments))

    def rows(self, sql: str) -> list[list[str | None]]:
        """The rows of a query, without the header."""
        query_id = self.run(sql)["QueryExecutionId"]
        result = self.athena.get_query_results(QueryExecutionId=query_id)["ResultSet"]
        return [[value.get("VarCharValue") for value in row["Data"]] for row in result["Rows"]][1:]

    def result_file(self, execution: QueryExecutionTypeDef) -> bytes:
        """The bytes of the result on S3."""
        bucket, key = address(execution)
        return self.s3.get_object(Bucket=bucket, Key=key)["Body"].read()


def address(execution: QueryExecutionTypeDef) -> tuple[str, str]:
    """The bucket and the key of a result."""
    location = execution["ResultConfiguration"]["OutputLocation"]
    bucket, _, key = location.removeprefix("s3://").partition("/")
    return bucket, key


def eventually(probe: Callable[[], T | None]) -> T:
    """Ask again and again until there is an answer."""
    (answer,) = wait_until(
        lambda: () if (found := probe()) is None else (found,), "the endpoint answers"
    )
    return answer


def refused(call: Callable[..., Any], **arguments: Any) -> dict[str, Any]:
    """The error with which a call is refused."""
    with pytest.raises(ClientError) as refusal:
        call(**arguments)
    return dict(refusal.value.response)


def assert_invalid_request(response: dict[str, Any], code: str, message: str) -> None:
    """Compare a refusal with what Athena says."""
    assert response["Error"] == {"Code": "InvalidRequestException", "Message": message}
    assert response["ResponseMetadata"]["HTTPStatusCode"] == 400
    assert response["AthenaErrorCode"] == code
