"""A client that half-closes its connection after a request, as `nc -N` does, gets a response."""

import json
import socket

import httpx
import pytest

WAIT_SECONDS = 60
HEAD = "Host: test\r\n"
QUERIES = f"GET /v0/data_hist/queries HTTP/1.1\r\n{HEAD}\r\n"
TABLES = f"GET /v0/data_hist/tables HTTP/1.1\r\n{HEAD}\r\n"
BODY = json.dumps({"query": "SELECT count(*) AS records FROM events", "wait_seconds": 20})
QUERY = (
    f"POST /v0/data_hist/query HTTP/1.1\r\n{HEAD}Content-Type: application/json\r\n"
    f"Content-Length: {len(BODY)}\r\n\r\n{BODY}"
)


@pytest.mark.parametrize(
    "requests",
    [[QUERIES], [QUERY], [TABLES, QUERIES, QUERY]],
    ids=["quick", "waiting", "several at once"],
)
def test_each_request_is_answered(client: httpx.Client, requests: list[str]) -> None:
    address = (client.base_url.host, client.base_url.port or 0)
    with socket.create_connection(address, timeout=WAIT_SECONDS) as connection:
        connection.sendall("".join(requests).encode())
        connection.shutdown(socket.SHUT_WR)
        answers = b"".join(iter(lambda: connection.recv(65_536), b""))

    assert answers.count(b"HTTP/1.1 200 OK") == len(requests)
    document = json.loads(answers.rpartition(b"\r\n\r\n")[2])
    assert QUERY not in requests or document["status"] == "FINISHED"


@pytest.mark.parametrize("sent", [QUERIES[:-2], QUERY[:-1]], ids=["head", "body"])
def test_half_a_request_is_not_awaited(client: httpx.Client, sent: str) -> None:
    address = (client.base_url.host, client.base_url.port or 0)
    with socket.create_connection(address, timeout=WAIT_SECONDS) as connection:
        connection.sendall(sent.encode())
        connection.shutdown(socket.SHUT_WR)

        assert connection.recv(1) == b""
