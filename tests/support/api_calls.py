"""What the API tests say over and over."""

from typing import Any

import httpx

PROBLEM = "application/problem+json"
UNKNOWN_ID = "00000000-0000-0000-0000-000000000000"


def as_tenant(tenant: int) -> dict[str, str]:
    return {"X-Trebuchet-Tenant-Id": str(tenant)}


# It only turns a hang into a failure.
_LONGEST_WAITS = 10


def submitted(client: httpx.Client, sql: str, **fields: Any) -> dict[str, Any]:
    """Submit a query that has to end well, and give its document."""
    headers = fields.pop("headers", {})
    response = client.post(
        "/query", json={"query": sql, "wait_seconds": 30, **fields}, headers=headers
    )
    assert response.status_code == 200, response.text
    document: dict[str, Any] = response.json()
    for _ in range(_LONGEST_WAITS):
        if document["status"] not in ("QUEUED", "RUNNING"):
            break
        looked = client.get(f"/status/{document['query_id']}?wait_seconds=30", headers=headers)
        assert looked.status_code == 200, looked.text
        document = looked.json()
    assert document["status"] == "FINISHED", document
    return document


def next_page(client: httpx.Client, query_id: str, **fields: Any) -> dict[str, Any]:
    response = client.post("/next", json={"query_id": query_id, **fields})
    assert response.status_code == 200, response.text
    page: dict[str, Any] = response.json()
    return page


def all_rows(client: httpx.Client, sql: str, **fields: Any) -> list[list[Any]]:
    """The rows of a query, page by page."""
    query_id = submitted(client, sql, **fields)["query_id"]
    rows: list[list[Any]] = []
    token = None
    while True:
        page = next_page(client, query_id, paging_token=token)
        rows += page["rows"]
        token = page["paging_token"]
        if token is None:
            return rows


def listed_queries(
    client: httpx.Client, tenant: int, token: str | None = None, **parameters: object
) -> list[dict[str, Any]]:
    """A tenant's queries, read page by page; a page may have none of them."""
    found: list[dict[str, Any]] = []
    while True:
        response = client.get(
            "/queries",
            params={**parameters, **({"paging_token": token} if token else {})},
            headers=as_tenant(tenant),
        )
        assert response.status_code == 200, response.text
        found += response.json()["queries"]
        token = response.json()["paging_token"]
        if token is None:
            return found


def assert_problem(response: httpx.Response, status: int, slug: str) -> dict[str, Any]:
    """Every error is a problem document, of this kind, and says nothing that it must not."""
    assert response.status_code == status, response.text
    assert response.headers["content-type"] == PROBLEM
    document: dict[str, Any] = response.json()
    assert document["type"] == f"/problems/{slug}"
    assert document["status"] == status
    assert document["title"]
    assert document["detail"]
    assert isinstance(document["retryable"], bool)
    assert set(document) <= {
        *("type", "title", "status", "detail", "query_id", "code", "line", "column"),
        *("retryable", "errors", "suggestions", "budget"),
    }
    assert 1 <= len(document.get("suggestions", ["one"])) <= 3
    assert len(response.content) < 4_000
    for secret in ("s3://", "Traceback", "/site-packages/", "awsdatacatalog", "duckdb"):
        assert secret not in response.text
    assert response.headers["x-request-id"]
    return document


PLAIN = {"Accept-Encoding": "identity"}


def result(client: httpx.Client, query_id: str, **parameters: str) -> httpx.Response:
    response = client.get(f"/results/{query_id}", params=parameters, headers=PLAIN)
    assert response.status_code == 200, response.text
    return response
