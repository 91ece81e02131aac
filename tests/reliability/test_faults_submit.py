"""One execution for one idempotency key, whatever happens on the way."""

import os
import signal
import subprocess
import sys
import threading
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from typing import Any

import httpx
import pytest

from tests.api.calls import as_tenant
from tests.e2e.commands import children_of, descendants_of, free_port, is_alive
from tests.reliability.fault_proxy import Exchange, Fault, FaultProxy, at_random, on
from tests.reliability.faults import OPERATIONS, lost, quick_faults, silence
from tests.reliability.persistent_client import PersistentClient
from tests.running_service import BUCKET, running_service, settings_for

START = "StartQueryExecution"
LOOK = "BatchGetQueryExecution"
NEVER_SEEN = iter(range(50_000, 60_000))


@pytest.fixture
def tenant() -> int:
    """One whose queries are those of this test."""
    return next(NEVER_SEEN)


def started(client: httpx.Client, tenant: int) -> list[str]:
    """What Athena has really started for a tenant."""
    response = client.get("/queries", params={"limit": 50}, headers=as_tenant(tenant))
    assert response.json()["paging_token"] is None
    return [query["query_id"] for query in response.json()["queries"]]


def request_of(tenant: int, key: str) -> dict[str, Any]:
    headers = as_tenant(tenant) | {"Idempotency-Key": key}
    return {"json": {"query": "SELECT count(*) FROM events"}, "headers": headers}


@pytest.mark.usefixtures("short_pauses")
def test_keys_under_random_faults(tenants: httpx.Client, proxy: FaultProxy, tenant: int) -> None:
    """Eight callers at once, each with five keys, and each key is sent three times."""
    keys = [f"key {number}" for number in range(40)]
    settings = settings_for(proxy.url, tenant_required=True)
    with (
        running_service(settings) as service,
        ThreadPoolExecutor(8) as threads,
        proxy.spoiling(at_random(quick_faults, 0.3, seed=3)),
    ):

        def submit(key: str) -> set[str]:
            client = PersistentClient(service)
            answers = [client.json("POST", "/query", **request_of(tenant, key)) for _ in range(3)]
            return {answer["query_id"] for answer in answers}

        ids = list(threads.map(submit, keys))

    assert all(len(each) == 1 for each in ids)
    assert sorted(started(tenants, tenant)) == sorted(each.pop() for each in ids)


@pytest.mark.parametrize("fault", [lost, silence])
def test_start_that_is_never_confirmed(
    tenants: httpx.Client, proxy: FaultProxy, tenant: int, fault: Fault
) -> None:
    """Every answer is lost, and the caller tries again later."""
    request = request_of(tenant, "one")
    with running_service(settings_for(proxy.url, tenant_required=True)) as service:
        with proxy.spoiling(on(fault, START)):
            unconfirmed = service.post("/query", **request)
        confirmed = service.post("/query", **request)

    assert unconfirmed.status_code == 503
    assert unconfirmed.json()["retryable"]
    assert started(tenants, tenant) == [confirmed.json()["query_id"]]


@pytest.mark.usefixtures("short_pauses")
@pytest.mark.parametrize("wait_seconds", [0, 1])
@pytest.mark.parametrize("name", OPERATIONS[LOOK])
def test_started_query_is_answered_whatever_becomes_of_the_look(
    tenants: httpx.Client, proxy: FaultProxy, tenant: int, name: str, wait_seconds: int
) -> None:
    body = {"query": "SELECT count(*) FROM events", "wait_seconds": wait_seconds}
    with (
        running_service(settings_for(proxy.url, tenant_required=True)) as service,
        proxy.spoiling(on(OPERATIONS[LOOK][name], LOOK)),
    ):
        response = service.post("/query", json=body, headers=as_tenant(tenant))

    assert response.status_code == 200, response.text
    document = response.json()
    assert (document["status"], document["statistics"]["total_ms"]) == ("QUEUED", 0)
    assert started(tenants, tenant) == [document["query_id"]]


@contextmanager
def running_workers(proxy: FaultProxy) -> Iterator[tuple[subprocess.Popen[bytes], httpx.Client]]:
    """The service as it runs on AWS: gunicorn's master, and a client."""
    port = free_port()
    settings = {
        "DATA_HIST_REGION": "local-1",
        "DATA_HIST_RESULT_BUCKET": BUCKET,
        "DATA_HIST_ENDPOINT_URL": proxy.url,
        "DATA_HIST_ACCESS_KEY_ID": "local",
        "DATA_HIST_SECRET_ACCESS_KEY": "local",
    }
    command = ["serve", "--host", "127.0.0.1", "--port", str(port), "--workers", "2"]
    master = subprocess.Popen(
        [sys.executable, "-m", "data_hist", *command], env=os.environ | settings
    )
    # It tries again until somebody listens.
    patient = httpx.HTTPTransport(retries=8)
    base_url = f"http://127.0.0.1:{port}/v0/data_hist"
    try:
        with httpx.Client(base_url=base_url, transport=patient, timeout=40) as client:
            yield master, client
    finally:
        everything = [master.pid, *descendants_of(master.pid)]
        master.send_signal(signal.SIGTERM)
        master.wait(60)
        assert not any(is_alive(pid) for pid in everything)


def test_workers_killed_while_a_query_is_started(
    tenants: httpx.Client, proxy: FaultProxy, tenant: int
) -> None:
    request = request_of(tenant, "one")
    is_started = threading.Event()

    async def held(exchange: Exchange) -> None:
        await exchange.answer()
        is_started.set()
        await exchange.until_gone()

    with running_workers(proxy) as (master, client), ThreadPoolExecutor(1) as thread:
        assert client.get(client.base_url.copy_with(path="/readyz")).status_code == 200
        with proxy.spoiling(on(held, START)):
            unanswered = thread.submit(client.post, "/query", **request)
            assert is_started.wait(30)
            for worker in children_of(master.pid):
                os.kill(worker, signal.SIGKILL)
            assert isinstance(unanswered.exception(), httpx.TransportError)

        document = PersistentClient(client).json("POST", "/query", **request)

    assert started(tenants, tenant) == [document["query_id"]]
