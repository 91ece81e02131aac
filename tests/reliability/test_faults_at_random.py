"""Callers at work while some of all answers of AWS are spoilt: they get what they came for."""

from collections import Counter
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import httpx
import pytest

from tests.reliability import calls
from tests.reliability.fault_proxy import Fault, FaultProxy, at_random, fault_proxy
from tests.reliability.faults import OF_ATHENA, OF_S3, quick_faults
from tests.reliability.persistent_client import PersistentClient
from tests.reliability.short_limits import PATIENT, SHORT_PAUSES
from tests.support.api_calls import as_tenant
from tests.support.endpoint import running_endpoint
from tests.support.queries import SLOW as ENDLESS_QUERY
from tests.support.queries import numbers
from tests.support.running_service import running_service, settings_for

WORKFLOWS = 24
ROWS = 2500


def run_workflow(service: httpx.Client, number: int) -> tuple[str, Counter[int | str]]:
    """Submit, follow, page, download, cancel what has ended, and list; give the query's id."""
    client = PersistentClient(service)
    request = {"query": numbers(ROWS), "retention_minutes": 60 + number}
    headers = {"Idempotency-Key": f"workflow {number}"}
    query_id = client.json("POST", "/query", json=request, headers=headers)["query_id"]
    while True:
        document = client.json("GET", f"/status/{query_id}", params={"wait_seconds": 20})
        assert document["status"] in ("QUEUED", "RUNNING", "FINISHED")
        if document["status"] == "FINISHED":
            break
    rows, token = [], None
    for size in (1000, 1000, 500):
        page = client.json("POST", "/next", json={"query_id": query_id, "paging_token": token})
        assert len(page["rows"]) == size
        rows += page["rows"]
        token = page["paging_token"]
    assert token is None
    assert rows == [[n, f"row {n}"] for n in range(1, ROWS + 1)]
    stream = calls.stream_of("json")
    assert client.ask(lambda: stream(service, query_id)).json()["rows"] == rows
    assert client.json("DELETE", f"/query/{query_id}") == document
    listed = client.json("GET", "/queries", params={"limit": 50})["queries"]
    assert query_id in {query["query_id"] for query in listed}
    return query_id, client.outcomes


@pytest.mark.parametrize(("share", "tenant"), [(0.05, 60_001), (0.3, 60_002)])
def test_workflows(archive: Path, tmp_path: Path, share: float, tenant: int) -> None:
    # A list is read to its end, each page of it by calls that may fail; other tests would add some.
    with running_endpoint(archive, tmp_path) as endpoint_url, fault_proxy(endpoint_url) as proxy:
        settings = settings_for(proxy.url, tenant_required=True)
        with (
            running_service(settings, limits=SHORT_PAUSES) as service,
            ThreadPoolExecutor(6) as threads,
        ):
            service.headers.update(as_tenant(tenant))
            with proxy.spoiling(at_random(quick_faults, share, seed=5)):
                done = list(
                    threads.map(lambda number: run_workflow(service, number), range(WORKFLOWS))
                )
            listed = service.get("/queries?limit=50").json()["queries"]

    outcomes = sum((outcomes for _, outcomes in done), Counter[int | str]())
    print(f"{share:.0%} spoilt: {dict(outcomes)}, upstream {dict(proxy.calls)}")
    assert {query["query_id"] for query in listed} == {query_id for query_id, _ in done}
    assert len(listed) == WORKFLOWS


@pytest.mark.parametrize(
    ("call", "sql", "operation", "throttling", "most_calls"),
    [
        (calls.status, ENDLESS_QUERY, "BatchGetQueryExecution", OF_ATHENA["throttling"], 1.2),
        (calls.page, "SELECT 1", "GetObject", OF_S3["slow down"], 2.1),
    ],
)
def test_throttled_calls_are_no_storm(
    client: httpx.Client,
    proxy: FaultProxy,
    *,
    call: calls.Call,
    sql: str,
    operation: str,
    throttling: Fault,
    most_calls: float,
) -> None:
    """Of two calls AWS throttles one; they are those of one caller, one after the other."""
    requests = 200
    query_id = client.post("/query", json={"query": sql}).json()["query_id"]
    client.get(f"/status/{query_id}", params={"wait_seconds": 1})
    before = proxy.calls[operation]
    half = at_random(lambda each: [throttling] * (each.operation == operation), 0.5, seed=6)
    with (
        running_service(settings_for(proxy.url), limits=PATIENT) as service,
        proxy.spoiling(half),
    ):
        statuses = Counter(call(service, query_id).status_code for _ in range(requests))
    client.delete(f"/query/{query_id}")

    made = proxy.calls[operation] - before
    print(f"{operation}: {made} calls for {requests} requests, answers {dict(statuses)}")
    assert set(statuses) == {200, 429}
    assert made <= most_calls * requests
