"""Tenants with a budget of bytes for each day, by the statistics of the embedded Athena."""

from collections.abc import Iterator
from datetime import datetime, timedelta
from pathlib import Path

import httpx
import pytest

from data_hist.app import Limits, utc_now
from data_hist.queries.budgets import BudgetLimits
from data_hist.queries.limits import QueryLimits
from tests.support.api_calls import as_tenant, assert_problem, submitted
from tests.support.endpoint import running_endpoint
from tests.support.queries import SLOW
from tests.support.running_service import running_service, settings_for

SPENDING, FREE, THRIFTY = 11000, 11001, 11002
SCAN = "SELECT count(data) FROM events"
# Each request counts anew.
COUNTING = Limits(
    queries=QueryLimits(budgets=BudgetLimits(kept=timedelta(), seconds_of_workgroup=0))
)
SPAN = {"from": "2026-11-20T05:00:00Z", "to": "2026-11-20T06:00:00Z", "wait_seconds": "20"}


@pytest.fixture(scope="module")
def own_endpoint_url(archive: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    state = tmp_path_factory.mktemp("state")
    with running_endpoint(archive, state, workgroup=["own"]) as url:
        yield url


@pytest.fixture(scope="module", params=[{}, {SPENDING: "own"}], ids=["shared", "own"])
def service(own_endpoint_url: str, request: pytest.FixtureRequest) -> Iterator[httpx.Client]:
    """The tenant that spends has used up its budget, in a shared workgroup or in its own."""
    settings = settings_for(
        own_endpoint_url,
        tenant_required=True,
        workgroups_of_tenants=request.param,
        daily_budget_bytes=1,
        daily_budget_bytes_of_tenants={FREE: None, THRIFTY: 10**15},
    )
    with running_service(settings, limits=COUNTING) as client:
        first = client.post("/query", json=WAITING, headers=as_tenant(SPENDING))
        assert first.status_code in (200, 429), first.text
        yield client


WAITING = {"query": SCAN, "wait_seconds": 30}


def test_a_tenant_without_budget_left_is_told_when_it_may_ask_again(service: httpx.Client) -> None:
    response = service.post("/query", json=WAITING, headers=as_tenant(SPENDING))

    problem = assert_problem(response, 429, "budget-exhausted")
    budget = problem["budget"]
    assert budget["limit_bytes"] == 1 < budget["used_bytes"]
    resets_at = datetime.fromisoformat(budget["resets_at"])
    assert (resets_at.hour, resets_at.minute, resets_at.second) == (0, 0, 0)
    left = (resets_at - utc_now()).total_seconds()
    assert int(response.headers["retry-after"]) == pytest.approx(left, abs=120)
    assert problem["retryable"]


def test_the_session_tells_the_same(service: httpx.Client) -> None:
    headers = as_tenant(SPENDING)
    problem = service.post("/query", json=WAITING, headers=headers).json()

    assert service.get("/session", headers=headers).json()["budget"] == problem["budget"]


@pytest.mark.parametrize(("tenant", "limit"), [(THRIFTY, 10**15), (FREE, None), (1, None)])
def test_others_go_on(service: httpx.Client, tenant: int, limit: int | None) -> None:
    headers = as_tenant(tenant)
    for _ in range(2):
        scanned = submitted(service, SCAN, headers=headers)["statistics"]["scanned_bytes"]
        assert scanned > 0

    budget = service.get("/session", headers=headers).json()["budget"]
    assert (budget and budget["limit_bytes"]) == limit
    assert budget is None or budget["used_bytes"] >= 2 * scanned


def test_samples_of_fields_scan_and_are_refused(service: httpx.Client) -> None:
    response = service.get("/tables/events/fields", params=SPAN, headers=as_tenant(SPENDING))

    assert_problem(response, 429, "budget-exhausted")


def test_what_scans_nothing_is_still_served(service: httpx.Client) -> None:
    headers = as_tenant(SPENDING)
    listed = service.get("/queries", params={"status": "FINISHED"}, headers=headers).json()
    query_id = listed["queries"][0]["query_id"]

    for response in (
        service.get(f"/status/{query_id}", headers=headers),
        service.post("/next", json={"query_id": query_id}, headers=headers),
        service.get(f"/results/{query_id}", headers=headers),
        service.post("/query", json={"query": SCAN, "dry_run": True}, headers=headers),
        service.get("/tables", headers=headers),
    ):
        assert response.status_code == 200, response.text


def test_bad_sql_is_told_first(service: httpx.Client) -> None:
    response = service.post(
        "/query", json={"query": "SELECT data FORM events"}, headers=as_tenant(SPENDING)
    )

    assert_problem(response, 422, "invalid-sql")


def test_a_query_can_be_cancelled_by_its_key(service: httpx.Client) -> None:
    headers = as_tenant(SPENDING) | {"Idempotency-Key": "spent"}

    response = service.post("/query/cancel", json={"query": SLOW}, headers=headers)

    assert response.status_code == 200, response.text


def test_the_next_day_begins_with_nothing(own_endpoint_url: str, service: httpx.Client) -> None:
    settings = settings_for(own_endpoint_url, tenant_required=True, daily_budget_bytes=1)
    tomorrow = utc_now() + timedelta(days=1)
    with running_service(settings, clock=lambda: tomorrow, limits=COUNTING) as then:
        budget = then.get("/session", headers=as_tenant(SPENDING)).json()["budget"]
        assert budget["used_bytes"] == 0

        response = then.post("/query", json={"query": SCAN}, headers=as_tenant(SPENDING))
        assert response.status_code == 200
