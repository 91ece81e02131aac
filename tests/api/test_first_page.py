"""`results_per_page` on POST /query and GET /status adds the first page to the document."""

import json
import time
from collections.abc import Iterator
from typing import Any

import httpx
import pytest

from data_hist.queries.result_reader import PAGE_NOT_READ
from tests.reliability.fault_proxy import Choice, FaultProxy, any_of, fault_proxy, on
from tests.reliability.faults import SECRETS, answered, refused
from tests.support.api_calls import assert_problem, submitted
from tests.support.queries import SLOW, numbers
from tests.support.running_service import running_service, settings_for

EVERY_KIND = "SELECT 1.10 AS d, 9223372036854775807 AS b, CAST(NULL AS varchar), 'é\n\"', nan()"
SHAPES: list[dict[str, Any]] = [
    {"results_per_page": 1},
    {"results_per_page": 2, "row_format": "arrays"},
    {"results_per_page": 3, "row_format": "objects"},
    {"results_per_page": 1000, "row_format": "objects"},
    {"results_per_page": 4, "big_integers": "string"},
    {"results_per_page": 5, "row_format": "objects", "big_integers": "number"},
]


def page_text(response: httpx.Response) -> str:
    """Return the member `page`, the last of a document, as it was sent."""
    assert response.status_code == 200, response.text
    document, begin, page = response.text.partition(',"page":')
    assert begin
    assert "page" not in json.loads(document + "}")
    return page.removesuffix("}")


@pytest.mark.parametrize("shape", SHAPES)
@pytest.mark.parametrize("sql", [EVERY_KIND, numbers(3), numbers(1001), "SELECT 1 WHERE false"])
def test_page_is_the_first_of_next(client: httpx.Client, sql: str, shape: dict[str, Any]) -> None:
    body = {"query": sql, "wait_seconds": 30, **shape}
    on_submit = client.post("/query", json=body)
    query_id = on_submit.json()["query_id"]

    on_status = client.get(f"/status/{query_id}", params=shape)
    on_next = client.post("/next", json={"query_id": query_id, **shape})

    assert on_submit.json()["warnings"] == []
    assert page_text(on_submit) == page_text(on_status) == on_next.text


def test_next_continues_after_the_page(client: httpx.Client) -> None:
    document = submitted(client, numbers(5), results_per_page=2)

    body = {
        "query_id": document["query_id"],
        "paging_token": document["page"]["paging_token"],
        "results_per_page": 2,
    }
    second = client.post("/next", json=body).json()

    assert [row[0] for row in document["page"]["rows"] + second["rows"]] == [1, 2, 3, 4]


@pytest.mark.parametrize("fields", [{}, {"row_format": "objects"}, {"big_integers": "string"}])
def test_no_page_without_a_size(client: httpx.Client, fields: dict[str, str]) -> None:
    document = submitted(client, "SELECT 1 AS x", **fields)

    assert "page" not in document
    assert "page" not in client.get(f"/status/{document['query_id']}", params=fields).json()


def test_query_that_has_not_finished_has_no_page(client: httpx.Client) -> None:
    document = client.post("/query", json={"query": SLOW, "results_per_page": 10}).json()
    path = f"/status/{document['query_id']}"
    on_status = client.get(path, params={"results_per_page": 10}).json()
    cancelled = client.delete(f"/query/{document['query_id']}").json()
    after = client.get(path, params={"results_per_page": 10}).json()

    for each in (document, on_status, cancelled, after):
        assert "page" not in each
        assert each["status"] != "FINISHED"
        assert each["warnings"] == document["warnings"]


def test_failed_query_is_the_same_problem(client: httpx.Client) -> None:
    body = {"query": "SELECT 1/0", "wait_seconds": 30, "results_per_page": 10}

    assert_problem(client.post("/query", json=body), 422, "invalid-sql")


@pytest.mark.parametrize(
    "wrong",
    [
        {"results_per_page": 0},
        {"results_per_page": 1001},
        {"row_format": "rows"},
        {"big_integers": "text"},
    ],
)
def test_invalid_shape_starts_no_query(client: httpx.Client, wrong: dict[str, Any]) -> None:
    response = client.post("/query", json={"query": "SELECT 1", **wrong})

    assert_problem(response, 400, "invalid-request")
    assert_problem(client.get("/status/x", params=wrong), 400, "invalid-request")


def test_page_is_omitted_if_objects_would_lose_a_column(client: httpx.Client) -> None:
    shape = {"results_per_page": 10, "row_format": "objects"}
    document = submitted(client, "SELECT 1 AS a, 2 AS a", **shape)

    assert_not_read(document)
    assert "share" in document["warnings"][0]["detail"]
    query_id = document["query_id"]
    assert client.get(f"/status/{query_id}", params=shape).json() == document
    assert_problem(
        client.post("/next", json={"query_id": query_id, **shape}), 400, "invalid-request"
    )


@pytest.fixture(scope="module")
def faulty(endpoint_url: str) -> Iterator[tuple[httpx.Client, FaultProxy]]:
    with (
        fault_proxy(endpoint_url) as proxy,
        running_service(settings_for(proxy.url)) as client,
    ):
        yield client, proxy


_NO_OBJECT = refused("AccessDenied", 403)
UNREADABLE: dict[str, Choice] = {
    "throttled": on(refused("ThrottlingException", 400), "GetQueryResults"),
    "refused": on(refused("AccessDeniedException", 400), "GetQueryResults"),
    "broken": on(refused("InternalServerException", 500), "GetQueryResults"),
    "nonsense": on(answered(200, b"{}"), "GetQueryResults"),
    "gone": on(refused("NoSuchKey", 404), "GetObject"),
    "neither object nor engine": any_of(
        [
            on(_NO_OBJECT, "GetObject"),
            on(refused("ThrottlingException", 400), "GetQueryResults", marker='"MaxResults": 1000'),
        ]
    ),
}


def assert_not_read(document: dict[str, Any]) -> None:
    """Assert that a finished query comes without its page, and with the reason."""
    assert document["status"] == "FINISHED"
    assert document["query_id"]
    assert "page" not in document
    [warning] = document["warnings"]
    assert warning["code"] == PAGE_NOT_READ
    assert "/next" in warning["detail"]
    assert not any(secret in warning["detail"] for secret in SECRETS)


@pytest.mark.parametrize("name", UNREADABLE)
def test_query_survives_a_failure_of_its_page(
    faulty: tuple[httpx.Client, FaultProxy], name: str
) -> None:
    client, proxy = faulty
    with proxy.spoiling(UNREADABLE[name]):
        response = client.post(
            "/query",
            json={"query": f"SELECT '{time.time_ns()}'", "wait_seconds": 30, "results_per_page": 5},
        )
        assert response.status_code == 200, response.text
        assert_not_read(response.json())
        path = f"/status/{response.json()['query_id']}"
        assert_not_read(client.get(path, params={"results_per_page": 5}).json())

    healed = client.get(path, params={"results_per_page": 5}).json()
    assert healed["warnings"] == []
    assert len(healed["page"]["rows"]) == 1
