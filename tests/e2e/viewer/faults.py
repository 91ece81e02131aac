"""What stands between a browser and the service may do to an answer."""

import gzip
import json
from collections.abc import Callable, Iterator
from dataclasses import replace
from typing import Any

from data_hist.http.specification import problem_descriptions
from tests.reliability import faults
from tests.reliability.fault_proxy import Answer, Exchange, Fault

SUBMIT, ROWS = "POST query", "GET results"
DRY_RUN = '"dry_run":true'
_PROBLEMS = problem_descriptions()


def problem(slug: str, **headers: str) -> Fault:
    """Refuse with a problem of the service, as its specification shows it."""
    sample = _PROBLEMS[slug]["value"]
    body = json.dumps(sample).encode()
    return faults.answered(sample["status"], body, "application/problem+json", **headers)


async def held(exchange: Exchange) -> None:
    """Do nothing until the page no longer waits for it."""
    await exchange.until_gone()


async def cut_in_the_middle(exchange: Exchange) -> None:
    """Send half of the body, and close."""
    answer = await exchange.answer()
    await exchange.send(answer.head + answer.body[: len(answer.body) // 2])
    exchange.reset()


def changed(**members: Any) -> Fault:
    """Do what is asked, and say something else in these members of the document."""
    return _rewritten(lambda body: json.dumps(json.loads(body) | members).encode())


def with_batches(times: int) -> Fault:
    """Send the only batch of rows of an Arrow stream so many times."""

    def repeat(body: bytes) -> bytes:
        # Each message begins with a mark and the length of its head; the schema has no body, and
        # the last eight bytes are the end.
        schema = 8 + int.from_bytes(body[4:8], "little")
        return body[:schema] + body[schema:-8] * times + body[-8:]

    return _rewritten(repeat)


def _rewritten(change: Callable[[bytes], bytes]) -> Fault:
    async def fault(exchange: Exchange) -> None:
        answer = _plain(await exchange.answer())
        body = change(answer.body)
        length = {b"content-length": b"%d" % len(body)}
        spoilt = replace(answer, headers=answer.headers | length)
        await exchange.send(spoilt.head + body)

    return fault


def _plain(answer: Answer) -> Answer:
    """The answer without compression, and ready to be told in one piece."""
    headers = dict(answer.headers)
    body = answer.body
    if headers.pop(b"transfer-encoding", b"") == b"chunked":
        body = b"".join(_chunks(body))
    if headers.pop(b"content-encoding", b"") == b"gzip":
        body = gzip.decompress(body)
    return replace(answer, headers=headers, body=body)


def _chunks(body: bytes) -> Iterator[bytes]:
    """The parts of a body that is told piece by piece, each behind its length."""
    while body:
        size, _, rest = body.partition(b"\r\n")
        length = int(size, 16)
        yield rest[:length]
        body = rest[length + 2 :] if length else b""
