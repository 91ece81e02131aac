"""GET /status follows a query, and DELETE /query stops it."""

import httpx
import pytest

from tests.support.api_calls import UNKNOWN_ID, assert_problem, submitted
from tests.support.queries import SLOW


def test_status_of_a_finished_query(client: httpx.Client) -> None:
    document = submitted(client, "SELECT 1")

    response = client.get(f"/status/{document['query_id']}")

    assert response.status_code == 200
    assert response.json() == document


@pytest.mark.parametrize(
    ("parameters", "headers", "applied"),
    [
        ({"wait_seconds": "30"}, {}, None),
        ({}, {"Prefer": "wait=30"}, "wait=30"),
        ({}, {"Prefer": "respond-async, wait=600"}, "wait=30"),
        ({"wait_seconds": "30"}, {"Prefer": "wait=0"}, None),
    ],
)
def test_status_waits_for_the_end(
    client: httpx.Client, parameters: dict[str, str], headers: dict[str, str], applied: str | None
) -> None:
    query_id = client.post("/query", json={"query": "SELECT 1"}).json()["query_id"]

    response = client.get(f"/status/{query_id}", params=parameters, headers=headers)

    assert response.json()["status"] == "FINISHED"
    assert response.headers.get("preference-applied") == applied


def test_running_query_is_stopped_and_stays_so(client: httpx.Client) -> None:
    query_id = client.post("/query", json={"query": SLOW}).json()["query_id"]
    running = client.get(f"/status/{query_id}")
    assert running.json()["status"] in ("QUEUED", "RUNNING")
    assert running.headers["retry-after"] == "1"

    first = client.delete(f"/query/{query_id}")
    second = client.delete(f"/query/{query_id}")

    assert first.status_code == 200
    assert first.json()["status"] == "CANCELLED"
    assert first.json()["completed_at"]
    assert second.json() == first.json()
    assert "retry-after" not in second.headers
    assert client.get(f"/status/{query_id}").json()["status"] == "CANCELLED"
    next_page = client.post("/next", json={"query_id": query_id})
    assert_problem(next_page, 409, "query-not-successful")


def test_finished_query_is_not_stopped(client: httpx.Client) -> None:
    document = submitted(client, "SELECT 1")

    assert client.delete(f"/query/{document['query_id']}").json() == document


def test_failed_query_keeps_its_failure(client: httpx.Client) -> None:
    failed = client.post("/query", json={"query": "SELECT 1/0", "wait_seconds": 30}).json()

    deleted = client.delete(f"/query/{failed['query_id']}")

    assert deleted.status_code == 200
    assert deleted.json()["status"] == "FAILED"
    assert deleted.json()["error"]["code"] == "DIVISION_BY_ZERO"
    next_page = client.post("/next", json={"query_id": failed["query_id"]})
    problem = assert_problem(next_page, 409, "query-not-successful")
    assert problem["code"] == "DIVISION_BY_ZERO"


@pytest.mark.parametrize("query_id", [UNKNOWN_ID, "nope", "x" * 128])
def test_unknown_query_is_not_found_on_any_route(client: httpx.Client, query_id: str) -> None:
    for response in (
        client.get(f"/status/{query_id}"),
        client.get(f"/status/{query_id}", params={"wait_seconds": 30}),
        client.delete(f"/query/{query_id}"),
        client.post("/next", json={"query_id": query_id}),
    ):
        problem = assert_problem(response, 404, "query-not-found")
        assert problem["query_id"] == query_id


@pytest.mark.parametrize("query_id", ["x" * 129, "a b", "a'b", "..%2f"])
def test_malformed_id_is_an_invalid_request(client: httpx.Client, query_id: str) -> None:
    response = client.get(f"/status/{query_id}")

    assert response.status_code in (400, 404)
    assert query_id not in response.text


@pytest.mark.parametrize("wait", ["31", "-1", "x", "1.5", ""])
def test_invalid_wait(client: httpx.Client, wait: str) -> None:
    response = client.get(f"/status/{UNKNOWN_ID}", params={"wait_seconds": wait})

    assert_problem(response, 400, "invalid-request")
