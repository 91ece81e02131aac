"""What callers of the service do, and what they may be told when AWS is at fault."""

from collections.abc import Callable

import httpx

from tests.reliability.faults import SECRETS
from tests.support.api_calls import PROBLEM
from tests.support.contract import HEALTH_SPEC, SPEC, operations

DOCUMENTED = {
    name: {int(status) for status in operation["responses"]}
    for spec in (SPEC, HEALTH_SPEC)
    for name, operation in operations(spec).items()
}
NEVER_SAID = (*SECRETS, "Traceback", "site-packages", "botocore", "urllib3", "awsdatacatalog")

Call = Callable[[httpx.Client, str], httpx.Response]


def submit(client: httpx.Client, _query_id: str) -> httpx.Response:
    return client.post("/query", json={"query": "SELECT 'hunter2'"})


def status(client: httpx.Client, query_id: str) -> httpx.Response:
    return client.get(f"/status/{query_id}")


def page(client: httpx.Client, query_id: str) -> httpx.Response:
    return client.post("/next", json={"query_id": query_id})


def cancel(client: httpx.Client, query_id: str) -> httpx.Response:
    return client.delete(f"/query/{query_id}")


def cancel_by_key(client: httpx.Client, query_id: str) -> httpx.Response:
    headers = {"Idempotency-Key": query_id}
    return client.post("/query/cancel", json={"query": "SELECT 'hunter2'"}, headers=headers)


def queries(client: httpx.Client, _query_id: str) -> httpx.Response:
    return client.get("/queries", params={"limit": 5})


def ready(client: httpx.Client, _query_id: str) -> httpx.Response:
    return client.get(client.base_url.copy_with(path="/readyz"))


def stream_of(name: str) -> Call:
    def stream(client: httpx.Client, query_id: str) -> httpx.Response:
        headers = {"Accept-Encoding": "identity"}
        return client.get(f"/results/{query_id}", params={"format": name}, headers=headers)

    return stream


OPERATION_IDS: dict[Call, str] = {
    submit: "submit_query",
    status: "get_status",
    page: "next_page",
    cancel: "cancel_query",
    cancel_by_key: "cancel_by_key",
    queries: "list_queries",
    ready: "get_readiness",
}


def assert_documented_problem(call: Call, response: httpx.Response) -> None:
    """The answer is one that the contract has for a fault that is not the caller's."""
    assert response.status_code in (429, 502, 503), response.text
    assert response.status_code in DOCUMENTED[OPERATION_IDS.get(call, "get_results")]
    assert response.headers["content-type"] == PROBLEM
    document = response.json()
    assert document["status"] == response.status_code
    assert isinstance(document["retryable"], bool)
    if response.status_code != 502:
        assert document["retryable"]
        assert int(response.headers["retry-after"]) >= 1
    assert_nothing_secret(response.text)


def assert_nothing_secret(text: str) -> None:
    found = [secret for secret in NEVER_SAID if secret in text]
    assert not found, text
