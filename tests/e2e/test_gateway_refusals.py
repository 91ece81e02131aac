"""What the gateway refuses or cuts off, and the problems that it answers with itself."""

import json
import re
import socket
from pathlib import Path
from typing import Any

import httpx
import pytest

from data_hist.http.middleware import MAX_BODY_BYTES
from data_hist.http.problems import INTERNAL, PROBLEMS
from tests.e2e.gateway import (
    API,
    CONFIGURATION,
    PASSWORD,
    api,
    connected,
    exchanged,
    needs_nginx,
    running_gateway,
    until_closed,
)
from tests.support.api_calls import assert_problem
from tests.support.contract import SPEC

pytestmark = needs_nginx


@pytest.mark.parametrize("chunked", [False, True])
def test_an_oversized_body_is_refused(alice: httpx.Client, chunked: bool) -> None:
    body = b'{"query": "' + b"x" * MAX_BODY_BYTES + b'"}'

    answer = alice.post(
        "/query",
        content=iter([body]) if chunked else body,
        headers={"Content-Type": "application/json"},
    )

    assert_problem(answer, 413, "query-too-large")


def test_the_largest_query_passes(alice: httpx.Client) -> None:
    body = json.dumps({"query": "SELECT 1", "dry_run": True})

    answer = alice.post(
        "/query",
        content=body + " " * (MAX_BODY_BYTES - len(body)),
        headers={"Content-Type": "application/json"},
    )

    assert answer.status_code == 200


def test_a_problem_of_the_service_passes(alice: httpx.Client) -> None:
    answer = alice.post("/query", json={"query": "SELECT resourceid FROM events"})

    assert_problem(answer, 422, "statement-not-allowed")


def dripped(connection: socket.socket) -> bytes:
    """Send a byte, and another for each tenth of a second without an answer."""
    connection.settimeout(0.1)
    try:
        while True:
            connection.sendall(b"x")
            try:
                connection.settimeout(0.1)
                first = connection.recv(1)
            except TimeoutError:
                continue
            connection.settimeout(60)
            return first + until_closed(connection)
    except (ConnectionResetError, BrokenPipeError):
        return b""


def test_a_header_that_drips_is_cut_off(workers: int, tmp_path: Path) -> None:
    with (
        running_gateway(tmp_path, workers, client_header_timeout="1s") as url,
        connected(url) as connection,
    ):
        connection.sendall(b"GET /healthz HTTP/1.1\r\nHost: gateway\r\nX-Slow: ")

        assert dripped(connection) == b""


def test_a_body_that_stops_is_cut_off(workers: int, tmp_path: Path) -> None:
    with (
        running_gateway(tmp_path, workers, client_body_timeout="1s") as url,
        connected(url) as connection,
    ):
        connection.sendall(_post_of(1000) + b'{"query"')

        assert until_closed(connection) == b""


def test_a_body_that_drips_is_refused_by_the_service(gateway: str) -> None:
    with connected(gateway) as connection:
        connection.sendall(_post_of(10_000))

        answer = dripped(connection)

    assert answer.startswith(b"HTTP/1.1 408 ")
    assert b'"/problems/request-timeout"' in answer


def _post_of(body_bytes: int) -> bytes:
    authorization = httpx.BasicAuth("alice", PASSWORD)._auth_header
    return (
        f"POST {API}/query HTTP/1.1\r\nHost: gateway\r\nAuthorization: {authorization}\r\n"
        f"Content-Type: application/json\r\nContent-Length: {body_bytes}\r\n\r\n"
    ).encode()


@pytest.mark.parametrize(
    ("request_line", "status"),
    [
        ("GARBAGE\r\n\r\n", 400),
        (f"GET /{'a' * 10_000} HTTP/1.1\r\nHost: gateway\r\n\r\n", 414),
        (f"GET / HTTP/1.1\r\nHost: gateway\r\nX-Large: {'a' * 10_000}\r\n\r\n", 431),
        ("TRACE /healthz HTTP/1.1\r\nHost: gateway\r\n\r\n", 405),
    ],
)
def test_what_is_no_request_is_a_problem_too(gateway: str, request_line: str, status: int) -> None:
    answer = exchanged(gateway, request_line)

    head, _, body = answer.partition(b"\r\n\r\n")
    assert head.startswith(f"HTTP/1.1 {status} ".encode())
    assert b"Content-Type: application/problem+json" in head
    assert json.loads(body)["status"] == status


def test_a_service_that_is_down_is_a_problem_to_try_again(tmp_path: Path) -> None:
    with socket.socket() as nobody:
        nobody.bind(("127.0.0.1", 0))
        with running_gateway(tmp_path, nobody.getsockname()[1]) as url, api(url, "bob") as client:
            answer = client.get("/tables")

    assert answer.status_code == 503
    assert answer.headers["content-type"] == "application/problem+json"
    assert answer.headers["retry-after"] == "5"
    assert answer.json()["retryable"] is True


def problems_of_the_gateway() -> list[dict[str, Any]]:
    bodies = re.findall(r"return (\d+) '(.*)';", CONFIGURATION.read_text())
    documents = [json.loads(body.replace("$prefix", "")) for _, body in bodies]
    assert [document["status"] for document in documents] == [int(status) for status, _ in bodies]
    return documents


def test_problems_of_the_gateway_are_those_of_the_service() -> None:
    kinds = {kind.slug: kind for kind in [*PROBLEMS.values(), INTERNAL]}
    documents = problems_of_the_gateway()

    assert documents
    for document in documents:
        assert set(SPEC["components"]["schemas"]["Problem"]["required"]) <= set(document)
        if document["type"] != "about:blank":
            kind = kinds[document["type"].removeprefix("/problems/")]
            assert (document["title"], document["status"]) == (kind.title, kind.status)
