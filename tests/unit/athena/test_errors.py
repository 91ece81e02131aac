"""Whatever AWS raises becomes the error of whoever has to act."""

import inspect

import pytest
from botocore import exceptions as botocore_exceptions
from botocore.exceptions import BotoCoreError, ClientError

from data_hist.athena.transport import translated_errors
from data_hist.errors import (
    DataHistError,
    EngineError,
    EngineFailed,
    EngineUnavailable,
    IdempotencyKeyReused,
    InvalidSql,
    QueryExpired,
    QueryNotFound,
    Throttled,
    TooManyQueries,
)
from tests.unit.athena.conftest import StubbedAws

ID = "2b0f6a0e-6c3f-4f5e-9b52-6f0c3ad7c0de"
MALFORMED = "line 1:8: mismatched input 'FORM'. Expecting: ',', 'FROM'"
INVALID = "InvalidRequestException"

ANSWERS = [
    (INVALID, "QUERY_EXECUTION_NOT_FOUND", "QueryExecution x was not found", QueryNotFound),
    (INVALID, None, "QueryExecution x was not found", QueryNotFound),
    (INVALID, "RESULT_NOT_FOUND", "Could not find results", QueryExpired),
    (INVALID, None, "Could not find results", QueryExpired),
    (INVALID, "IDEMPOTENT_PARAMETER_MISMATCH", "…", IdempotencyKeyReused),
    (INVALID, None, "Idempotent parameters do not match", IdempotencyKeyReused),
    (INVALID, "MALFORMED_QUERY", MALFORMED, InvalidSql),
    (INVALID, None, MALFORMED, InvalidSql),
    (INVALID, None, "Queries of this type are not supported", InvalidSql),
    (INVALID, "INVALID_INPUT", "WorkGroup is not found.", EngineUnavailable),
    (INVALID, None, "No output location provided.", EngineUnavailable),
    ("ThrottlingException", None, "Rate exceeded", Throttled),
    ("TooManyRequestsException", None, "Rate exceeded", Throttled),
    ("SlowDown", None, "Reduce your request rate.", Throttled),
    ("InternalServerException", None, "…", EngineUnavailable),
    ("503", None, "Service Unavailable", EngineUnavailable),
    ("AccessDeniedException", None, "not authorized", EngineUnavailable),
    ("ExpiredTokenException", None, "expired", EngineUnavailable),
    ("UnrecognizedClientException", None, "…", EngineUnavailable),
    ("NoSuchBucket", None, "…", EngineUnavailable),
    ("SomethingNew", None, "…", EngineFailed),
]


def client_error(
    code: str, kind: str | None, message: str, operation: str = "StartQueryExecution"
) -> ClientError:
    status = 500 if code in ("InternalServerException", "503") else 400
    answer = {
        "Error": {"Code": code, "Message": message},
        "ResponseMetadata": {"HTTPStatusCode": status},
    }
    return ClientError(answer | ({"AthenaErrorCode": kind} if kind else {}), operation)  # type: ignore[arg-type]


@pytest.mark.parametrize(("code", "kind", "message", "expected"), ANSWERS)
def test_answers_of_aws(
    code: str, kind: str | None, message: str, expected: type[DataHistError]
) -> None:
    with pytest.raises(DataHistError) as raised, translated_errors():
        raise client_error(code, kind, message)

    assert type(raised.value) is expected


@pytest.mark.parametrize("code", ["NoSuchKey", "InvalidObjectState"])
@pytest.mark.parametrize(
    ("operation", "expected"),
    [
        ("GetObject", QueryExpired),
        ("HeadObject", QueryExpired),
        # Athena has no objects: the answer says nothing of a result, and loses no query.
        ("StartQueryExecution", EngineFailed),
    ],
)
def test_only_the_bucket_says_that_a_result_is_gone(
    code: str, operation: str, expected: type[DataHistError]
) -> None:
    with pytest.raises(DataHistError) as raised, translated_errors():
        raise client_error(code, None, "…", operation)

    assert type(raised.value) is expected


def test_concurrent_query_limit_is_told_from_the_call_rate(aws: StubbedAws) -> None:
    aws.athena.add_client_error(
        "batch_get_query_execution",
        "TooManyRequestsException",
        "You have exceeded the limit for the number of queries you can run concurrently.",
        modeled_fields={"Reason": "CONCURRENT_QUERY_LIMIT_EXCEEDED"},
    )

    with pytest.raises(TooManyQueries) as raised:
        aws.client.describe_many([ID])

    assert raised.value.retry_after_seconds


def test_athenas_own_error_code_is_read(aws: StubbedAws) -> None:
    aws.athena.add_client_error(
        "batch_get_query_execution",
        INVALID,
        "wording of another year",
        modeled_fields={"AthenaErrorCode": "QUERY_EXECUTION_NOT_FOUND"},
    )

    with pytest.raises(QueryNotFound):
        aws.client.describe_many([ID])


@pytest.mark.parametrize(
    ("code", "message", "transient"),
    [
        ("ThrottlingException", "Rate exceeded", True),
        ("RequestTimeout", "…", True),
        ("InternalServerException", "…", True),
        ("TooManyRequestsException", "CONCURRENT_QUERY_LIMIT_EXCEEDED", False),
        ("AccessDeniedException", "…", False),
        ("SomethingNew", "…", False),
    ],
)
def test_what_may_pass_by_itself_is_told_apart(code: str, message: str, transient: bool) -> None:
    with pytest.raises(EngineError) as raised, translated_errors():
        raise client_error(code, None, message)

    assert raised.value.transient is transient


def test_syntax_error_keeps_its_place() -> None:
    with pytest.raises(InvalidSql) as raised, translated_errors():
        raise client_error(INVALID, "MALFORMED_QUERY", MALFORMED)

    assert (raised.value.line, raised.value.column) == (1, 8)
    assert raised.value.detail.startswith("mismatched input 'FORM'")


BOTOCORE_ERRORS = [
    error
    for _, error in inspect.getmembers(botocore_exceptions, inspect.isclass)
    if issubclass(error, BotoCoreError)
]


@pytest.mark.parametrize("error", BOTOCORE_ERRORS, ids=lambda error: error.__name__)
def test_every_error_of_botocore_itself_is_unavailability(error: type[BotoCoreError]) -> None:
    with pytest.raises(EngineUnavailable), translated_errors():
        raise error.__new__(error)
