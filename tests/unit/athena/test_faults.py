"""Whatever goes wrong between here and AWS: the right error, in time, and no storm of calls."""

import gzip
import json
import re
from collections.abc import Callable, Iterator
from contextlib import suppress
from dataclasses import dataclass
from typing import Any

import pytest
from pydantic import SecretStr

from data_hist.athena import AthenaClient, ObjectRange, ObjectVersion
from data_hist.athena import client as client_module
from data_hist.athena import retries as attempts_module
from data_hist.athena.retries import RetryPolicy
from data_hist.errors import (
    DataHistError,
    EngineError,
    EngineFailed,
    EngineUnavailable,
    ResultUnreadable,
    Throttled,
)
from data_hist.settings import Settings
from tests.support.fault_server import (
    Fault,
    FaultServer,
    answer,
    bytes_of,
    drip,
    fault_server,
    reset,
    silence,
)

ID = "2b0f6a0e-6c3f-4f5e-9b52-6f0c3ad7c0de"
TOKEN = "t" * 32
LOCATION = f"s3://results/a/{ID}.csv"
# Enough for a good answer on a busy machine.
ATTEMPT_SECONDS = 1.0
WHOLE_SECONDS = 2.0
HTML = b"<html><body>Bad Gateway</body></html>"


def json_answer(document: object, status: str = "200 OK") -> bytes:
    return answer(status, json.dumps(document).encode())


def aws_error(code: str, status: str = "400 Bad Request", **members: str) -> bytes:
    return json_answer({"__type": code, "Message": "…"} | members, status)


EXECUTION = {
    "QueryExecutionId": ID,
    "Query": "SELECT 1",
    "ResultConfiguration": {"OutputLocation": LOCATION},
    "Status": {"State": "RUNNING", "SubmissionDateTime": 1732400000.5},
    "Statistics": {"DataScannedInBytes": 1},
}
RESULT = {
    "ResultSet": {
        "ResultSetMetadata": {"ColumnInfo": [{"Name": "n", "Type": "bigint"}]},
        "Rows": [{"Data": [{"VarCharValue": "n"}]}],
    }
}
OBJECT = b'"n"\n"1"\n'


@dataclass(frozen=True)
class Operation:
    """A call, what AWS answers to it when all is well, and what is made of that."""

    call: Callable[[AthenaClient], object]
    good: bytes
    attempts: int = 3


def start(client: AthenaClient) -> str:
    return client.start("SELECT 1", catalog="c", output_location="s3://r/", idempotency_token=TOKEN)


ATHENA = {
    "start": Operation(start, json_answer({"QueryExecutionId": ID})),
    "describe": Operation(
        lambda c: c.describe_many([ID]), json_answer({"QueryExecutions": [EXECUTION]}), attempts=1
    ),
    "describe_listed": Operation(
        lambda c: c.describe_listed([ID]), json_answer({"QueryExecutions": [EXECUTION]})
    ),
    "list": Operation(lambda c: c.list_query_ids(None), json_answer({"QueryExecutionIds": [ID]})),
    "columns": Operation(lambda c: c.columns(ID), json_answer(RESULT)),
    "rows": Operation(lambda c: c.engine_page(ID, None), json_answer(RESULT)),
}
# The others are made again by the poller.
REPEATED = [name for name, operation in ATHENA.items() if operation.attempts > 1]
OBJECT_ANSWER = answer(
    "206 Partial Content",
    OBJECT,
    'ETag: "e"',
    f"Content-Range: bytes 0-{len(OBJECT) - 1}/{len(OBJECT)}",
    kind="text/csv",
)
READ = Operation(lambda c: c.read_range(LOCATION, 0, 100), OBJECT_ANSWER)


class Aws:
    """A client whose AWS is a fault server."""

    def __init__(self, server: FaultServer) -> None:
        self.server = server
        self.client = AthenaClient(
            Settings(
                region="eu-west-1",
                result_bucket="results",
                access_key_id=SecretStr("key"),
                secret_access_key=SecretStr("secret"),
                endpoint_url=server.url,
            )
        )

    def renew(self) -> None:
        """Forget what was asked, and give the client all its retries back: it is slow to make."""
        self.server.requests.clear()
        for attempts in (self.client._attempts, self.client._object_attempts):
            attempts._budget._left = attempts._budget._MOST

    def after(self, operation: Operation, *faults: Fault) -> object:
        """What an operation gives when its first answers are these."""
        self.server.faults = list(faults)
        self.server.good = operation.good
        return operation.call(self.client)


@pytest.fixture(scope="module")
def running() -> Iterator[Aws]:
    with fault_server() as server:
        yield Aws(server)


@pytest.fixture
def aws(running: Aws, monkeypatch: pytest.MonkeyPatch) -> Aws:
    for patience in ("_ANSWER", "_START", "_ROWS"):
        monkeypatch.setattr(client_module, patience, RetryPolicy(ATTEMPT_SECONDS, WHOLE_SECONDS))
    monkeypatch.setattr(client_module, "_STATUS_SECONDS", ATTEMPT_SECONDS)
    monkeypatch.setattr(attempts_module, "_FIRST_PAUSE_SECONDS", 0.005)
    running.renew()
    return running


ENDLESS_HEADERS = b"HTTP/1.1 200 OK\r\n" + b"X-More: 1\r\n" * 100_000

# What passes by itself: the same call is made again.
PASSING: dict[str, tuple[Fault, type[DataHistError]]] = {
    "throttled": (bytes_of(aws_error("ThrottlingException")), Throttled),
    "too many requests": (bytes_of(aws_error("TooManyRequestsException")), Throttled),
    "429": (bytes_of(answer("429 Too Many Requests")), Throttled),
    "internal": (
        bytes_of(aws_error("InternalServerException", "500 Internal Server Error")),
        EngineUnavailable,
    ),
    "500 empty": (bytes_of(answer("500 Internal Server Error")), EngineUnavailable),
    "502 of a proxy": (
        bytes_of(answer("502 Bad Gateway", HTML, kind="text/html")),
        EngineUnavailable,
    ),
    "503 empty": (bytes_of(answer("503 Service Unavailable")), EngineUnavailable),
    "504 of a proxy": (
        bytes_of(answer("504 Gateway Timeout", HTML, kind="text/html")),
        EngineUnavailable,
    ),
    "reset": (reset, EngineUnavailable),
    "closed": (bytes_of(b""), EngineUnavailable),
    "no HTTP": (bytes_of(b"SSH-2.0-OpenSSH\r\n\r\n"), EngineUnavailable),
    "endless headers": (bytes_of(ENDLESS_HEADERS), EngineUnavailable),
    "silence": (silence, EngineUnavailable),
    "dripping headers": (drip(ENDLESS_HEADERS), EngineUnavailable),
}
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
    good = aws.after(operation)

    assert aws.after(operation, PASSING[fault][0]) == good
    assert len(aws.server.requests) == 3


@pytest.mark.parametrize("fault", PASSING)
@pytest.mark.parametrize("name", ATHENA)
def test_call_that_fails_always_is_the_right_error_after_few_attempts(
    aws: Aws, name: str, fault: str
) -> None:
    operation = ATHENA[name]

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


def s3_error(code: str, status: str) -> Fault:
    body = f"<Error><Code>{code}</Code><Message>…</Message></Error>".encode()
    return bytes_of(answer(status, body, kind="application/xml"))


RANGE_FAULTS: dict[str, Fault] = {
    "throttled": s3_error("SlowDown", "503 Slow Down"),
    "internal": s3_error("InternalError", "500 Internal Server Error"),
    "timeout": s3_error("RequestTimeout", "400 Bad Request"),
    "reset": reset,
    "closed": bytes_of(b""),
    "body cut short": bytes_of(OBJECT_ANSWER[:-3]),
    "body missing": bytes_of(OBJECT_ANSWER[: -len(OBJECT)]),
    "no range": bytes_of(answer("200 OK", OBJECT, kind="text/csv")),
    "no XML": bytes_of(answer("500 Internal Server Error", b"<<<", kind="application/xml")),
    "body drips": drip(OBJECT_ANSWER[:-1], 0.02),
    "silence": silence,
}


@pytest.mark.parametrize("fault", RANGE_FAULTS)
def test_range_that_fails_is_read_again(aws: Aws, fault: str) -> None:
    read = aws.after(READ, RANGE_FAULTS[fault])

    assert read == ObjectRange(OBJECT, len(OBJECT), '"e"')
    assert len(aws.server.requests) == 2


@pytest.mark.parametrize("fault", RANGE_FAULTS)
def test_range_that_fails_always_is_an_error(aws: Aws, fault: str) -> None:
    with pytest.raises(EngineError) as raised:
        aws.after(READ, *[RANGE_FAULTS[fault]] * 9)

    assert isinstance(raised.value, EngineFailed | ResultUnreadable | Throttled)
    assert len(aws.server.requests) <= 5


def test_range_that_may_not_be_read_is_asked_for_once(aws: Aws) -> None:
    with pytest.raises(ResultUnreadable):
        aws.after(READ, *[s3_error("AccessDenied", "403 Forbidden")] * 9)

    assert len(aws.server.requests) == 1


def test_version_of_an_object_is_asked_for_again(aws: Aws) -> None:
    head = Operation(
        lambda c: c.object_version(LOCATION),
        answer("200 OK", b"", 'ETag: "e"', length=7, kind="text/csv"),
    )

    version = aws.after(head, bytes_of(answer("503 Slow Down")), bytes_of(answer("200 OK")))

    assert version == ObjectVersion(7, '"e"')


def test_half_the_calls_throttled_are_no_storm(aws: Aws, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(client_module, "_ANSWER", RetryPolicy(30, 60))
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


def test_reads_are_made_good_while_every_other_call_fails(aws: Aws) -> None:
    for _ in range(20):
        with suppress(Throttled):
            aws.after(ATHENA["list"], *[PASSING["throttled"][0]] * 9)
    aws.server.requests.clear()
    reads = 100
    aws.server.faults = [RANGE_FAULTS["throttled"], bytes_of(OBJECT_ANSWER)] * reads

    for _ in range(reads):
        assert aws.client.read_range(LOCATION, 0, 100).data == OBJECT

    assert len(aws.server.requests) == 2 * reads


def test_reads_that_all_fail_are_no_storm(aws: Aws) -> None:
    reads = 100
    aws.server.faults = [RANGE_FAULTS["throttled"]] * 5 * reads

    for _ in range(reads):
        with pytest.raises(Throttled):
            aws.client.read_range(LOCATION, 0, 100)

    assert len(aws.server.requests) <= 2 * reads + 10


def test_nothing_of_an_answer_stands_in_the_error(aws: Aws, caplog: Any) -> None:
    secret = "arn:aws:iam::123456789012:user/x s3://bucket/key SELECT 1"
    with pytest.raises(EngineError) as raised:
        aws.after(ATHENA["start"], bytes_of(aws_error("AccessDeniedException", Message=secret)))

    assert not re.search("arn:|s3://|SELECT", raised.value.detail + caplog.text)
