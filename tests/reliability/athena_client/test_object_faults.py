"""Whatever goes wrong while a result's object is read: it is read again, or the error is right."""

from contextlib import suppress

import pytest

from data_hist.athena.result_objects import ObjectRange, ObjectVersion
from data_hist.errors import (
    EngineError,
    EngineFailed,
    ResultUnreadable,
    Throttled,
)
from tests.reliability.athena_client.faulty_aws import (
    ATHENA,
    ENDLESS,
    LOCATION,
    LONG_ENOUGH,
    OBJECT,
    OBJECT_ANSWER,
    PASSING,
    READ,
    SHORT,
    Aws,
    Operation,
)
from tests.support.fault_server import (
    Fault,
    answer,
    bytes_of,
    drip,
    reset,
    silence,
)


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
    if fault in ENDLESS:
        aws.renew(LONG_ENOUGH)

    read = aws.after(READ, RANGE_FAULTS[fault])

    assert read == ObjectRange(OBJECT, len(OBJECT), '"e"')
    assert len(aws.server.requests) == 2


@pytest.mark.parametrize("fault", RANGE_FAULTS)
def test_range_that_fails_always_is_an_error(aws: Aws, fault: str) -> None:
    if fault in ENDLESS:
        aws.renew(SHORT)

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
