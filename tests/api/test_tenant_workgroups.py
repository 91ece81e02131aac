"""Tenants with a workgroup of their own: every call about their queries goes there."""

from collections.abc import Iterator
from pathlib import Path

import boto3
import httpx
import pytest

from tests.support.api_calls import (
    as_tenant,
    assert_problem,
    listed_queries,
    next_page,
    submitted,
)
from tests.support.endpoint import running_endpoint
from tests.support.queries import SLOW
from tests.support.running_service import running_service, settings_for

OWN, SHARING = 11000, 11001
MISSING = 11002


@pytest.fixture(scope="module")
def workgroups_url(archive: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    state = tmp_path_factory.mktemp("state")
    with running_endpoint(archive, state, workgroup=["customer-11000"]) as url:
        yield url


@pytest.fixture(scope="module")
def service(workgroups_url: str) -> Iterator[httpx.Client]:
    own = {OWN: "customer-11000", MISSING: "nowhere"}
    settings = settings_for(workgroups_url, tenant_required=True, workgroups_of_tenants=own)
    with running_service(settings) as client:
        yield client


def listed_in(url: str, workgroup: str) -> set[str]:
    """The ids of all queries that ran in a workgroup."""
    athena = boto3.client(
        "athena",
        endpoint_url=url,
        region_name="local-1",
        aws_access_key_id="local",
        aws_secret_access_key="local",
    )
    pages = athena.get_paginator("list_query_executions").paginate(WorkGroup=workgroup)
    return {query_id for page in pages for query_id in page["QueryExecutionIds"]}


def test_the_queries_of_a_tenant_run_in_its_workgroup(
    service: httpx.Client, workgroups_url: str
) -> None:
    own = submitted(service, "SELECT 1", headers=as_tenant(OWN))["query_id"]
    sharing = submitted(service, "SELECT 1", headers=as_tenant(SHARING))["query_id"]

    assert own in listed_in(workgroups_url, "customer-11000")
    assert own not in listed_in(workgroups_url, "primary")
    assert sharing in listed_in(workgroups_url, "primary")
    assert sharing not in listed_in(workgroups_url, "customer-11000")


def test_dry_runs_and_samples_run_there_too(service: httpx.Client, workgroups_url: str) -> None:
    before = listed_in(workgroups_url, "customer-11000"), listed_in(workgroups_url, "primary")
    body = {"query": "SELECT count(*) FROM events", "dry_run": True}
    dry_run = service.post("/query", json=body, headers=as_tenant(OWN))
    span = {"from": "2026-11-20T05:00:00Z", "to": "2026-11-20T06:00:00Z", "wait_seconds": "20"}
    sample = service.get("/tables/events/fields", params=span, headers=as_tenant(OWN))

    assert (dry_run.status_code, sample.status_code) == (200, 200), sample.text
    assert len(listed_in(workgroups_url, "customer-11000") - before[0]) == 2
    assert listed_in(workgroups_url, "primary") == before[1]


def test_a_query_there_is_followed_read_listed_and_cancelled(service: httpx.Client) -> None:
    mine = as_tenant(OWN)
    query_id = submitted(service, "SELECT 7", headers=mine)["query_id"]
    slow = service.post("/query", json={"query": SLOW}, headers=mine).json()["query_id"]

    page = service.post("/next", json={"query_id": query_id}, headers=mine).json()
    assert page["rows"] == [[7]]
    assert service.get(f"/results/{query_id}", headers=mine).text == '"_col0"\n"7"\n'
    assert service.delete(f"/query/{slow}", headers=mine).json()["status"] == "CANCELLED"
    listed = {query["query_id"] for query in listed_queries(service, OWN)}
    assert {query_id, slow} <= listed
    assert not listed & {query["query_id"] for query in listed_queries(service, SHARING)}
    assert_problem(
        service.get(f"/status/{query_id}", headers=as_tenant(SHARING)), 404, "query-not-found"
    )


def test_a_cancel_by_key_finds_the_query_there(service: httpx.Client) -> None:
    headers = as_tenant(OWN) | {"Idempotency-Key": "one-of-its-own"}
    started = service.post("/query", json={"query": SLOW}, headers=headers).json()

    cancelled = service.post("/query/cancel", json={"query": SLOW}, headers=headers).json()

    assert cancelled["query_id"] == started["query_id"]


def test_queries_from_before_it_had_its_own_workgroup_stay_readable(
    service: httpx.Client, workgroups_url: str
) -> None:
    settings = settings_for(workgroups_url, tenant_required=True)
    with running_service(settings) as before:
        query_id = submitted(before, "SELECT 3", headers=as_tenant(OWN))["query_id"]

    service.headers.update(as_tenant(OWN))
    try:
        assert next_page(service, query_id)["rows"] == [[3]]
    finally:
        del service.headers["X-Trebuchet-Tenant-Id"]


def test_only_the_tenant_of_a_missing_workgroup_is_refused(service: httpx.Client) -> None:
    response = service.post("/query", json={"query": "SELECT 1"}, headers=as_tenant(MISSING))

    problem = assert_problem(response, 503, "engine-unavailable")
    assert "nowhere" not in problem["detail"]
    assert service.get(service.base_url.join("/readyz")).status_code == 200
