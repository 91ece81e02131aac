"""One execution for one idempotency key, whatever happens on the way."""

import asyncio
import os
import signal
import socket
import subprocess
import sys
import threading
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from typing import Any

import httpx
import pytest

from tests.e2e.commands import children_of, descendants_of, free_port, is_alive
from tests.reliability.fault_proxy import Exchange, Fault, FaultProxy, at_random, on
from tests.reliability.faults import OPERATIONS, lost, quick_faults, refused, silence
from tests.reliability.persistent_client import PersistentClient
from tests.reliability.short_limits import ENDLESS_RETRIES, SHORT_PAUSES
from tests.support.api_calls import as_tenant, listed_queries
from tests.support.log_lines import log_lines
from tests.support.queries import SLOW as ENDLESS_QUERY
from tests.support.running_service import BUCKET, running_service, settings_for
from tests.support.waiting import wait_until

START = "StartQueryExecution"
LOOK = "BatchGetQueryExecution"
NEVER_SEEN = iter(range(50_000, 60_000))


@pytest.fixture
def tenant() -> int:
    """One whose queries are those of this test."""
    return next(NEVER_SEEN)


def started(client: httpx.Client, tenant: int) -> list[str]:
    """What Athena has really started for a tenant."""
    return [query["query_id"] for query in listed_queries(client, tenant)]


def request_of(tenant: int, key: str) -> dict[str, Any]:
    headers = as_tenant(tenant) | {"Idempotency-Key": key}
    return {"json": {"query": "SELECT count(*) FROM events"}, "headers": headers}


def test_keys_under_random_faults(tenants: httpx.Client, proxy: FaultProxy, tenant: int) -> None:
    """Eight callers at once, each with five keys, and each key is sent three times."""
    keys = [f"key {number}" for number in range(40)]
    settings = settings_for(proxy.url, tenant_required=True)
    with (
        running_service(settings, limits=SHORT_PAUSES) as service,
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


@pytest.fixture(scope="module")
def patient_service(proxy: FaultProxy) -> Iterator[tuple[httpx.Client, FaultProxy]]:
    settings = settings_for(proxy.url, tenant_required=True)
    with running_service(settings, limits=ENDLESS_RETRIES) as service:
        yield service, proxy


@pytest.mark.parametrize("wait_seconds", [0, 1])
@pytest.mark.parametrize("name", OPERATIONS[LOOK])
def test_started_query_is_answered_whatever_becomes_of_the_look(
    tenants: httpx.Client,
    patient_service: tuple[httpx.Client, FaultProxy],
    tenant: int,
    name: str,
    wait_seconds: int,
) -> None:
    body = {"query": "SELECT count(*) FROM events", "wait_seconds": wait_seconds}
    service, proxy = patient_service
    spoilt = proxy.spoilt[LOOK]
    with proxy.spoiling(on(OPERATIONS[LOOK][name], LOOK)):
        response = service.post("/query", json=body, headers=as_tenant(tenant))

    assert proxy.spoilt[LOOK] > spoilt
    assert response.status_code == 200, response.text
    document = response.json()
    assert (document["status"], document["statistics"]["total_ms"]) == ("QUEUED", 0)
    assert started(tenants, tenant) == [document["query_id"]]


def states(client: httpx.Client, tenant: int) -> dict[str, str]:
    """The queries of a tenant, and what has become of them."""
    return {query["query_id"]: query["status"] for query in listed_queries(client, tenant)}


def unstopped(client: httpx.Client, tenant: int) -> set[str]:
    found = states(client, tenant).items()
    return {query_id for query_id, state in found if state != "CANCELLED"}


def test_without_keys_the_queries_that_run_are_those_that_callers_hold(
    tenants: httpx.Client, proxy: FaultProxy, tenant: int
) -> None:
    settings = settings_for(proxy.url, tenant_required=True)
    with running_service(settings, limits=SHORT_PAUSES) as service:
        service.headers.update(as_tenant(tenant))
        with proxy.spoiling(at_random(quick_faults, 0.4, seed=7)):
            answers = [
                service.post("/query", json={"query": f"{ENDLESS_QUERY} -- {n}"}) for n in range(24)
            ]
        held = {each.json()["query_id"] for each in answers if each.status_code == 200}
        wait_until(lambda: unstopped(tenants, tenant) == held, "the others to be stopped")
    found = states(tenants, tenant)
    for query_id in found:
        tenants.delete(f"/query/{query_id}", headers=as_tenant(tenant))

    print(f"{len(found)} queries started, {len(held)} held, {proxy.spoilt} calls spoilt")
    assert 0 < len(held) < len(found)


@pytest.mark.parametrize("key", [None, "mine"])
def test_caller_who_hangs_up_while_the_query_is_started(
    tenants: httpx.Client, proxy: FaultProxy, tenant: int, key: str | None
) -> None:
    is_started, is_released = threading.Event(), threading.Event()
    headers = as_tenant(tenant) | ({"Idempotency-Key": key} if key else {})

    async def held(exchange: Exchange) -> None:
        answer = await exchange.answer()
        is_started.set()
        await asyncio.to_thread(is_released.wait, 30)
        await exchange.send(answer.head + answer.body)

    with (
        log_lines() as lines,
        running_service(settings_for(proxy.url, tenant_required=True)) as service,
        proxy.spoiling(on(held, START, times=1)),
    ):
        request = service.build_request(
            "POST",
            "/query",
            json={"query": ENDLESS_QUERY},
            headers=headers | {"X-Request-Id": f"gone-{tenant}"},
        )
        hang_up_when(request, is_started)
        assert lines.about(f"gone-{tenant}")["completion"] == "client_left"
        is_released.set()
        if key is None:
            wait_until(lambda: not unstopped(tenants, tenant), "it to be stopped")
        else:
            document = service.post("/query", json={"query": ENDLESS_QUERY}, headers=headers).json()
            assert list(states(tenants, tenant)) == [document["query_id"]]
            assert document["status"] != "CANCELLED"
            service.delete(f"/query/{document['query_id']}", headers=headers)


CANCEL = "/query/cancel"
STOP = "StopQueryExecution"
THROTTLED = refused("ThrottlingException", 400)


def cancel_request(tenant: int, key: str) -> dict[str, Any]:
    return request_of(tenant, key) | {"json": {"query": ENDLESS_QUERY}}


@pytest.mark.parametrize(
    ("fault", "operation", "status"),
    [(THROTTLED, START, 429), (lost, START, 503), (THROTTLED, STOP, 200)],
    ids=["start throttled", "start unconfirmed", "stop throttled"],
)
def test_cancel_by_key_goes_on_in_the_background(
    tenants: httpx.Client,
    proxy: FaultProxy,
    tenant: int,
    *,
    fault: Fault,
    operation: str,
    status: int,
) -> None:
    request = cancel_request(tenant, "one")
    submitted = tenants.post("/query", **request).json()
    settings = settings_for(proxy.url, tenant_required=True)
    with running_service(settings, limits=SHORT_PAUSES) as service:
        with proxy.spoiling(on(fault, operation)):
            response = service.post(CANCEL, **request)
        wait_until(lambda: not unstopped(tenants, tenant), "it to be stopped")

    assert response.status_code == status, response.text
    assert started(tenants, tenant) == [submitted["query_id"]]


def test_cancel_by_key_of_a_caller_who_hangs_up(
    tenants: httpx.Client, proxy: FaultProxy, tenant: int
) -> None:
    is_asked, is_released = threading.Event(), threading.Event()
    request = cancel_request(tenant, "one")

    async def held(exchange: Exchange) -> None:
        is_asked.set()
        await asyncio.to_thread(is_released.wait, 30)
        answer = await exchange.answer()
        await exchange.send(answer.head + answer.body)

    tenants.post("/query", **request)
    with (
        running_service(settings_for(proxy.url, tenant_required=True)) as service,
        proxy.spoiling(on(held, START, times=1)),
    ):
        hang_up_when(service.build_request("POST", CANCEL, **request), is_asked)
        is_released.set()
        wait_until(lambda: not unstopped(tenants, tenant), "it to be stopped")

    assert len(started(tenants, tenant)) == 1


def hang_up_when(request: httpx.Request, event: threading.Event) -> None:
    """Send a request, and close the connection as soon as something has happened."""
    head = [f"POST {request.url.raw_path.decode()} HTTP/1.1"]
    head += [f"{name}: {value}" for name, value in request.headers.items()]
    with socket.create_connection((request.url.host, request.url.port or 80)) as connection:
        connection.sendall("\r\n".join([*head, "", ""]).encode() + request.content)
        assert event.wait(30)


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
