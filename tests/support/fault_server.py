"""A server in AWS's place that answers wrongly, on the bytes of the wire."""

import contextlib
import socket
import struct
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass


@dataclass(frozen=True)
class Exchange:
    """A request that has arrived, and where its answer goes; a fault ends when it is `stopped`."""

    request: bytes
    connection: socket.socket
    stopped: threading.Event


Fault = Callable[[Exchange], None]


class FaultServer:
    """Gives each request the next of `faults`, and whatever `good` is when there are no more."""

    def __init__(self) -> None:
        self.faults: list[Fault] = []
        self.good = b""
        self.requests: list[bytes] = []
        self.stopped = threading.Event()
        self._listener = socket.create_server(("127.0.0.1", 0), backlog=64)
        self._lock = threading.Lock()
        self._threads = [threading.Thread(target=self._accept)]
        self._threads[0].start()

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self._listener.getsockname()[1]}"

    def stop(self) -> None:
        self.stopped.set()
        # A close alone does not wake who accepts.
        with contextlib.suppress(OSError):
            self._listener.shutdown(socket.SHUT_RDWR)
        self._listener.close()
        for thread in self._threads:
            thread.join(10)
            assert not thread.is_alive()

    def _accept(self) -> None:
        while True:
            try:
                connection, _ = self._listener.accept()
            except OSError:
                return
            thread = threading.Thread(target=self._serve, args=(connection,))
            self._threads.append(thread)
            thread.start()

    def _serve(self, connection: socket.socket) -> None:
        with connection, contextlib.suppress(OSError):
            connection.settimeout(10)
            request = _received(connection)
            if not request:
                return
            with self._lock:
                self.requests.append(request)
                fault = self.faults.pop(0) if self.faults else bytes_of(self.good)
            fault(Exchange(request, connection, self.stopped))


def answer(
    status: str, body: bytes = b"", *headers: str, length: int | None = None, kind: str = ""
) -> bytes:
    """An answer on the wire; `length` is what it says of its body, whether true or not."""
    lines = [
        f"HTTP/1.1 {status}",
        f"Content-Length: {len(body) if length is None else length}",
        f"Content-Type: {kind or 'application/x-amz-json-1.1'}",
        "Connection: close",
        *headers,
    ]
    return "\r\n".join([*lines, "", ""]).encode() + body


def bytes_of(data: bytes) -> Fault:
    """Send this and close."""
    return lambda exchange: exchange.connection.sendall(data)


def reset(exchange: Exchange) -> None:
    """Break the connection."""
    exchange.connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))


def silence(exchange: Exchange) -> None:
    """Say nothing."""
    exchange.stopped.wait(10)


def drip(data: bytes, pause_seconds: float = 0.05) -> Fault:
    """Send a byte at a time."""

    def send(exchange: Exchange) -> None:
        for byte in data:
            if exchange.stopped.wait(pause_seconds):
                return
            exchange.connection.sendall(bytes([byte]))

    return send


@contextmanager
def fault_server() -> Iterator[FaultServer]:
    server = FaultServer()
    try:
        yield server
    finally:
        server.stop()


def _received(connection: socket.socket) -> bytes:
    """A whole request."""
    data = b""
    while b"\r\n\r\n" not in data:
        piece = connection.recv(65536)
        if not piece:
            return b""
        data += piece
    head, _, body = data.partition(b"\r\n\r\n")
    length = 0
    for line in head.lower().split(b"\r\n"):
        if line.startswith(b"content-length:"):
            length = int(line.partition(b":")[2])
    while len(body) < length:
        body += connection.recv(65536)
    return head + b"\r\n\r\n" + body
