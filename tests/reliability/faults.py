"""What AWS and the network between may do to an answer, by name.

Refusals quote what a service must never hand on: an ARN, an account, a location on S3.
"""

import asyncio
import json
import random
from dataclasses import replace

from tests.reliability.fault_proxy import Answer, Call, Exchange, Fault

SECRETS = ("arn:aws", "123456789012", "s3://", "hunter2")
_MESSAGE = (
    "User: arn:aws:iam::123456789012:user/hunter2 is not authorized to perform this on "
    "s3://data-hist-results/hunter2/result.csv"
)
# So slow that nobody gets the end of any answer within a minute.
_PAUSE_SECONDS = 0.5
_POSITIONS = random.Random(20261125)  # noqa: S311 - tests are to repeat themselves


def refused(code: str, status: int, s3_status: int | None = None, **members: str) -> Fault:
    """Refuse the call with an error code of AWS; nothing is done."""

    async def fault(exchange: Exchange) -> None:
        if exchange.call.is_to_s3:
            body = f"<Error><Code>{code}</Code><Message>{_MESSAGE}</Message></Error>".encode()
            await exchange.send(_made(s3_status or status, body, "application/xml"))
        else:
            document = {"__type": code, "Message": _MESSAGE, **members}
            body = json.dumps(document).encode()
            await exchange.send(_made(status, body, "application/x-amz-json-1.1"))

    return fault


def answered(status: int, body: bytes, kind: str = "text/html", **headers: str) -> Fault:
    """Give an answer that is not AWS's; nothing is done."""

    async def fault(exchange: Exchange) -> None:
        await exchange.send(_made(status, body, kind, **headers))

    return fault


def replaced(body: bytes) -> Fault:
    """Do what is asked, and answer with another body."""

    async def fault(exchange: Exchange) -> None:
        answer = await exchange.answer()
        await _send(exchange, answer, body)

    return fault


async def reset(exchange: Exchange) -> None:
    """Drop the connection; nothing is done."""
    exchange.reset()


async def closed(_exchange: Exchange) -> None:
    """End the connection; nothing is done."""


async def lost(exchange: Exchange) -> None:
    """Do what is asked, and never tell."""
    await exchange.answer()
    exchange.reset()


async def garbage_status_line(exchange: Exchange) -> None:
    await exchange.send(b"\x16\x03\x01 what is this\r\n\r\n")


async def silence(exchange: Exchange) -> None:
    """Do what is asked, and say nothing."""
    await exchange.answer()
    await exchange.until_gone()


async def endless_headers(exchange: Exchange) -> None:
    await exchange.send(b"HTTP/1.1 200 OK\r\n")
    while True:
        await exchange.send(b"X-Filler: more\r\n")
        await asyncio.sleep(_PAUSE_SECONDS)


async def drip(exchange: Exchange) -> None:
    """Give the right answer, one byte at a time."""
    answer = await exchange.answer()
    for byte in answer.head + answer.body:
        await exchange.send(bytes([byte]))
        await asyncio.sleep(_PAUSE_SECONDS)


def cut_off_at(position: int) -> Fault:
    """Break off after so many bytes of the body."""

    async def fault(exchange: Exchange) -> None:
        answer = await exchange.answer()
        await exchange.send(answer.head + answer.body[:position])

    return fault


def shortened_to(position: int) -> Fault:
    """Cut the body after so many bytes, and say that it is the whole."""

    async def fault(exchange: Exchange) -> None:
        answer = await exchange.answer()
        await _send(exchange, answer, answer.body[:position])

    return fault


async def cut_off(exchange: Exchange) -> None:
    """Break off in the middle of the body, or of the head where there is none."""
    answer = await exchange.answer()
    if answer.body:
        await cut_off_at(_POSITIONS.randrange(len(answer.body)))(exchange)
    else:
        await exchange.send(answer.head[: _POSITIONS.randrange(len(answer.head))])


async def shortened(exchange: Exchange) -> None:
    """Cut the body anywhere, and say that it is the whole."""
    answer = await exchange.answer()
    await _send(exchange, answer, answer.body[: _POSITIONS.randrange(max(len(answer.body), 1))])


async def shortened_by_a_byte(exchange: Exchange) -> None:
    """Cut a single byte off, and say that it is the whole."""
    answer = await exchange.answer()
    await _send(exchange, answer, answer.body[:-1])


async def cut_length(exchange: Exchange) -> None:
    """Break off within the number that is the length of the body."""
    answer = await exchange.answer()
    await exchange.send(answer.head.rstrip(b"\r\n")[:-1])


async def wrong_types(exchange: Exchange) -> None:
    """Answer with a number wherever there is something else."""
    answer = await exchange.answer()
    members = json.loads(answer.body or b"{}")
    await _send(exchange, answer, json.dumps(dict.fromkeys(members, 7)).encode())


async def other_version(exchange: Exchange) -> None:
    """Give the object of another upload, also to who asks for no other than the first one."""
    answer = await exchange.answer()
    is_conditional = b"if-match:" in exchange.call.data.lower()
    body = answer.body[::-1] if is_conditional else answer.body
    headers = answer.headers | {b"etag": b'"0123456789abcdef0123456789abcdef"'}
    await _send(exchange, replace(answer, headers=headers), body)


async def other_range(exchange: Exchange) -> None:
    """Give other bytes of the object than were asked for, and say so."""
    answer = await exchange.answer()
    span, _, size = answer.headers.get(b"content-range", b"bytes 0-0/1").partition(b"/")
    first, last = map(int, span.removeprefix(b"bytes ").split(b"-"))
    span = b"bytes %d-%d" % (first + 1, last + 1)
    headers = answer.headers | {b"content-range": span + b"/" + size}
    await _send(exchange, replace(answer, headers=headers), answer.body[1:] + b"x")


def _made(status: int, body: bytes, kind: str, **headers: str) -> bytes:
    given = {"content-type": kind, "content-length": str(len(body)), **headers}
    lines = "".join(f"{name.replace('_', '-')}: {value}\r\n" for name, value in given.items())
    return f"HTTP/1.1 {status} Whatever\r\n{lines}\r\n".encode() + body


async def _send(exchange: Exchange, answer: Answer, body: bytes) -> None:
    headers = dict(answer.headers)
    if answer.body:
        headers[b"content-length"] = b"%d" % len(body)
    await exchange.send(replace(answer, headers=headers).head + (body if answer.body else b""))


_HTML = b"<html><body>It works! hunter2</body></html>"

SLOW: dict[str, Fault] = {
    "silence": silence,
    "endless headers": endless_headers,
    "drip": drip,
}
OF_BOTH: dict[str, Fault] = {
    "429": answered(429, b""),
    "500": refused("InternalServerException", 500),
    "502 HTML": answered(502, _HTML),
    "503 empty": answered(503, b""),
    "reset": reset,
    "closed": closed,
    "lost": lost,
    "garbage status line": garbage_status_line,
    "200 HTML": answered(200, _HTML),
    "200 empty": answered(200, b""),
    "200 garbage gzip": answered(200, b"\x1f\x8b garbage", content_encoding="gzip"),
    "cut off": cut_off,
    "access denied": refused("AccessDeniedException", 400, 403),
    "expired token": refused("ExpiredTokenException", 400, 400),
    "307": answered(307, b"", location="http://127.0.0.1:9/elsewhere"),
}
OF_ATHENA: dict[str, Fault] = {
    "throttling": refused("ThrottlingException", 400),
    "too many requests": refused("TooManyRequestsException", 400),
    "bad request to AWS": refused("InvalidRequestException", 400),
    "unknown error": refused("MetadataException", 400),
    "shortened": shortened,
    "shortened by a byte": shortened_by_a_byte,
    "[]": replaced(b"[]"),
    "null": replaced(b"null"),
    "{}": replaced(b"{}"),
    "bad UTF-8": replaced(b'{"QueryExecutionId": "\xff\xfe"}'),
    "wrong types": wrong_types,
}
OF_S3: dict[str, Fault] = {
    "slow down": refused("SlowDown", 503),
    "internal error": refused("InternalError", 500),
    "precondition failed": refused("PreconditionFailed", 412),
}
# To HEAD a missing bucket is the same as a missing object.
_NO_BUCKET = {"no such bucket": refused("NoSuchBucket", 404)}
OF_OBJECTS: dict[str, Fault] = {
    "shortened": shortened,
    "shortened by a byte": shortened_by_a_byte,
    "other version": other_version,
    "other range": other_range,
}
OF_HEADS: dict[str, Fault] = {"cut length": cut_length}
OPERATIONS = {
    **dict.fromkeys(
        [
            *("StartQueryExecution", "BatchGetQueryExecution", "GetQueryResults"),
            *("StopQueryExecution", "ListQueryExecutions", "GetWorkGroup"),
        ],
        OF_BOTH | OF_ATHENA,
    ),
    "GetObject": OF_BOTH | OF_S3 | OF_OBJECTS | _NO_BUCKET,
    "HeadObject": OF_BOTH | OF_S3 | OF_HEADS,
    "HeadBucket": OF_BOTH | OF_S3 | _NO_BUCKET,
}
OF_WRITES: dict[str, dict[str, Fault]] = dict.fromkeys(
    ["PutObject", "DeleteObject", "ListObjects"], OF_BOTH | OF_S3
)
# After these the same call may well succeed.
PASSING = {
    *("429", "500", "502 HTML", "503 empty", "reset", "closed", "lost", "garbage status line"),
    *("200 HTML", "200 empty", "200 garbage gzip", "cut off", "throttling", "too many requests"),
    *("shortened", "shortened by a byte", "[]", "null", "bad UTF-8", "wrong types", "slow down"),
    "internal error",
}


def quick_faults(call: Call) -> list[Fault]:
    """The faults of a call that nobody has to wait for."""
    return list((OPERATIONS | OF_WRITES).get(call.operation, {}).values())
