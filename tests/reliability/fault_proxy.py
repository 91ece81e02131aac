"""A proxy before the embedded endpoint, or the service, which spoils answers as networks do.

Raw HTTP/1.1, as far as boto3, browsers and both servers speak it. What is spoilt is chosen for each
call by whoever tests; `calls` counts those that came, by operation.
"""

import asyncio
import random
import threading
from collections import Counter
from collections.abc import Awaitable, Callable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from urllib.parse import urlsplit

_TARGET = b"x-amz-target"
_LONGEST_HEAD = 1024 * 1024
_START_SECONDS = 120


@dataclass(frozen=True)
class Call:
    """One request: its operation, such as GetObject or "POST query", and all of its bytes."""

    operation: str
    data: bytes

    @property
    def is_to_s3(self) -> bool:
        return self.operation.endswith(("Object", "Objects", "Bucket"))


@dataclass(frozen=True)
class Answer:
    """What the endpoint says: its status line, headers by name in lower case, and the body."""

    status: bytes
    headers: dict[bytes, bytes]
    body: bytes

    @property
    def head(self) -> bytes:
        """What goes before the body; its length comes last, as with S3."""
        lines = [self.status, *(b"%s: %s" % header for header in self.headers.items())]
        return b"\r\n".join(lines) + b"\r\n\r\n"


class Exchange:
    """A call, the way to its answer, and the connection that the answer goes to."""

    def __init__(
        self,
        call: Call,
        ask: Callable[[bytes], Awaitable[Answer]],
        reader: asyncio.StreamReader,
        writer: asyncio.StreamWriter,
    ) -> None:
        self.call = call
        self._ask = ask
        self._reader = reader
        self._writer = writer

    async def answer(self) -> Answer:
        """Have the endpoint do what is asked, and take its answer."""
        return await self._ask(self.call.data)

    async def send(self, data: bytes) -> None:
        self._writer.write(data)
        await self._writer.drain()

    async def until_gone(self) -> None:
        """Wait until the caller closes the connection."""
        await self._reader.read()

    def reset(self) -> None:
        """Drop the connection without a word."""
        self._writer.transport.abort()


Fault = Callable[[Exchange], Awaitable[None]]
NameOfCall = Callable[[str, str, dict[bytes, bytes]], str]
Choice = Callable[[Call], Fault | None]


def on(fault: Fault, *operations: str, marker: str = "", times: int | None = None) -> Choice:
    """Spoil the calls of these operations that hold the marker: all, or the first few."""
    left = [times]

    def choose(call: Call) -> Fault | None:
        if call.operation not in operations or marker.encode() not in call.data or left[0] == 0:
            return None
        left[0] = left[0] and left[0] - 1
        return fault

    return choose


def any_of(choices: list[Choice]) -> Choice:
    """Spoil a call as the first of these does."""
    return lambda call: next((fault for each in choices if (fault := each(call))), None)


def at_random(faults: Callable[[Call], list[Fault]], share: float, *, seed: int) -> Choice:
    """Spoil this share of all calls, each by one of the faults that fit it."""
    generator = random.Random(seed)  # noqa: S311 - tests are to repeat themselves

    def choose(call: Call) -> Fault | None:
        fitting = faults(call)
        return generator.choice(fitting) if fitting and generator.random() < share else None

    return choose


class FaultProxy:
    """A running proxy; `url` is where the service takes AWS to be."""

    def __init__(self, upstream_url: str, name_of: NameOfCall) -> None:
        upstream = urlsplit(upstream_url)
        self._name_of = name_of
        self._upstream = (upstream.hostname, upstream.port)
        self._choose: Choice = lambda _: None
        self.calls: Counter[str] = Counter()
        self.spoilt: Counter[str] = Counter()
        self.url = ""

    def spoil(self, choose: Choice) -> None:
        """Spoil calls so from now on."""
        self._choose = choose

    @contextmanager
    def spoiling(self, choose: Choice) -> Iterator[None]:
        """Spoil calls so, as long as the block lasts."""
        self.spoil(choose)
        try:
            yield
        finally:
            self.spoil(lambda _: None)

    async def serve(self, running: threading.Event, stop: asyncio.Event) -> None:
        """Take connections until `stop`."""
        connections: set[asyncio.Task[None]] = set()

        def connected(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
            task = asyncio.create_task(self._connection(reader, writer))
            connections.add(task)
            task.add_done_callback(connections.discard)

        server = await asyncio.start_server(connected, "127.0.0.1", 0, limit=_LONGEST_HEAD)
        self.url = "http://127.0.0.1:{1}".format(*server.sockets[0].getsockname())
        running.set()
        await stop.wait()
        server.close()
        for task in connections:
            task.cancel()
        await asyncio.gather(*connections, return_exceptions=True)
        await server.wait_closed()

    async def _connection(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        try:
            with suppress(OSError, asyncio.IncompleteReadError):
                while await self._exchange(reader, writer):
                    pass
        finally:
            writer.close()
            with suppress(OSError):
                await writer.wait_closed()

    async def _exchange(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> bool:
        """Serve one call; whether another may follow on the connection."""
        call = await _call(reader, writer, self._name_of)
        self.calls[call.operation] += 1
        exchange = Exchange(call, self._ask, reader, writer)
        fault = self._choose(call)
        if fault is None:
            answer = await exchange.answer()
            await exchange.send(answer.head + answer.body)
            return True
        self.spoilt[call.operation] += 1
        await fault(exchange)
        return False

    async def _ask(self, data: bytes) -> Answer:
        host, port = self._upstream
        reader, writer = await asyncio.open_connection(host, port, limit=_LONGEST_HEAD)
        try:
            head, _, body = data.partition(b"\r\n\r\n")
            writer.write(head + b"\r\nConnection: close\r\n\r\n" + body)
            status, headers = _parsed(await reader.readuntil(b"\r\n\r\n"))
            # The endpoint says how long its answers are, also to HEAD, or ends the connection.
            body = await reader.read()
        finally:
            writer.close()
        headers.pop(b"connection", None)
        length = headers.pop(b"content-length", b"%d" % len(body))
        return Answer(status, headers | {b"content-length": length}, body)


def aws_operation(method: str, path: str, headers: dict[bytes, bytes]) -> str:
    """The operation of Athena or S3."""
    if _TARGET in headers:
        return headers[_TARGET].decode().rpartition(".")[2]
    bucket, _, key = urlsplit(path).path.strip("/").partition("/")
    return {
        "GET": "GetObject" if key else "ListObjects",
        "HEAD": "HeadObject" if key else "HeadBucket",
        "PUT": "PutObject",
        "DELETE": "DeleteObject",
    }.get(method, f"{method} {bool(bucket)}")


def service_operation(method: str, path: str, _headers: dict[bytes, bytes]) -> str:
    """The method and the first part of the path below the base path, such as "POST query"."""
    parts = urlsplit(path).path.strip("/").split("/")
    return f"{method} {parts[2] if len(parts) > 2 else path}"


@contextmanager
def fault_proxy(upstream_url: str, name_of: NameOfCall = aws_operation) -> Iterator[FaultProxy]:
    """Run a proxy on a thread of its own."""
    proxy = FaultProxy(upstream_url, name_of)
    running = threading.Event()
    loop = asyncio.new_event_loop()
    stop = asyncio.Event()
    thread = threading.Thread(
        target=lambda: loop.run_until_complete(proxy.serve(running, stop)), name="fault-proxy"
    )
    thread.start()
    assert running.wait(_START_SECONDS)
    try:
        yield proxy
    finally:
        loop.call_soon_threadsafe(stop.set)
        thread.join()
        loop.close()


async def _call(
    reader: asyncio.StreamReader, writer: asyncio.StreamWriter, name_of: NameOfCall
) -> Call:
    head = await reader.readuntil(b"\r\n\r\n")
    line, headers = _parsed(head)
    if headers.pop(b"expect", b"") == b"100-continue":
        writer.write(b"HTTP/1.1 100 Continue\r\n\r\n")
    body = await reader.readexactly(int(headers.get(b"content-length", b"0")))
    method, path, _ = line.decode().split(" ")
    return Call(name_of(method, path, headers), head + body)


def _parsed(head: bytes) -> tuple[bytes, dict[bytes, bytes]]:
    first, *lines = head.rstrip(b"\r\n").split(b"\r\n")
    headers = (line.partition(b":") for line in lines)
    return first, {name.strip().lower(): value.strip() for name, _, value in headers}
