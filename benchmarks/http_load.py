"""Cheap HTTP/1.1 clients: one for long bodies and one for many requests."""

import asyncio
import json
import re
import selectors
import socket
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import partial
from typing import Any

import uvloop

_BUFFER_BYTES = 1024 * 1024
_LENGTH = re.compile(rb"\r\ncontent-length: *(\d+)", re.IGNORECASE)
_LAST_CHUNK = b"\r\n0\r\n\r\n"
_TOKEN = re.compile(rb'"paging_token":"([^"]+)"')
_TOKEN_BYTES = 200
_HTTP_OK = re.compile(rb"HTTP/1\.1 20[06] ")


class UnexpectedAnswer(Exception):
    """A response is not as expected, so its measurement would mean nothing."""


def get(path: str, headers: Sequence[str] = ()) -> bytes:
    """Build a GET request."""
    return "\r\n".join([f"GET {path} HTTP/1.1", "Host: stub", *headers, "\r\n"]).encode()


def post(path: str, document: object, headers: Sequence[str] = ()) -> bytes:
    """Build a POST request with a JSON body."""
    body = json.dumps(document).encode()
    described = ("Content-Type: application/json", *headers, f"Content-Length: {len(body)}")
    lines = [f"POST {path} HTTP/1.1", "Host: stub", *described, "\r\n"]
    return "\r\n".join(lines).encode() + body


class Download:
    """A response that is read to its end and discarded."""

    def __init__(self, port: int, request: bytes) -> None:
        self.socket = socket.create_connection(("127.0.0.1", port))
        self.socket.sendall(request)
        self._received = self._expected = 0
        self._head = self._tail = b""

    def begin(self) -> bool:
        """Wait until the body has begun; return whether there is more of it."""
        while b"\r\n\r\n" not in self._head:
            self._head += self.socket.recv(65536) or _cut_short()
        head, _, body = self._head.partition(b"\r\n\r\n")
        if not _HTTP_OK.match(head):
            raise UnexpectedAnswer(self._head[:500].decode(errors="replace"))
        length = _LENGTH.search(head)
        self._expected = int(length[1]) if length else 0
        self._received, self._tail = len(body), body[-len(_LAST_CHUNK) :]
        return not self._ended()

    def read(self, buffer: memoryview) -> bool:
        """Read once; return whether there is more."""
        count = self.socket.recv_into(buffer) or len(_cut_short())
        self._received += count
        end = self._tail + buffer[max(count - len(_LAST_CHUNK), 0) : count]
        self._tail = end[-len(_LAST_CHUNK) :]
        return not self._ended()

    def _ended(self) -> bool:
        if self._expected:
            return self._received >= self._expected
        return self._tail == _LAST_CHUNK


def download(port: int, request: bytes) -> float:
    """Read a whole response, and return the seconds."""
    return download_together(port, [request])


def download_together(port: int, requests: Sequence[bytes]) -> float:
    """Read responses concurrently, once all of them have begun."""
    buffer = memoryview(bytearray(_BUFFER_BYTES))
    started = time.perf_counter()
    downloads = [Download(port, request) for request in requests]
    with selectors.DefaultSelector() as selector:
        for one in downloads:
            if one.begin():
                selector.register(one.socket, selectors.EVENT_READ, one)
        while selector.get_map():
            for key, _ in selector.select():
                if not key.data.read(buffer):
                    selector.unregister(key.fileobj)
    for one in downloads:
        one.socket.close()
    return time.perf_counter() - started


def _cut_short() -> bytes:
    raise UnexpectedAnswer("The connection was closed within a response.")


Following = Callable[[bytes], bytes | None]
"""The request after a response, the first after none at all; None for no more."""


class Repeated:
    """A request that callers send a number of times in all."""

    def __init__(self, request: bytes, count: int) -> None:
        self._request = request
        self._left = count

    def __call__(self, _response: bytes) -> bytes | None:
        """The request, until it has been sent often enough."""
        self._left -= 1
        return self._request if self._left >= 0 else None

    def is_done(self) -> bool:
        """Whether it has been."""
        return self._left < 0


def paging(
    path: str, query_id: str, *, pages: int | None = None, until: Callable[[], bool] | None = None
) -> Following:
    """Read pages of 1,000 rows: a number of them, until an event, or all."""
    received = 0

    def following(response: bytes) -> bytes | None:
        nonlocal received
        document = {"query_id": query_id}
        if response:
            received += 1
            # It is the last member of the document.
            token = _TOKEN.search(response, len(response) - _TOKEN_BYTES)
            if received == pages or (until is not None and until()) or token is None:
                return None
            document["paging_token"] = token[1].decode()
        return post(path, document)

    return following


@dataclass(frozen=True)
class Load:
    """The measurement of callers: seconds in all, and milliseconds of each request."""

    seconds: float
    latencies_ms: Sequence[Sequence[float]]


def run_load(port: int, callers: Sequence[Following]) -> Load:
    """Run callers concurrently; each sends its next request after the response."""
    return uvloop.run(_run_load(port, callers))


async def _run_load(port: int, followings: Sequence[Following]) -> Load:
    loop = asyncio.get_running_loop()
    started = time.perf_counter()
    callers = []
    for following in followings:
        callers.append(_Caller(following, loop.create_future()))
        await loop.create_connection(partial(callers.__getitem__, -1), "127.0.0.1", port)
    await asyncio.gather(*[caller.finished for caller in callers])
    return Load(time.perf_counter() - started, [caller.latencies_ms for caller in callers])


class _Caller(asyncio.Protocol):
    def __init__(self, following: Following, finished: asyncio.Future[None]) -> None:
        self._following = following
        self.latencies_ms: list[float] = []
        self.finished = finished
        self._parts: list[bytes] = []
        self._missing = 0
        self._sent_at = 0.0

    def connection_made(self, transport: Any) -> None:
        self._transport = transport
        self._send(b"")

    def data_received(self, data: bytes) -> None:
        if not self._parts:
            head, _, body = data.partition(b"\r\n\r\n")
            length = _LENGTH.search(head)
            if not _HTTP_OK.match(data) or length is None:
                self._fail(UnexpectedAnswer(data[:500].decode(errors="replace")))
                return
            self._missing = int(length[1]) - len(body)
        else:
            self._missing -= len(data)
        self._parts.append(data)
        if self._missing == 0:
            self.latencies_ms.append((time.perf_counter() - self._sent_at) * 1000)
            response, self._parts = b"".join(self._parts), []
            self._send(response)

    def connection_lost(self, exc: Exception | None) -> None:
        if not self.finished.done():
            self._fail(UnexpectedAnswer("The connection was closed."))

    def _send(self, response: bytes) -> None:
        request = self._following(response)
        if request is None:
            self.finished.set_result(None)
            self._transport.close()
        else:
            self._sent_at = time.perf_counter()
            self._transport.write(request)

    def _fail(self, error: Exception) -> None:
        self.finished.set_exception(error)
        self._transport.close()
