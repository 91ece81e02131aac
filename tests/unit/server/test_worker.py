"""How a server stops, seen by those who are connected to it."""

import asyncio
import json
import signal
import socket
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from http.client import HTTPResponse

import pytest
import uvicorn
from starlette.types import Receive, Scope, Send

from data_hist.http.concurrency_limit import OVERLOAD_KEY, ConcurrencyLimiter, OverloadControl
from data_hist.http.middleware import OverloadMiddleware
from data_hist.http.request_observer import RequestObserver
from data_hist.http.routes import Routes
from data_hist.http.shutdown import SHUTDOWN_KEY, Shutdown
from data_hist.observability.request_context import parse_traceparent
from data_hist.server.limits import DEFAULT_LIMITS, ConnectionLimits, ServerLimits
from data_hist.server.protocol import BoundedProtocol
from data_hist.server.worker import Server

WAIT_SECONDS = 120


class Application:
    """Answers each request, but one for `/never`."""

    def __init__(self) -> None:
        self.shutdown = Shutdown(notice_seconds=0)
        observer = RequestObserver(Routes(), parse_traceparent)
        self.overload = OverloadControl(
            ConcurrencyLimiter(10), observer.record_refusal, lambda *_request: 0
        )
        self.began_to_wait = threading.Event()

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] == "lifespan":
            await self._live(scope, receive, send)
            return
        if scope["path"] == "/never":
            self.began_to_wait.set()
            await asyncio.Event().wait()
        await send({"type": "http.response.start", "status": 200, "headers": []})
        await send({"type": "http.response.body", "body": b"well"})

    async def _live(self, scope: Scope, receive: Receive, send: Send) -> None:
        await receive()
        scope["state"] |= {SHUTDOWN_KEY: self.shutdown, OVERLOAD_KEY: self.overload}
        await send({"type": "lifespan.startup.complete"})
        await receive()
        await send({"type": "lifespan.shutdown.complete"})


@contextmanager
def served(
    application: Application, limits: ServerLimits = DEFAULT_LIMITS
) -> Iterator[tuple[Server, int]]:
    listener = socket.socket()
    listener.bind(("127.0.0.1", 0))
    listener.listen()
    port = listener.getsockname()[1]
    app = OverloadMiddleware(application, application.overload)
    server = Server(uvicorn.Config(app, http=BoundedProtocol, ws="none", log_config=None), limits)
    thread = threading.Thread(target=server.run, args=([listener],))
    thread.start()
    try:
        yield server, port
    finally:
        server.stop_soon()
        thread.join(WAIT_SECONDS)
        assert not thread.is_alive()


def connected(port: int) -> socket.socket:
    return socket.create_connection(("127.0.0.1", port), timeout=WAIT_SECONDS)


def request(path: str) -> bytes:
    return f"GET {path} HTTP/1.1\r\nHost: test\r\n\r\n".encode()


def answer_to(connection: socket.socket, path: str) -> HTTPResponse:
    connection.sendall(request(path))
    answer = HTTPResponse(connection)
    answer.begin()
    return answer


def wait_until_nobody_listens(port: int) -> None:
    while True:
        try:
            connected(port).close()
        except ConnectionResetError:
            # It was in the queue of the listener when that was closed.
            continue
        except ConnectionRefusedError:
            return


@pytest.mark.parametrize("before", [0, 1], ids=["fresh", "kept"])
def test_request_on_an_open_connection_is_served_to_the_last(before: int) -> None:
    limits = ServerLimits(connection=ConnectionLimits(last_request_seconds=WAIT_SECONDS))
    with served(Application(), limits) as (server, port), connected(port) as connection:
        for _ in range(before):
            assert answer_to(connection, "/").read() == b"well"
        # Who came later is answered, so that the connection has been accepted.
        with connected(port) as later:
            assert answer_to(later, "/").read() == b"well"
        server.handle_exit(signal.SIGTERM, None)
        wait_until_nobody_listens(port)

        answer = answer_to(connection, "/")

        assert (answer.status, answer.read()) == (200, b"well")
        assert answer.headers["connection"] == "close"


def test_sigterm_during_the_start_stops_the_server() -> None:
    application = Application()
    server = Server(uvicorn.Config(application, http=BoundedProtocol, ws="none", log_config=None))

    server.handle_exit(signal.SIGTERM, None)
    # In the main thread uvicorn would raise the signal again.
    thread = threading.Thread(target=server.run, args=([],))
    thread.start()
    thread.join(WAIT_SECONDS)

    assert not thread.is_alive()
    assert application.shutdown.is_announced


def test_request_that_does_not_end_is_answered_at_the_end() -> None:
    application = Application()
    with (
        served(application, ServerLimits(stop_seconds=1)) as (server, port),
        connected(port) as connection,
    ):
        connection.sendall(request("/never"))
        assert application.began_to_wait.wait(WAIT_SECONDS)
        server.handle_exit(signal.SIGTERM, None)

        answer = HTTPResponse(connection)
        answer.begin()

        assert answer.status == 503
        assert answer.headers["retry-after"]
        assert json.loads(answer.read())["type"] == "/problems/shutting-down"


@pytest.mark.parametrize("stopped_before", [True, False])
def test_waits_end_when_the_server_listens_no_more(stopped_before: bool) -> None:
    async def wait() -> None:
        shutdown = Shutdown(notice_seconds=0)
        if stopped_before:
            shutdown.stop_listening()
        else:
            asyncio.get_running_loop().call_soon(shutdown.stop_listening)
        async with asyncio.timeout(WAIT_SECONDS):
            with pytest.raises(TimeoutError):
                async with shutdown.cutting_short():
                    await asyncio.Event().wait()
            assert shutdown.is_announced

    asyncio.run(wait())
