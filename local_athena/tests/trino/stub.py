"""A server that answers as Trino does, one scripted answer after the other, over real HTTP."""

import json
import ssl
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

STATS = {
    "state": "RUNNING",
    "queuedTimeMillis": 0,
    "elapsedTimeMillis": 0,
    "planningTimeMillis": 0,
    "physicalInputBytes": 0,
}


@dataclass(frozen=True)
class Answer:
    """One answer.

    Attributes:
        more: Add the `nextUri` of the answer that follows, in a phase.
        lost: Close the connection instead.
        held: Announce that the request has come, and answer only when the connection is closed.
    """

    document: dict[str, Any] = field(default_factory=dict)
    more: bool = False
    phase: str = "queued"
    status: int = 200
    text: str | None = None
    lost: bool = False
    held: bool = False


def page(
    *,
    more: bool = True,
    phase: str = "queued",
    stats: dict[str, Any] | None = None,
    **document: Any,
) -> Answer:
    return Answer({"id": "q", "stats": STATS | (stats or {}), **document}, more=more, phase=phase)


def column(name: str, kind: str, *numbers: int) -> dict[str, Any]:
    arguments = [{"kind": "LONG", "value": number} for number in numbers]
    return {"name": name, "type": kind, "typeSignature": {"rawType": kind, "arguments": arguments}}


def error(name: str, family: str, message: str, place: tuple[int, int] | None = None) -> Answer:
    location = {"lineNumber": place[0], "columnNumber": place[1]} if place else None
    found = {"errorName": name, "errorType": family, "message": message}
    return page(more=False, error=found | ({"errorLocation": location} if location else {}))


@dataclass(frozen=True)
class Received:
    """A request that came."""

    method: str
    target: str
    headers: dict[str, str]
    body: str


class TrinoStub:
    """Answers POST and GET from the script, in order, and every DELETE with 204."""

    def __init__(self, script: Iterator[Answer], url: Callable[[], str]) -> None:
        self.received: list[Received] = []
        self.holds = threading.Event()
        self._script = script
        self._url = url

    @property
    def url(self) -> str:
        return self._url()

    def methods(self) -> list[str]:
        return [each.method for each in self.received]

    def answer(self, handler: BaseHTTPRequestHandler) -> None:
        body = handler.rfile.read(int(handler.headers.get("Content-Length", 0))).decode()
        headers = dict(handler.headers.items())
        self.received.append(Received(handler.command, handler.path, headers, body))
        if handler.command == "DELETE":
            _send(handler, 204, b"")
        else:
            self._follow(handler, next(self._script))

    def _follow(self, handler: BaseHTTPRequestHandler, answer: Answer) -> None:
        if answer.held:
            self.holds.set()
            handler.rfile.read(1)
        if answer.held or answer.lost:
            handler.close_connection = True
            return
        document = dict(answer.document)
        if answer.more:
            # Of another host, as behind a gateway: only the path counts.
            token = len(self.received)
            document["nextUri"] = f"http://trino.invalid/v1/statement/{answer.phase}/q/slug/{token}"
        text = json.dumps(document) if answer.text is None else answer.text
        _send(handler, answer.status, text.encode())


def _send(handler: BaseHTTPRequestHandler, status: int, body: bytes) -> None:
    handler.send_response(status)
    if body:
        handler.send_header("Content-Length", str(len(body)))
    handler.end_headers()
    handler.wfile.write(body)


class _Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    stub: TrinoStub

    def log_message(self, *_: Any) -> None:
        """Keep quiet."""

    def _answer(self) -> None:
        self.stub.answer(self)

    do_GET = do_POST = do_DELETE = _answer  # noqa: N815 - the names that http.server looks for


@contextmanager
def trino_stub(*script: Answer, tls: ssl.SSLContext | None = None) -> Iterator[TrinoStub]:
    """Run a stub on a free port."""
    scheme = "https" if tls else "http"
    stub = TrinoStub(iter(script), lambda: f"{scheme}://127.0.0.1:{server.server_port}")
    handler = type("Handler", (_Handler,), {"stub": stub})
    with ThreadingHTTPServer(("127.0.0.1", 0), handler) as server:
        if tls:
            server.socket = tls.wrap_socket(server.socket, server_side=True)
        thread = threading.Thread(target=server.serve_forever, args=(0.01,))
        thread.start()
        try:
            yield stub
        finally:
            server.shutdown()
            thread.join()
