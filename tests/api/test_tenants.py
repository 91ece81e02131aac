"""Tenants see only their own queries and rows, until the retention ends."""

from datetime import UTC, datetime, timedelta

import httpx
import pytest

from data_hist.athena.client import AthenaClient
from tests.support.api_calls import (
    UNKNOWN_ID,
    all_rows,
    as_tenant,
    assert_problem,
    next_page,
    submitted,
)
from tests.support.queries import SLOW
from tests.support.running_service import BUCKET, running_service, settings_for

CUSTOMERS = "SELECT DISTINCT customerid FROM events ORDER BY 1"


@pytest.mark.parametrize(
    ("tenant", "expected"),
    [(1, [[11000], [11001]]), (11000, [[11000]]), (11001, [[11001]]), (11002, [])],
)
@pytest.mark.parametrize(("version", "column"), [("v0", "customerid"), ("v1", "tenant")])
def test_tenants_see_their_own_rows(
    tenants: httpx.Client, version: str, column: str, tenant: int, expected: list[list[int]]
) -> None:
    api = tenants.base_url.join(f"/{version}/data_hist/")
    body = {
        "query": f"SELECT DISTINCT {column} FROM events ORDER BY 1",
        "wait_seconds": 30,
        "results_per_page": 10,
    }

    document = tenants.post(api.join("query"), json=body, headers=as_tenant(tenant)).json()

    assert document["page"]["rows"] == expected


@pytest.mark.parametrize(
    ("column", "slug"),
    [
        ("customerid", "invalid-sql"),
        ("createdtimestamp", "invalid-sql"),
        ("dt", "invalid-sql"),
        ("resourceid", "statement-not-allowed"),
    ],
)
def test_a_column_that_a_version_does_not_show_is_unreachable(
    tenants: httpx.Client, column: str, slug: str
) -> None:
    url = tenants.base_url.join("/v1/data_hist/query")
    body = {"query": f"SELECT {column} FROM events", "wait_seconds": 30}

    assert_problem(tenants.post(url, json=body, headers=as_tenant(11000)), 422, slug)


@pytest.mark.parametrize("headers", [{}, {"X-Trebuchet-Tenant-Id": "root"}])
def test_caller_without_a_tenant_is_refused_everywhere(
    tenants: httpx.Client, headers: dict[str, str]
) -> None:
    for response in (
        tenants.post("/query", json={"query": "SELECT 1"}, headers=headers),
        tenants.get("/status/x", headers=headers),
        tenants.delete("/query/x", headers=headers),
        tenants.post("/next", json={"query_id": "x"}, headers=headers),
        tenants.get("/results/x", headers=headers),
        tenants.get("/queries", headers=headers),
        tenants.get("/tables", headers=headers),
        tenants.get("/tables/events", headers=headers),
        tenants.get("/session", headers=headers),
    ):
        assert_problem(response, 401, "unauthenticated")


def assert_hidden(service: httpx.Client, query_id: str, tenant: int) -> None:
    """Assert that no route reveals a query to a tenant, or acts on it."""
    headers = as_tenant(tenant)
    body = {"query_id": query_id}
    unknown = service.get(f"/status/{UNKNOWN_ID}", headers=headers)
    for response in (
        service.get(f"/status/{query_id}", headers=headers),
        service.get(f"/status/{query_id}?wait_seconds=30", headers=headers),
        service.delete(f"/query/{query_id}", headers=headers),
        service.post("/next", json=body, headers=headers),
        service.get(f"/results/{query_id}", headers=headers),
        service.post("/next", json=body | {"wait_seconds": 30}, headers=headers),
    ):
        assert_problem(response, 404, "query-not-found")
        assert response.text.replace(query_id, UNKNOWN_ID) == unknown.text
    listed = service.get("/queries?limit=50", headers=headers).json()["queries"]
    assert query_id not in {query["query_id"] for query in listed}


@pytest.mark.parametrize("other", [1, 11001])
def test_another_tenants_query_does_not_exist(tenants: httpx.Client, other: int) -> None:
    query_id = submitted(tenants, "SELECT 1", headers=as_tenant(11000))["query_id"]

    assert_hidden(tenants, query_id, other)


def test_another_tenants_running_query_cannot_be_stopped(tenants: httpx.Client) -> None:
    mine = as_tenant(11000)
    query_id = tenants.post("/query", json={"query": SLOW}, headers=mine).json()["query_id"]

    assert_hidden(tenants, query_id, 11001)

    assert tenants.get(f"/status/{query_id}", headers=mine).json()["status"] != "CANCELLED"
    assert tenants.delete(f"/query/{query_id}", headers=mine).json()["status"] == "CANCELLED"


def test_another_tenants_query_does_not_exist_after_a_restart(
    tenants: httpx.Client, endpoint_url: str
) -> None:
    query_id = submitted(tenants, "SELECT 1", headers=as_tenant(11000))["query_id"]

    with running_service(settings_for(endpoint_url, tenant_required=True)) as restarted:
        assert_hidden(restarted, query_id, 11001)
        page = restarted.post("/next", json={"query_id": query_id}, headers=as_tenant(11000))
        assert page.json()["rows"] == [[1]]


def test_query_that_this_service_did_not_start_does_not_exist(
    client: httpx.Client, endpoint_url: str
) -> None:
    engine = AthenaClient(settings_for(endpoint_url))
    query_id = engine.start(
        "SELECT 1",
        catalog="awsdatacatalog",
        output_location=f"s3://{BUCKET}/elsewhere/",
        idempotency_token="0" * 32,
    )

    assert_problem(client.get(f"/status/{query_id}"), 404, "query-not-found")
    assert_problem(client.delete(f"/query/{query_id}"), 404, "query-not-found")


@pytest.mark.parametrize(("minutes", "kept"), [(59, True), (61, False)])
def test_query_expires_after_its_retention(
    endpoint_url: str, client: httpx.Client, minutes: int, kept: bool
) -> None:
    document = submitted(client, "SELECT 1 AS x", retention_minutes=60)
    query_id = document["query_id"]
    ended = datetime.fromisoformat(document["completed_at"])
    assert datetime.fromisoformat(document["expires_at"]) - ended == timedelta(minutes=60)

    later = ended + timedelta(minutes=minutes)
    with running_service(settings_for(endpoint_url), clock=lambda: later) as then:
        if kept:
            assert then.get(f"/status/{query_id}").json() == document
            assert next_page(then, query_id)["rows"] == [[1]]
        else:
            for response in (
                then.get(f"/status/{query_id}"),
                then.post("/next", json={"query_id": query_id}),
                then.delete(f"/query/{query_id}"),
            ):
                assert_problem(response, 410, "query-expired")
        listed = then.get("/queries?limit=50").json()["queries"]
        assert (query_id in {query["query_id"] for query in listed}) is kept


def test_result_object_that_is_gone_is_an_expired_query(
    client: httpx.Client, endpoint_url: str
) -> None:
    query_id = submitted(client, "SELECT 1")["query_id"]
    key = f"/{BUCKET}/data_hist/retention=1440/tenant=1/{query_id}.csv"
    assert httpx.delete(endpoint_url + key).status_code == 204

    response = client.post("/next", json={"query_id": query_id})

    problem = assert_problem(response, 410, "query-expired")
    assert problem["query_id"] == query_id


def test_queries_outlive_the_service(endpoint_url: str, client: httpx.Client) -> None:
    query_id = submitted(client, CUSTOMERS)["query_id"]

    with running_service(settings_for(endpoint_url)) as restarted:
        assert next_page(restarted, query_id)["rows"] == [[11000], [11001]]


def test_tenant_header_is_a_setting(endpoint_url: str) -> None:
    settings = settings_for(endpoint_url, tenant_required=True, tenant_header="X-Customer")
    with running_service(settings) as client:
        query_id = submitted(client, CUSTOMERS, headers={"X-Customer": "11001"})["query_id"]
        page = client.post("/next", json={"query_id": query_id}, headers={"X-Customer": "11001"})

        assert page.json()["rows"] == [[11001]]
        assert client.get("/tables", headers=as_tenant(11001)).status_code == 401


def test_clock_is_utc(client: httpx.Client) -> None:
    before = datetime.now(UTC)
    submitted_at = datetime.fromisoformat(submitted(client, "SELECT 1")["submitted_at"])

    assert abs(submitted_at - before) < timedelta(minutes=1)


def test_everybody_sees_rows_without_tenants(client: httpx.Client) -> None:
    assert all_rows(client, CUSTOMERS) == [[11000], [11001]]
