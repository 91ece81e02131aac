"""A limit on the whole of an answer of AWS.

The read timeout of botocore counts each piece that is received, so that an answer that drips in
would be waited for without end.
"""

import io
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from http.client import HTTPResponse
from socket import socket
from typing import Any

from botocore.awsrequest import (
    AWSHTTPConnection,
    AWSHTTPConnectionPool,
    AWSHTTPSConnection,
    AWSHTTPSConnectionPool,
)


class _Limit(threading.local):
    deadline: float | None = None


_limit = _Limit()


@contextmanager
def time_limit(seconds: float) -> Iterator[None]:
    """Let nothing that this thread receives from AWS inside come later than that."""
    outer = _limit.deadline
    _limit.deadline = time.monotonic() + seconds
    try:
        yield
    finally:
        _limit.deadline = outer


def observe_time_limits(client: Any) -> None:
    """Have a client that has made no call yet observe the limits."""
    # There is no public way to give botocore connections of one's own.
    client._endpoint.http_session._pool_classes_by_scheme.update(http=_Pool, https=_SecurePool)


class _Received(io.RawIOBase):
    """What is received on a socket, for as long as the limit lets it."""

    def __init__(self, sock: socket, raw: io.RawIOBase) -> None:
        self._socket = sock
        self._raw = raw

    def readable(self) -> bool:
        return True

    def readinto(self, buffer: Any) -> int | None:
        if _limit.deadline is not None:
            left = _limit.deadline - time.monotonic()
            if left <= 0:
                raise TimeoutError("The whole answer takes too long.")
            self._socket.settimeout(min(left, self._socket.gettimeout() or left))
        return self._raw.readinto(buffer)

    def close(self) -> None:
        self._raw.close()
        super().close()


class _Response(HTTPResponse):
    def __init__(self, sock: socket, *arguments: Any, **options: Any) -> None:
        super().__init__(sock, *arguments, **options)
        self.fp: io.BufferedReader = io.BufferedReader(_Received(sock, self.fp.detach()))


class _Connection(AWSHTTPConnection):
    response_class = _Response  # type: ignore[assignment]  # only botocore's stubs want theirs


class _SecureConnection(AWSHTTPSConnection):
    response_class = _Response  # type: ignore[assignment]  # only botocore's stubs want theirs


class _Pool(AWSHTTPConnectionPool):
    ConnectionCls = _Connection


class _SecurePool(AWSHTTPSConnectionPool):
    ConnectionCls = _SecureConnection
