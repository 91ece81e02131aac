"""A caller who did not get the response of a submit cancels its query by the `Idempotency-Key`."""

import json
import os
import subprocess
import uuid
from pathlib import Path
from typing import Any

import httpx
import pytest

from tests.support.api_calls import all_rows, as_tenant, assert_problem, listed_queries, submitted
from tests.support.queries import SLOW

CLIENTS = Path(__file__).parents[2] / "docs/clients.md"
TENANT = 11000
ACTIVE = {"QUEUED", "RUNNING"}


@pytest.fixture
def key() -> dict[str, str]:
    """The headers of a tenant with a new key."""
    return as_tenant(TENANT) | {"Idempotency-Key": str(uuid.uuid4())}


def submit(tenants: httpx.Client, headers: dict[str, str], sql: str = SLOW, **fields: Any) -> str:
    response = tenants.post("/query", json={"query": sql, **fields}, headers=headers)
    assert response.status_code == 200, response.text
    return str(response.json()["query_id"])


def cancel(
    tenants: httpx.Client, headers: dict[str, str], sql: str = SLOW, **fields: Any
) -> dict[str, Any]:
    response = tenants.post("/query/cancel", json={"query": sql, **fields}, headers=headers)
    assert response.status_code == 200, response.text
    document: dict[str, Any] = response.json()
    return document


def end_of(tenants: httpx.Client, query_id: str, tenant: int = TENANT) -> str:
    """How a query ends, which is waited for."""
    url = f"/status/{query_id}?wait_seconds=30"
    status = "RUNNING"
    while status in ACTIVE:
        status = tenants.get(url, headers=as_tenant(tenant)).json()["status"]
    return status


@pytest.mark.parametrize(
    "fields", [{}, {"parameters": ["x"]}, {"retention_minutes": 60, "max_age_minutes": 60}]
)
def test_query_that_runs(
    tenants: httpx.Client, key: dict[str, str], fields: dict[str, Any]
) -> None:
    sql = f"{SLOW} WHERE ? = 'x'" if "parameters" in fields else SLOW
    query_id = submit(tenants, key, sql, **fields)

    document = cancel(tenants, key, sql, **fields)

    assert (document["query_id"], document["query"]) == (query_id, sql)
    assert end_of(tenants, query_id) == "CANCELLED"


def test_what_only_shapes_the_response_of_a_submit_makes_no_difference(
    tenants: httpx.Client, key: dict[str, str]
) -> None:
    query_id = submit(tenants, key, results_per_page=10, wait_seconds=1)

    document = cancel(tenants, key, row_format="objects", big_integers="string", wait_seconds=30)

    assert document["query_id"] == query_id
    assert "page" not in document
    assert end_of(tenants, query_id) == "CANCELLED"


def test_submit_that_arrives_later(tenants: httpx.Client, key: dict[str, str]) -> None:
    document = cancel(tenants, key)

    assert submit(tenants, key) == document["query_id"]
    assert end_of(tenants, document["query_id"]) == "CANCELLED"


def test_a_repeated_request_has_the_same_answer(tenants: httpx.Client, key: dict[str, str]) -> None:
    query_id = cancel(tenants, key)["query_id"]
    assert end_of(tenants, query_id) == "CANCELLED"

    again = cancel(tenants, key)

    assert (again["query_id"], again["status"]) == (query_id, "CANCELLED")


@pytest.mark.parametrize("max_age_minutes", [0, 60])
def test_query_that_has_finished(
    tenants: httpx.Client, key: dict[str, str], max_age_minutes: int
) -> None:
    """It keeps its rows, also those of an earlier query."""
    request = {"sql": "SELECT 'kept'", "max_age_minutes": max_age_minutes}
    submitted(tenants, request["sql"], headers=as_tenant(TENANT))
    first = submitted(tenants, **request, headers=key)

    assert cancel(tenants, key, **request) == first

    tenants_own = httpx.Client(base_url=tenants.base_url, headers=key, timeout=tenants.timeout)
    with tenants_own as client:
        assert all_rows(client, **request) == [["kept"]]


def test_query_that_has_failed(tenants: httpx.Client, key: dict[str, str]) -> None:
    failing = "SELECT nothing FROM events"
    body = {"query": failing, "wait_seconds": 30}
    failed = assert_problem(tenants.post("/query", json=body, headers=key), 422, "invalid-sql")

    document = cancel(tenants, key, failing)

    deleted = tenants.delete(f"/query/{failed['query_id']}", headers=as_tenant(TENANT)).json()
    assert document == deleted
    assert document["status"] == "FAILED"


@pytest.mark.parametrize("change", [{"query": f"{SLOW} -- other"}, {"retention_minutes": 61}])
def test_another_request(
    tenants: httpx.Client, key: dict[str, str], change: dict[str, Any]
) -> None:
    query_id = submit(tenants, key)

    response = tenants.post("/query/cancel", json={"query": SLOW} | change, headers=key)

    assert_problem(response, 422, "idempotency-key-reused")
    status = tenants.get(f"/status/{query_id}", headers=as_tenant(TENANT)).json()["status"]
    assert status in ACTIVE
    cancel(tenants, key)


def test_key_of_another_tenant(tenants: httpx.Client, key: dict[str, str]) -> None:
    query_id = submit(tenants, key)

    others = cancel(tenants, key | as_tenant(11001))["query_id"]

    assert others != query_id
    assert end_of(tenants, others, 11001) == "CANCELLED"
    status = tenants.get(f"/status/{query_id}", headers=as_tenant(TENANT)).json()["status"]
    assert status in ACTIVE
    cancel(tenants, key)


@pytest.mark.parametrize(
    ("body", "headers", "status", "problem"),
    [
        ({"query": SLOW}, {}, 400, "invalid-request"),
        ({"query": SLOW}, {"Idempotency-Key": ""}, 400, "invalid-request"),
        ({"query": SLOW}, {"Idempotency-Key": "x" * 256}, 400, "invalid-request"),
        ({}, {"Idempotency-Key": "x"}, 400, "invalid-request"),
        ({"query": SLOW, "dry_run": True}, {"Idempotency-Key": "x"}, 400, "invalid-request"),
        ({"query": "DROP TABLE events"}, {"Idempotency-Key": "x"}, 422, "statement-not-allowed"),
        ({"query": "SELECT"}, {"Idempotency-Key": "x"}, 422, "invalid-sql"),
    ],
)
def test_refused(
    tenants: httpx.Client,
    body: dict[str, Any],
    headers: dict[str, str],
    status: int,
    problem: str,
) -> None:
    tenant = 11777
    before = listed_queries(tenants, tenant)

    response = tenants.post("/query/cancel", json=body, headers=as_tenant(tenant) | headers)

    assert_problem(response, status, problem)
    assert listed_queries(tenants, tenant) == before


def test_without_a_tenant(tenants: httpx.Client) -> None:
    response = tenants.post("/query/cancel", json={"query": SLOW}, headers={"Idempotency-Key": "x"})

    assert_problem(response, 401, "unauthenticated")


def test_the_example_of_the_documentation(client: httpx.Client) -> None:
    chapter = CLIENTS.read_text().partition("## A submit without a response")[2]
    commands = chapter.split("```")[1].replace("report-1", str(uuid.uuid4()))
    url = str(client.base_url.join("/v1/data_hist"))

    ended = subprocess.run(
        ["bash", "-c", commands],
        env=os.environ | {"URL": url},
        capture_output=True,
        text=True,
        check=True,
    )

    submit, cancel = (json.loads(each) for each in ended.stdout.replace("}{", "}\n{").splitlines())
    assert submit["query_id"] == cancel["query_id"]
