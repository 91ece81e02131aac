"""With a third of all responses corrupted, no row is lost, repeated or wrong."""

import random
from collections.abc import Callable, Iterator
from typing import Any

import httpx
import pytest

from tests.support.api_calls import submitted
from tests.support.fault_server import Exchange, Fault, answer, fault_server, reset
from tests.support.running_service import running_service, settings_for

ROWS = 20_000
SQL = (
    "SELECT x, '\"\n,,' AS t FROM UNNEST(sequence(1, 10000)) AS a(x) UNION ALL "
    "SELECT x + 10000, '\"\n,,' FROM UNNEST(sequence(1, 10000)) AS b(x) ORDER BY x"
)
EXPECTED = [[n, '"\n,,'] for n in range(1, ROWS + 1)]
FAULTY = 0.3
TRIES = 200
REQUEST_HEADERS = ("content-type", "x-amz-target", "range", "if-match")
ANSWER_HEADERS = ("etag", "content-range", "last-modified")


class SpoiltAnswers:
    """Forwards each request to the endpoint, and corrupts some of its responses."""

    def __init__(self, endpoint_url: str) -> None:
        self._http = httpx.Client(base_url=endpoint_url, timeout=30)
        self._random = random.Random(20)  # noqa: S311 - the same faults in each run
        self.share = 0.0

    def serve(self, exchange: Exchange) -> None:
        whole, body_bytes = self._answered(exchange.request)
        connection = exchange.connection
        if self._random.random() >= self.share:
            connection.sendall(whole)
            return
        faults: list[Callable[[], Any]] = [
            lambda: reset(exchange),
            lambda: connection.sendall(answer("503 Slow Down")),
            lambda: connection.sendall(whole[: len(whole) - body_bytes]),
            lambda: connection.sendall(whole[: -self._random.randint(1, max(body_bytes, 1))]),
        ]
        self._random.choice(faults)()

    def close(self) -> None:
        self._http.close()

    def _answered(self, request: bytes) -> tuple[bytes, int]:
        head, _, body = request.partition(b"\r\n\r\n")
        first, *lines = head.decode().split("\r\n")
        method, path, _ = first.split(" ")
        headers = dict(line.split(": ", 1) for line in lines)
        kept = {name: value for name, value in headers.items() if name.lower() in REQUEST_HEADERS}
        told = self._http.request(method, path, headers=kept, content=body)
        passed = [
            f"{name}: {told.headers[name]}" for name in ANSWER_HEADERS if name in told.headers
        ]
        length = int(told.headers.get("content-length", 0))
        kind = told.headers.get("content-type", "")
        status = f"{told.status_code} {told.reason_phrase}"
        return answer(status, told.content, *passed, length=length, kind=kind), len(told.content)


@pytest.fixture(scope="module")
def spoilt(endpoint_url: str) -> Iterator[tuple[httpx.Client, SpoiltAnswers]]:
    with fault_server() as server, running_service(settings_for(server.url)) as client:
        answers = SpoiltAnswers(endpoint_url)
        server.faults = _Endless(answers.serve)
        yield client, answers
        answers.close()


class _Endless(list[Fault]):
    def __init__(self, fault: Fault) -> None:
        super().__init__([fault])

    def pop(self, _index: Any = 0) -> Fault:
        return self[0]


def insisted(ask: Callable[[], httpx.Response]) -> httpx.Response:
    """Repeat a request while its problems are retryable, and return the first good response."""
    for _ in range(TRIES):
        response = ask()
        if response.status_code == 200:
            return response
        assert response.status_code in (429, 502, 503), response.text
    raise AssertionError("no answer is good")


def test_pages_hold_every_row_once(spoilt: tuple[httpx.Client, SpoiltAnswers]) -> None:
    client, answers = spoilt
    answers.share = 0.0
    query_id = submitted(client, SQL)["query_id"]
    answers.share = FAULTY
    rows: list[Any] = []
    token = None
    while True:
        body = {"query_id": query_id, "paging_token": token}
        page = insisted(lambda body=body: client.post("/next", json=body)).json()  # type: ignore[misc]
        assert page["row_offset"] == len(rows)
        rows += page["rows"]
        token = page["paging_token"]
        if token is None:
            break

    assert rows == EXPECTED


def test_stream_is_complete_or_breaks(spoilt: tuple[httpx.Client, SpoiltAnswers]) -> None:
    client, answers = spoilt
    answers.share = 0.0
    query_id = submitted(client, SQL)["query_id"]
    answers.share = FAULTY
    whole = 0
    for _ in range(20):
        try:
            response = insisted(lambda: client.get(f"/results/{query_id}?format=json"))
        except httpx.RemoteProtocolError:
            continue
        assert response.json()["rows"] == EXPECTED
        whole += 1

    assert whole > 0
