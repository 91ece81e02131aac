"""Any malformed request gets a small problem response with a 4xx status."""

import json
import socket
from http.client import HTTPResponse

import httpx
import pytest

from tests.api.malformed_requests import CASES
from tests.support.api_calls import PROBLEM

MOST_BYTES = 2_000


def answer_to(client: httpx.Client, sent: bytes) -> tuple[HTTPResponse, bytes]:
    address = (client.base_url.host, client.base_url.port or 0)
    with socket.create_connection(address, timeout=20) as connection:
        connection.sendall(sent)
        answer = HTTPResponse(connection, method="HEAD" if sent.startswith(b"HEAD") else "GET")
        answer.begin()
        return answer, answer.read()


@pytest.mark.parametrize(("sent", "status"), CASES.values(), ids=CASES)
def test_malformed_request(client: httpx.Client, sent: bytes, status: int) -> None:
    answer, body = answer_to(client, sent)

    assert answer.status == status, body
    assert answer.headers["content-type"] == PROBLEM
    assert answer.headers["x-request-id"]
    assert len(answer.headers.as_bytes()) + len(body) <= MOST_BYTES
    if not sent.startswith(b"HEAD"):
        assert json.loads(body)["status"] == status
    assert client.get(client.base_url.copy_with(path="/healthz")).status_code == 200
