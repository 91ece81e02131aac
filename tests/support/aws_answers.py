"""Answers of AWS, put into botocore where it would have read them from the network."""

from collections.abc import Iterator
from typing import Any

from botocore.awsrequest import AWSResponse


def aws_answer(url: str, status: int, body: bytes) -> AWSResponse:
    """What a handler of botocore's before-send event gives, so that nothing is sent."""
    return AWSResponse(url, status, {}, _RawBody(body))


class _RawBody:
    def __init__(self, data: bytes) -> None:
        self._data = data

    def stream(self, **_options: Any) -> Iterator[bytes]:
        yield self._data
