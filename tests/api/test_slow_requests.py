"""A client that stops sending gets a response, and its connection is closed."""

import json
import select
import socket
import threading
from collections.abc import Callable, Iterator
from http.client import HTTPResponse
from typing import Any

import httpx
import pytest

from data_hist.app import Limits
from data_hist.http.middleware import RequestLimits
from data_hist.server.limits import ConnectionLimits, ServerLimits
from data_hist.server.protocol import BoundedProtocol
from tests.support.api_calls import PROBLEM, submitted
from tests.support.running_service import connected, running_service, settings_for

WAIT_SECONDS = 20
WHOLE = b"GET /v0/data_hist/tables HTTP/1.1\r\nHost: test\r\n\r\n"
HALF = WHOLE[:-2] + b"X-Any: "
HALF_A_BODY = (
    b"POST /v0/data_hist/query HTTP/1.1\r\nHost: test\r\nContent-Type: application/json\r\n"
    b"Content-Length: 100\r\n\r\n{"
)
MANY_ROWS = (
    "SELECT m, n, lpad('', 400, 'x') AS filler FROM UNNEST(sequence(1, 300)) AS a(m), "
    "UNNEST(sequence(m * 1000 - 999, m * 1000 - 800)) AS t(n)"
)


@pytest.fixture(scope="module")
def client(endpoint_url: str) -> Iterator[httpx.Client]:
    """A service that waits for bodies only briefly."""
    limits = Limits(requests=RequestLimits(body_seconds=0.2))
    connection = ConnectionLimits(head_seconds=0.2, stalled_reader_seconds=0.2)
    with running_service(
        settings_for(endpoint_url), limits=limits, server_limits=ServerLimits(connection=connection)
    ) as client:
        yield client


def answer_on(connection: socket.socket) -> HTTPResponse:
    answer = HTTPResponse(connection)
    answer.begin()
    return answer


def assert_timeout_and_end(connection: socket.socket) -> None:
    answer = answer_on(connection)
    assert answer.status == 408
    assert answer.headers["content-type"] == PROBLEM
    assert answer.headers["connection"] == "close"
    assert json.loads(answer.read())["type"] == "/problems/request-timeout"
    assert connection.recv(1) == b""


def test_connection_without_a_request(client: httpx.Client) -> None:
    with connected(client) as connection:
        assert connection.recv(1) == b""


@pytest.mark.parametrize("sent", [HALF, HALF_A_BODY], ids=["head", "body"])
def test_half_a_request(client: httpx.Client, sent: bytes) -> None:
    with connected(client) as connection:
        connection.sendall(sent)

        assert_timeout_and_end(connection)


@pytest.mark.parametrize("media_type", ["json", "x-www-form-urlencoded"])
@pytest.mark.parametrize(
    ("request_line", "status"),
    [
        ("GET /healthz", 200),
        ("GET /v0/data_hist/tables", 200),
        ("DELETE /v0/data_hist/query/nothing", 404),
        ("POST /v0/data_hist/tables", 405),
        ("PUT /v0/data_hist/query", 405),
        ("POST /healthz", 405),
        ("POST /v0/data_hist/nothing", 404),
    ],
)
def test_body_of_a_request_without_one(
    client: httpx.Client, request_line: str, status: int, media_type: str
) -> None:
    head = f"Host: test\r\nContent-Type: application/{media_type}\r\nContent-Length: 1000000000"
    with connected(client) as connection:
        connection.sendall(f"{request_line} HTTP/1.1\r\n{head}\r\n\r\nx=".encode())

        answer = answer_on(connection)
        assert (answer.status, len(answer.read()) > 0) == (status, True)
        with pytest.raises(ConnectionError):
            while True:
                connection.sendall(b"x" * 10_000)


def test_head_that_arrives_byte_by_byte(client: httpx.Client) -> None:
    with connected(client) as connection:
        connection.sendall(HALF)
        while not select.select([connection], [], [], 0.02)[0]:
            connection.sendall(b"x")

        assert_timeout_and_end(connection)


@pytest.mark.parametrize("together", [True, False])
def test_half_a_request_after_a_whole_one(client: httpx.Client, together: bool) -> None:
    with connected(client) as connection:
        connection.sendall(WHOLE + (HALF if together else b""))
        whole = answer_on(connection)
        assert (whole.status, len(whole.read()) > 0) == (200, True)
        connection.sendall(b"" if together else HALF)

        assert_timeout_and_end(connection)


def test_line_ends_instead_of_a_second_request(client: httpx.Client) -> None:
    with connected(client) as connection:
        connection.sendall(WHOLE)
        answer_on(connection).read()
        connection.sendall(b"\r\n")

        assert connection.recv(1) == b""


def test_noise_after_a_request_does_not_affect_its_response(client: httpx.Client) -> None:
    with connected(client) as connection:
        connection.sendall(WHOLE + b"\0noise\r\n\r\n")

        answer = answer_on(connection)
        assert (answer.status, "tables" in json.loads(answer.read())) == (200, True)
        assert connection.recv(1) == b""


def test_endless_head(client: httpx.Client) -> None:
    with connected(client) as connection:
        connection.sendall(HALF)
        while not select.select([connection], [], [], 0)[0]:
            connection.sendall(b"x" * 1000)

        answer = answer_on(connection)
        assert answer.status == 400
        assert "65536 bytes" in json.loads(answer.read())["detail"]


def test_client_that_stops_reading(client: httpx.Client, monkeypatch: pytest.MonkeyPatch) -> None:
    query_id = submitted(client, MANY_ROWS)["query_id"]
    stalled = threading.Event()
    monkeypatch.setattr(
        "data_hist.server.protocol.BoundedProtocol.connection_lost",
        told(BoundedProtocol.connection_lost, stalled),
    )
    path = f"/v0/data_hist/results/{query_id}?format=csv"
    with connected(client) as connection:
        connection.sendall(f"GET {path} HTTP/1.1\r\nHost: test\r\n\r\n".encode())

        assert stalled.wait(WAIT_SECONDS)


def told(method: Callable[..., None], event: threading.Event) -> Callable[..., None]:
    def wrapper(*arguments: Any) -> None:
        method(*arguments)
        event.set()

    return wrapper
