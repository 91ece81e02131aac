"""A request too many is refused at the socket, and costs the connection nothing."""

import json
import socket
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from http.client import HTTPResponse
from typing import Any

import httpx
import pytest

from tests.reliability.calls import SPEC
from tests.support.api_calls import PROBLEM, UNKNOWN_ID, assert_problem
from tests.support.held_service import full_service
from tests.support.log_lines import log_lines
from tests.support.metric_values import metric_values, series
from tests.support.running_service import running_service, settings_for

WAIT_SECONDS = 20
STATUS = f"GET /v0/data_hist/status/{UNKNOWN_ID} HTTP/1.1\r\nHost: test\r\n".encode()
BODY = b'{"query": "GET / HTTP/1.1"}'
QUERY = (
    b"POST /v0/data_hist/query HTTP/1.1\r\nHost: test\r\nContent-Type: application/json\r\n"
    + f"Content-Length: {len(BODY)}\r\n".encode()
)
ROUTE = "/v0/data_hist/status/{query_id}"


@pytest.fixture
def full(endpoint_url: str, monkeypatch: pytest.MonkeyPatch) -> Iterator[httpx.Client]:
    monkeypatch.setattr("data_hist.http.concurrency_limit._LINE_FOR_EACH_PLACE", 0)
    with full_service(endpoint_url, 1) as (client, _):
        yield client


@contextmanager
def connected(client: httpx.Client) -> Iterator[socket.socket]:
    address = (client.base_url.host, client.base_url.port or 0)
    with socket.create_connection(address, timeout=WAIT_SECONDS) as connection:
        yield connection


def assert_refused(connection: socket.socket) -> HTTPResponse:
    answer = HTTPResponse(connection)
    answer.begin()
    assert answer.status == 503
    assert answer.headers["content-type"] == PROBLEM
    assert int(answer.headers["retry-after"]) >= 1
    document = json.loads(answer.read())
    assert (document["type"], document["retryable"]) == ("/problems/overloaded", True)
    return answer


def test_requests_too_many_are_refused_and_the_others_are_served(endpoint_url: str) -> None:
    with full_service(endpoint_url, 2) as (client, _):
        for response in (
            client.get(f"/status/{UNKNOWN_ID}"),
            client.post("/query", json={"query": "SELECT 1"}),
            client.get("/tables"),
        ):
            assert_problem(response, 503, "overloaded")
            assert int(response.headers["retry-after"]) >= 1
        for path in ("/healthz", "/readyz", "/metrics"):
            assert client.get(client.base_url.copy_with(path=path)).status_code == 200


def test_who_stands_in_line_is_served(endpoint_url: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("data_hist.http.concurrency_limit._LINE_SECONDS", WAIT_SECONDS)
    with ThreadPoolExecutor(4) as threads, full_service(endpoint_url, 1) as (client, engine):
        hurried = threads.submit(client.get, "/tables")
        patient = [
            threads.submit(client.get, f"/status/{UNKNOWN_ID}", **request)  # type: ignore[arg-type]
            for request in ({"params": {"wait_seconds": 20}}, {"headers": {"Prefer": "wait=20"}})
        ]
        until_refused(client)
        engine.go.set()

        assert hurried.result().status_code == 200
        assert [answer.result().status_code for answer in patient] == [404, 404]


def until_refused(client: httpx.Client) -> None:
    """Wait until the line is full, so that nobody else is let in."""
    while client.get("/tables", timeout=WAIT_SECONDS).status_code != 503:
        pass


WAITING: dict[str, dict[str, Any]] = {
    "plain": {},
    "header": {"headers": {"Prefer": "wait=20"}},
    "parameter": {"params": {"wait_seconds": 20}},
}
BODIES: dict[str, dict[str, Any]] = {
    "submit_query": {"query": "SELECT 1", "wait_seconds": 20},
    "next_page": {"query_id": UNKNOWN_ID, "wait_seconds": 20},
}
OPERATIONS = {
    operation["operationId"]: (method.upper(), path)
    for path, operations in SPEC["paths"].items()
    for method, operation in operations.items()
    if method != "parameters"
}


def ask(client: httpx.Client, operation: str, **waiting: Any) -> httpx.Response:
    method, path = OPERATIONS[operation]
    address = path.replace("{query_id}", UNKNOWN_ID).replace("{table}", "events")
    return client.request(method, address, json=BODIES.get(operation), **waiting)


def test_wish_to_wait_lets_nobody_in(full: httpx.Client) -> None:
    """Whoever says so where the contract does not know of it, or in a body, is refused as well."""
    refused = 0
    for operation in OPERATIONS:
        for way, waiting in WAITING.items():
            if operation != "get_status" or way == "plain":
                assert_problem(ask(full, operation, **waiting), 503, "overloaded")
                refused += 1

    assert refused == len(OPERATIONS) * len(WAITING) - 2


def test_long_polls_of_ended_queries_are_not_at_work_more_than_others(endpoint_url: str) -> None:
    """They stand in line, and none is answered as long as others hold all the places."""
    with ThreadPoolExecutor(12) as threads, full_service(endpoint_url, 1) as (client, engine):
        polls = [
            threads.submit(ask, client, "get_status", **WAITING[way])
            for way in ("header", "parameter") * 5
        ]
        until_refused(client)
        assert not any(poll.done() for poll in polls)
        engine.go.set()

        assert [poll.result().status_code for poll in polls] == [404] * len(polls)


def test_refused_request_has_its_line_and_is_counted(full: httpx.Client) -> None:
    counted = series("data_hist_http_requests_total", method="GET", route=ROUTE, status="503")
    problems = series("data_hist_problems_total", problem="overloaded")
    before = metric_values(full)
    with log_lines() as lines:
        response = full.get(f"/status/{UNKNOWN_ID}", headers={"X-Request-Id": "mine"})

        line = lines.about("mine")

    assert response.headers["x-request-id"] == "mine"
    assert (line["method"], line["route"], line["status"]) == ("GET", ROUTE, 503)
    assert (line["problem"], line["completion"]) == ("overloaded", "whole")
    assert line["sent_bytes"] == len(response.content)
    after = metric_values(full)
    assert after[counted] - before[counted] == 1
    assert after[problems] - before[problems] == 1


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
    full: httpx.Client, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("data_hist.server.protocol._HEAD_SECONDS", 0.2)
    with connected(full) as connection:
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


def test_time_in_line_is_not_taken_for_that_of_the_body(
    endpoint_url: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("data_hist.http.concurrency_limit._LINE_SECONDS", WAIT_SECONDS)
    monkeypatch.setattr("data_hist.http.middleware._BODY_SECONDS", 0.1)
    with ThreadPoolExecutor(1) as threads, full_service(endpoint_url, 1) as (client, engine):
        query = threads.submit(client.post, "/query", json={"query": "SELECT 1"})
        with pytest.raises(TimeoutError):
            query.result(0.3)
        engine.go.set()

        assert query.result().status_code == 200
