"""Whatever goes wrong between here and Athena: the right error, and no storm of calls."""

import gzip
import json
import re
from typing import Any

import pytest

from data_hist.errors import (
    EngineError,
    EngineFailed,
    EngineUnavailable,
    Throttled,
)
from tests.reliability.athena_client.faulty_aws import (
    ATHENA,
    ENDLESS,
    HTML,
    ID,
    LONG_ENOUGH,
    PASSING,
    SHORT,
    TOKEN,
    Aws,
    aws_error,
    json_answer,
)
from tests.support.fault_server import (
    answer,
    bytes_of,
    drip,
    reset,
)

# The others are made again by the poller.
REPEATED = [name for name, operation in ATHENA.items() if operation.attempts > 1]
# What botocore takes for a good answer, or cannot read.
NONSENSE: dict[str, bytes] = {
    "HTML": answer("200 OK", HTML, kind="text/html"),
    "nothing": answer("200 OK"),
    "an empty object": json_answer({}),
    "an array": json_answer([]),
    "null": json_answer(None),
    "a number": json_answer(5),
    "a string": json_answer("QueryExecutionId"),
    "no UTF-8": answer("200 OK", b'{"QueryExecutionId": "\xff\xfe"}'),
    "deep JSON": answer("200 OK", b"[" * 100_000),
    "garbage gzip": answer("200 OK", b"\x1f\x8b\x08garbage", "Content-Encoding: gzip"),
    "gzip nobody asked for": answer("200 OK", gzip.compress(b"{}"), "Content-Encoding: gzip"),
    "204": answer("204 No Content"),
}
WRONG_TYPES: dict[str, list[object]] = {
    "start": [{"QueryExecutionId": each} for each in (5, None, [], {}, True)],
    "describe_listed": [
        {"QueryExecutions": each} for each in (None, 5, "text", {"a": 1}, [None], ["text"], [5])
    ],
    "list": [
        *({"QueryExecutionIds": each} for each in (None, {"a": 1}, "text", [5], [None])),
        {"QueryExecutionIds": [ID], "NextToken": 5},
    ],
    "columns": [
        {"ResultSet": each}
        for each in (None, [], {}, {"Rows": [], "ResultSetMetadata": {"ColumnInfo": 5}})
    ],
}
# For the operator to mend: the same call would fail again.
LASTING: dict[str, bytes] = {
    "access denied": aws_error("AccessDeniedException"),
    "expired token": aws_error("ExpiredTokenException"),
    "signature": aws_error("InvalidSignatureException", "403 Forbidden"),
    "redirection": answer("307 Temporary Redirect", b"", "Location: http://127.0.0.1:9/"),
}


@pytest.mark.parametrize("fault", PASSING)
@pytest.mark.parametrize("name", REPEATED)
def test_call_that_fails_once_succeeds(aws: Aws, name: str, fault: str) -> None:
    operation = ATHENA[name]
    if fault in ENDLESS:
        aws.renew(LONG_ENOUGH)
    good = aws.after(operation)

    assert aws.after(operation, PASSING[fault][0]) == good
    assert len(aws.server.requests) == 3


@pytest.mark.parametrize("fault", PASSING)
@pytest.mark.parametrize("name", ATHENA)
def test_call_that_fails_always_is_the_right_error_after_few_attempts(
    aws: Aws, name: str, fault: str
) -> None:
    operation = ATHENA[name]
    if fault in ENDLESS:
        aws.renew(SHORT)

    with pytest.raises(EngineError) as raised:
        aws.after(operation, *[PASSING[fault][0]] * 9)

    assert type(raised.value) is PASSING[fault][1]
    assert raised.value.retry_after_seconds
    assert 1 <= len(aws.server.requests) <= operation.attempts


@pytest.mark.parametrize("nonsense", NONSENSE)
@pytest.mark.parametrize("name", ATHENA)
def test_nonsense_is_never_taken_for_an_answer(aws: Aws, name: str, nonsense: str) -> None:
    operation = ATHENA[name]

    with pytest.raises(EngineFailed):
        aws.after(operation, *[bytes_of(NONSENSE[nonsense])] * 9)

    assert len(aws.server.requests) == operation.attempts


@pytest.mark.parametrize(
    ("name", "document"),
    [(name, document) for name, documents in WRONG_TYPES.items() for document in documents],
    ids=json.dumps,
)
def test_wrong_types_are_never_taken_for_an_answer(aws: Aws, name: str, document: object) -> None:
    with pytest.raises(EngineFailed):
        aws.after(ATHENA[name], *[bytes_of(json_answer(document))] * 9)


@pytest.mark.parametrize("name", REPEATED)
def test_answer_cut_anywhere_is_never_taken_for_one(aws: Aws, name: str) -> None:
    operation = ATHENA[name]
    good = aws.after(operation)
    head = operation.good.index(b"\r\n\r\n") + 4
    step = max((len(operation.good) - head) // 12, 1)
    for cut in range(head, len(operation.good), step):
        aws.renew()

        assert aws.after(operation, bytes_of(operation.good[:cut])) == good


@pytest.mark.parametrize("fault", LASTING)
@pytest.mark.parametrize("name", ATHENA)
def test_what_the_operator_has_to_mend_is_asked_once(aws: Aws, name: str, fault: str) -> None:
    with pytest.raises(EngineUnavailable) as raised:
        aws.after(ATHENA[name], *[bytes_of(LASTING[fault])] * 9)

    assert raised.value.retry_after_seconds
    assert len(aws.server.requests) == 1


@pytest.mark.parametrize("name", ["start", "describe", "rows"])
def test_answer_that_drips_is_not_waited_for(aws: Aws, name: str) -> None:
    operation = ATHENA[name]
    aws.renew(SHORT)

    with pytest.raises(EngineUnavailable):
        aws.after(operation, *[drip(operation.good)] * 9)

    assert 1 <= len(aws.server.requests) <= operation.attempts


def test_every_attempt_to_start_is_the_same_start(aws: Aws) -> None:
    aws.after(ATHENA["start"], reset, bytes_of(answer("200 OK")))

    tokens = [
        json.loads(request.partition(b"\r\n\r\n")[2])["ClientRequestToken"]
        for request in aws.server.requests
    ]
    assert tokens == [TOKEN] * 3


def test_half_the_calls_throttled_are_no_storm(aws: Aws) -> None:
    throttled = bytes_of(aws_error("ThrottlingException"))
    good = bytes_of(ATHENA["list"].good)
    calls = 300
    aws.server.faults = [throttled, good] * calls
    for _ in range(calls):
        try:
            aws.client.list_query_ids(None)
        except Throttled as error:
            assert error.retry_after_seconds

    assert len(aws.server.requests) <= 1.2 * calls


def test_nothing_of_an_answer_stands_in_the_error(aws: Aws, caplog: Any) -> None:
    secret = "arn:aws:iam::123456789012:user/x s3://bucket/key SELECT 1"
    with pytest.raises(EngineError) as raised:
        aws.after(ATHENA["start"], bytes_of(aws_error("AccessDeniedException", Message=secret)))

    assert not re.search("arn:|s3://|SELECT", raised.value.detail + caplog.text)
