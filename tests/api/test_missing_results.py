"""GET /results says why there is no result."""

from datetime import datetime, timedelta

import httpx
import pytest

from tests.support.api_calls import (
    UNKNOWN_ID,
    as_tenant,
    assert_problem,
    submitted,
)
from tests.support.queries import MEDIA_TYPES, SLOW
from tests.support.running_service import BUCKET, running_service, settings_for


def test_no_acceptable_format(client: httpx.Client) -> None:
    query_id = submitted(client, "SELECT 1 AS x")["query_id"]

    response = client.get(f"/results/{query_id}", headers={"Accept": "image/png, text/csv;q=0"})

    assert_problem(response, 406, "not-acceptable")


@pytest.mark.parametrize("parameters", ["format=xml", "format=", "row_format=x", "rows=1"])
def test_request_outside_the_contract(client: httpx.Client, parameters: str) -> None:
    response = client.get(f"/results/{UNKNOWN_ID}?{parameters}")

    assert_problem(response, 400, "invalid-request")


@pytest.mark.parametrize("name", MEDIA_TYPES)
def test_unknown_query(client: httpx.Client, name: str) -> None:
    response = client.get(f"/results/{UNKNOWN_ID}?format={name}")

    assert_problem(response, 404, "query-not-found")


def test_another_tenants_result_does_not_exist(tenants: httpx.Client) -> None:
    query_id = submitted(tenants, "SELECT 1", headers=as_tenant(11000))["query_id"]
    address = f"/results/{query_id}"

    assert tenants.get(address, headers=as_tenant(11000)).status_code == 200
    for other in (1, 11001):
        assert_problem(tenants.get(address, headers=as_tenant(other)), 404, "query-not-found")
    assert_problem(tenants.get(address), 401, "unauthenticated")


def test_query_that_has_not_finished(client: httpx.Client) -> None:
    query_id = client.post("/query", json={"query": SLOW}).json()["query_id"]

    response = client.get(f"/results/{query_id}")

    assert_problem(response, 409, "query-not-finished")
    assert int(response.headers["retry-after"]) >= 1
    client.delete(f"/query/{query_id}")
    assert_problem(client.get(f"/results/{query_id}"), 409, "query-not-successful")


def test_result_past_its_retention(client: httpx.Client, endpoint_url: str) -> None:
    document = submitted(client, "SELECT 1", retention_minutes=1)
    later = datetime.fromisoformat(document["completed_at"]) + timedelta(minutes=2)

    with running_service(settings_for(endpoint_url), clock=lambda: later) as then:
        response = then.get(f"/results/{document['query_id']}")

    assert_problem(response, 410, "query-expired")


@pytest.mark.parametrize("name", MEDIA_TYPES)
def test_result_object_that_is_gone(client: httpx.Client, endpoint_url: str, name: str) -> None:
    query_id = submitted(client, "SELECT 1")["query_id"]
    key = f"/{BUCKET}/data_hist/retention=1440/tenant=1/{query_id}.csv"
    assert httpx.delete(endpoint_url + key).status_code == 204

    response = client.get(f"/results/{query_id}?format={name}")

    assert assert_problem(response, 410, "query-expired")["query_id"] == query_id
