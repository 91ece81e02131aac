"""A refusal costs the connection nothing, and what follows it is read rightly."""

import json
import socket
from http.client import HTTPResponse

import httpx
import pytest

from data_hist.app import Limits
from data_hist.http.concurrency_limit import ConcurrencyLimits
from data_hist.server.limits import ConnectionLimits, ServerLimits
from tests.support.api_calls import PROBLEM, UNKNOWN_ID
from tests.support.held_service import full_service
from tests.support.running_service import connected, running_service, settings_for

STATUS = f"GET /v0/data_hist/status/{UNKNOWN_ID} HTTP/1.1\r\nHost: test\r\n".encode()
BODY = b'{"query": "GET / HTTP/1.1"}'
QUERY = (
    b"POST /v0/data_hist/query HTTP/1.1\r\nHost: test\r\nContent-Type: application/json\r\n"
    + f"Content-Length: {len(BODY)}\r\n".encode()
)


def assert_refused(connection: socket.socket) -> HTTPResponse:
    answer = HTTPResponse(connection)
    answer.begin()
    assert answer.status == 503
    assert answer.headers["content-type"] == PROBLEM
    assert int(answer.headers["retry-after"]) >= 1
    document = json.loads(answer.read())
    assert (document["type"], document["retryable"]) == ("/problems/overloaded", True)
    return answer


def test_connection_goes_on_after_a_refusal(endpoint_url: str) -> None:
    with full_service(endpoint_url, 1) as (client, engine), connected(client) as connection:
        for request in (STATUS + b"\r\n", QUERY + b"\r\n" + BODY):
            connection.sendall(request)
            assert "connection" not in assert_refused(connection).headers
        engine.go.set()

        connection.sendall(STATUS + b"Connection: close\r\n\r\n")
        served = HTTPResponse(connection)
        served.begin()
        while served.status == 503:
            served = asked_again(client)

        assert served.status == 404


def asked_again(client: httpx.Client) -> HTTPResponse:
    with connected(client) as connection:
        connection.sendall(STATUS + b"\r\n")
        answer = HTTPResponse(connection)
        answer.begin()
        return answer


def test_body_of_a_refused_request_is_no_request(full: httpx.Client) -> None:
    with connected(full) as connection:
        connection.sendall(QUERY + b"\r\n")
        assert_refused(connection)
        connection.sendall(BODY[:10])
        connection.sendall(BODY[10:] + STATUS + b"\r\n")
        assert_refused(connection)
        connection.sendall(STATUS + b"\r\n")
        assert_refused(connection)


def test_requests_sent_at_once_are_each_refused(full: httpx.Client) -> None:
    with connected(full) as connection:
        ids = [b"first", b"second", b"third"]
        connection.sendall(b"".join(STATUS + b"X-Request-Id: " + i + b"\r\n\r\n" for i in ids))
        received = b""
        while received.count(b"\r\n\r\n") < 3 or not received.endswith(b"}"):
            received += connection.recv(65536)

    assert [received.index(i) for i in ids] == sorted(received.index(i) for i in ids)


@pytest.mark.parametrize(
    "request_head",
    [
        STATUS + b"Connection: close\r\n\r\n",
        STATUS.replace(b"HTTP/1.1", b"HTTP/1.0") + b"\r\n",
        # The body will not come, so that nothing else can follow.
        QUERY + b"Expect: 100-continue\r\n\r\n",
    ],
    ids=["close", "1.0", "expects"],
)
def test_last_request_of_a_connection_ends_it(full: httpx.Client, request_head: bytes) -> None:
    with connected(full) as connection:
        connection.sendall(request_head)

        answer = assert_refused(connection)

        assert answer.headers["connection"] == "close"
        assert connection.recv(1) == b""


def test_body_that_does_not_come_is_not_waited_for(
    endpoint_url: str,
) -> None:
    limits = Limits(concurrency=ConcurrencyLimits(queued_per_slot=0))
    server_limits = ServerLimits(connection=ConnectionLimits(head_seconds=0.2))
    with (
        full_service(endpoint_url, 1, limits, server_limits) as (full, _),
        connected(full) as connection,
    ):
        connection.sendall(QUERY + b"\r\n" + BODY[:5])
        assert_refused(connection)

        assert connection.recv(1) == b""


def test_who_asks_without_reading_is_cut_off(full: httpx.Client) -> None:
    many = (STATUS + b"\r\n") * 1000
    with connected(full) as connection, pytest.raises((ConnectionResetError, BrokenPipeError)):
        for _ in range(1000):
            connection.sendall(many)


def test_refused_head_has_no_body(full: httpx.Client) -> None:
    with connected(full) as connection:
        connection.sendall(STATUS.replace(b"GET", b"HEAD") + b"\r\n")
        answer = HTTPResponse(connection, method="HEAD")
        answer.begin()
        assert (answer.status, answer.read()) == (503, b"")
        assert int(answer.headers["content-length"])
        connection.sendall(STATUS + b"\r\n")
        assert_refused(connection)


def test_nothing_is_served_after_the_last_request(full: httpx.Client) -> None:
    health = b"GET /healthz HTTP/1.1\r\nHost: test\r\n\r\n"
    with connected(full) as connection:
        connection.sendall(STATUS + b"Connection: close\r\n\r\n" + health + STATUS + b"\r\n")
        received = b"".join(iter(lambda: connection.recv(65536), b""))

    assert received.count(b"HTTP/1.1") == 1


def test_malformed_body_of_a_refused_request_is_not_answered_again(full: httpx.Client) -> None:
    chunked = QUERY.replace(f"Content-Length: {len(BODY)}".encode(), b"Transfer-Encoding: chunked")
    with connected(full) as connection:
        connection.sendall(chunked + b"\r\n" + b"nonsense\r\n")
        received = b"".join(iter(lambda: connection.recv(65536), b""))

    assert received.count(b"HTTP/1.1") == 1
    assert received.startswith(b"HTTP/1.1 503 ")


@pytest.mark.parametrize("request_head", [b"CONNECT test:443", b"GET http://test"])
def test_request_that_cannot_be_read_takes_no_place(endpoint_url: str, request_head: bytes) -> None:
    settings = settings_for(endpoint_url, concurrent_requests=1)
    with running_service(settings) as client:
        for _ in range(5):
            with connected(client) as connection:
                connection.sendall(request_head + b" HTTP/1.1\r\nHost: test\r\n\r\n")
                assert connection.recv(65536).startswith(b"HTTP/1.1 400 ")

        assert client.get("/tables").status_code == 200


def test_body_of_another_protocol_is_no_request(endpoint_url: str) -> None:
    with running_service(settings_for(endpoint_url)) as client, connected(client) as connection:
        connection.sendall(STATUS + b"Connection: Upgrade\r\nUpgrade: h2c\r\n\r\n")
        connection.sendall(STATUS + b"\r\n")
        received = b"".join(iter(lambda: connection.recv(65536), b""))

    assert received.count(b"HTTP/1.1") == 1
    assert received.startswith(b"HTTP/1.1 404 ")
