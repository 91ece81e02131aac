"""`max_age_minutes`: the result of the same question of the same tenant, without a second run."""

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from typing import Any

import httpx
import pytest

from data_hist.retention.sweeper import create_sweeper
from tests.support.api_calls import (
    PLAIN,
    as_tenant,
    assert_problem,
    listed_queries,
    submitted,
)
from tests.support.running_service import running_service, settings_for

SQL = "SELECT customerid, count(*) AS records FROM events GROUP BY 1 ORDER BY 1"

ASKED: dict[str, Any] = {
    "sql": SQL.replace("GROUP", "WHERE customerid = ? GROUP"),
    "parameters": [11000],
}


class TurnedClock:
    """The current time, or later."""

    later = timedelta(0)

    def __call__(self) -> datetime:
        return datetime.now(UTC) + self.later


@pytest.fixture
def clock() -> TurnedClock:
    return TurnedClock()


@pytest.fixture
def service(endpoint: str, clock: TurnedClock) -> Iterator[httpx.Client]:
    """A service with tenants, over an endpoint without the results of other tests."""
    with running_service(settings_for(endpoint, tenant_required=True), clock) as client:
        yield client


def reused(client: httpx.Client, sql: str, tenant: int = 11000, **fields: Any) -> dict[str, Any]:
    """Submit a query that accepts results of the last hour, and give its document."""
    fields = {"max_age_minutes": 60, **fields}
    headers = as_tenant(tenant) | fields.pop("headers", {})
    return submitted(client, sql, headers=headers, **fields)


def test_the_same_question_is_answered_without_a_scan(tenants: httpx.Client) -> None:
    sql = f"{SQL} -- a question of this test"
    first = submitted(tenants, sql, headers=as_tenant(11000), results_per_page=10)
    # Comments and spaces do not matter.
    again = reused(tenants, SQL.replace(" ", "  "), results_per_page=10)

    assert again["query_id"] != first["query_id"]
    assert again["query"] == SQL.replace(" ", "  ")
    assert (first["statistics"]["reused"], again["statistics"]["reused"]) == (False, True)
    assert first["statistics"]["scanned_bytes"] > 0
    assert again["statistics"]["scanned_bytes"] == 0
    assert again["statistics"]["estimated_cost_usd"] == 0
    assert again["expires_at"] == first["expires_at"]
    assert again["page"]["rows"] == first["page"]["rows"] == [[11000, 10]]


def test_every_route_knows_a_query_with_a_reused_result(tenants: httpx.Client) -> None:
    headers = as_tenant(11000)
    sql = "SELECT createdtimestamp FROM events ORDER BY 1"
    first, again = (reused(tenants, sql)["query_id"] for _ in range(2))
    status = tenants.get(f"/status/{again}", headers=headers).json()
    pages = [
        tenants.post("/next", json={"query_id": each, "results_per_page": 4}, headers=headers)
        for each in (first, again)
    ]
    token = pages[1].json()["paging_token"]
    body = {"query_id": again, "results_per_page": 4, "paging_token": token}
    files = [
        tenants.get(f"/results/{each}?format=csv", headers=headers | PLAIN).content
        for each in (first, again)
    ]

    assert status["statistics"]["reused"]
    assert pages[0].json()["rows"] == pages[1].json()["rows"]
    assert tenants.post("/next", json=body, headers=headers).json()["row_offset"] == 4
    assert files[0] == files[1]
    assert tenants.delete(f"/query/{again}", headers=headers).json() == status
    assert status in listed_queries(tenants, 11000)
    assert_problem(tenants.get(f"/status/{again}", headers=as_tenant(1)), 404, "query-not-found")


@pytest.mark.parametrize(
    "difference",
    [
        {"sql": ASKED["sql"].replace("ORDER BY 1", "ORDER BY 2")},
        {"parameters": [11001]},
        {"retention_minutes": 1441},
        {"max_age_minutes": 0},
    ],
    ids=str,
)
def test_another_question_is_asked_anew(tenants: httpx.Client, difference: dict[str, Any]) -> None:
    reused(tenants, **ASKED)

    assert reused(tenants, **ASKED)["statistics"]["reused"]
    assert not reused(tenants, **ASKED | difference)["statistics"]["reused"]


def test_a_result_of_a_short_retention_is_not_used_again(tenants: httpx.Client) -> None:
    documents = [reused(tenants, SQL, retention_minutes=1) for _ in range(2)]

    assert [each["statistics"]["reused"] for each in documents] == [False, False]


@pytest.mark.parametrize(
    "sql",
    [
        "SELECT tags FROM events LIMIT 1",
        "SELECT rand() FROM events",
        "SELECT count(*) FROM events WHERE createdtimestamp < to_unixtime(now()) * 1000",
    ],
)
def test_what_may_answer_otherwise_is_asked_anew(tenants: httpx.Client, sql: str) -> None:
    assert [reused(tenants, sql)["statistics"]["reused"] for _ in range(2)] == [False, False]


@pytest.mark.parametrize("sql", [f"{SQL} LIMIT 9", "SELECT 'of no table'"])
def test_no_tenant_gets_the_result_of_another(tenants: httpx.Client, sql: str) -> None:
    owners = (11000, 11001, 11002, 1)
    documents = {tenant: reused(tenants, sql, tenant, results_per_page=9) for tenant in owners}
    again = {tenant: reused(tenants, sql, tenant, results_per_page=9) for tenant in owners}

    assert not any(each["statistics"]["reused"] for each in documents.values())
    assert all(each["statistics"]["reused"] for each in again.values())
    for tenant in owners:
        assert again[tenant]["page"]["rows"] == documents[tenant]["page"]["rows"]
    if "events" in sql:
        rows = {tenant: document["page"]["rows"] for tenant, document in again.items()}
        one, other = [11000, 10], [11001, 10]
        assert rows == {11000: [one], 11001: [other], 11002: [], 1: [one, other]}


def test_versions_share_no_results(tenants: httpx.Client) -> None:
    sql = "SELECT count(*) AS of_each_version FROM events"
    url = tenants.base_url.join("/v1/data_hist/query")
    body = {"query": sql, "max_age_minutes": 60, "wait_seconds": 30}
    reused(tenants, sql)

    other = tenants.post(url, json=body, headers=as_tenant(11000)).json()

    assert not other["statistics"]["reused"]


def test_a_repeated_request_returns_the_same_query(tenants: httpx.Client) -> None:
    sql = "SELECT 'asked with a key'"
    reused(tenants, sql)
    with_key = {"headers": {"Idempotency-Key": "reused"}}

    documents = [reused(tenants, sql, **with_key) for _ in range(2)]
    anew = reused(tenants, sql, max_age_minutes=0, **with_key)

    assert documents[0]["statistics"]["reused"]
    assert documents[0] == documents[1] == anew


def test_a_dry_run_reuses_nothing(tenants: httpx.Client) -> None:
    body = {"query": SQL, "max_age_minutes": 60, "dry_run": True}

    checked = tenants.post("/query", json=body, headers=as_tenant(11000)).json()

    assert (checked["valid"], checked["statistics"]) == (True, None)


def test_a_reused_result_expires_with_the_query_that_wrote_it(
    service: httpx.Client, clock: TurnedClock
) -> None:
    first, again = (reused(service, SQL, retention_minutes=120)["query_id"] for _ in range(2))
    clock.later = timedelta(minutes=119)
    headers = as_tenant(11000)
    for query_id in (first, again):
        assert service.get(f"/status/{query_id}", headers=headers).status_code == 200

    clock.later = timedelta(minutes=121)

    for query_id in (first, again):
        expired = service.get(f"/status/{query_id}", headers=headers)
        assert_problem(expired, 410, "query-expired")
    assert listed_queries(service, 11000) == []


def test_a_swept_result_is_not_used_again(
    service: httpx.Client, endpoint: str, clock: TurnedClock
) -> None:
    reused(service, SQL, retention_minutes=120)
    later = timedelta(minutes=122)
    counts = create_sweeper(settings_for(endpoint), lambda: clock() + later).sweep()

    document = reused(service, SQL, retention_minutes=120)

    assert counts.deleted > 0
    assert not document["statistics"]["reused"]


@pytest.mark.parametrize("minutes", [-1, 10_081, 1.5, "60"])
def test_other_ages_are_refused(tenants: httpx.Client, minutes: Any) -> None:
    body = {"query": "SELECT 1", "max_age_minutes": minutes}

    problem = assert_problem(
        tenants.post("/query", json=body, headers=as_tenant(11000)), 400, "invalid-request"
    )

    assert [error["pointer"] for error in problem["errors"]] == ["/max_age_minutes"]
