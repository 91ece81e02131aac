"""Failures of AWS become the documented problems, and start no query twice."""

import json
import os
import signal
import subprocess
import sys
import threading
import uuid
from collections.abc import Iterator
from pathlib import Path

import httpx
import pytest

from data_hist.app import Limits
from data_hist.athena.client import AthenaClient
from data_hist.queries.limits import QueryLimits
from data_hist.queries.query_starter import idempotency_token
from data_hist.queries.status import StatusLimits
from data_hist.settings import Settings
from tests.reliability.short_limits import SHORT_PAUSES
from tests.support.api_calls import assert_problem
from tests.support.fault_server import (
    Exchange,
    Fault,
    FaultServer,
    answer,
    bytes_of,
    fault_server,
    reset,
    silence,
)
from tests.support.running_service import running_service, settings_for

ROOT = Path(__file__).parents[2]
ID = "2b0f6a0e-6c3f-4f5e-9b52-6f0c3ad7c0de"


def aws_error(code: str, status: str = "400 Bad Request") -> Fault:
    return bytes_of(answer(status, json.dumps({"__type": code, "Message": "…"}).encode()))


FAULTS = {
    "throttled": (aws_error("ThrottlingException"), 429, "throttled"),
    "internal": (
        aws_error("InternalServerException", "500 Internal Server Error"),
        503,
        "engine-unavailable",
    ),
    "access denied": (aws_error("AccessDeniedException"), 503, "engine-unavailable"),
    "reset": (reset, 503, "engine-unavailable"),
    "nothing": (bytes_of(answer("200 OK")), 502, "engine-error"),
    "an array": (bytes_of(answer("200 OK", b"[]")), 502, "engine-error"),
    "no UTF-8": (bytes_of(answer("200 OK", b'"\xff"')), 502, "engine-error"),
}
REQUESTS = {
    "submit": ("POST", "/query", {"query": "SELECT 1"}),
    "submit and wait": ("POST", "/query", {"query": "SELECT 1", "wait_seconds": 1}),
    "check": ("POST", "/query", {"query": "SELECT 1", "dry_run": True}),
    "status": ("GET", f"/status/{ID}", None),
    "wait": ("GET", f"/status/{ID}?wait_seconds=1", None),
    "cancel": ("DELETE", f"/query/{ID}", None),
    "next": ("POST", "/next", {"query_id": ID}),
    "results": ("GET", f"/results/{ID}", None),
    "list": ("GET", "/queries", None),
}


@pytest.fixture(scope="module")
def faulty() -> Iterator[tuple[httpx.Client, FaultServer]]:
    with (
        fault_server() as server,
        running_service(settings_for(server.url), limits=SHORT_PAUSES) as client,
    ):
        yield client, server


@pytest.mark.parametrize("fault", FAULTS)
@pytest.mark.parametrize("name", REQUESTS)
def test_failure_of_aws_is_a_documented_problem(
    faulty: tuple[httpx.Client, FaultServer], name: str, fault: str
) -> None:
    client, server = faulty
    method, path, body = REQUESTS[name]
    answers, status, slug = FAULTS[fault]
    # Enough for the check of what an earlier request may have started as well.
    server.faults = [answers] * 1000

    response = client.request(method, path, json=body)

    assert_problem(response, status, slug)
    assert ("retry-after" in response.headers) == (status in (429, 503))


def relay(endpoint_url: str, then: Fault | None) -> Fault:
    """Let the endpoint do what was asked, and replace its response."""

    def serve(exchange: Exchange) -> None:
        head, _, body = exchange.request.partition(b"\r\n\r\n")
        lines = head.decode().split("\r\n")[1:]
        wanted = ("content-type", "x-amz-target")
        headers = dict(line.split(": ", 1) for line in lines if line.lower().startswith(wanted))
        response = httpx.post(endpoint_url, content=body, headers=headers)
        (then or bytes_of(answer("200 OK", response.content)))(exchange)

    return serve


def started_in(endpoint_url: str, location: str) -> list[str]:
    """Return the queries whose results go there."""
    engine = AthenaClient(settings_for(endpoint_url))
    found, token = [], None
    while True:
        ids, token = engine.list_query_ids(token)
        described = engine.describe_listed(ids).values()
        found += [q.query_id for q in described if q.output_location.startswith(location)]
        if token is None:
            return found


def start(settings: Settings, location: str, key: str) -> str:
    return AthenaClient(settings).start(
        "SELECT 1", catalog="awsdatacatalog", output_location=location, idempotency_token=key
    )


@pytest.mark.parametrize("key", [None, "mine"])
def test_query_whose_start_is_not_confirmed_is_started_once(
    endpoint_url: str, key: str | None
) -> None:
    location = f"s3://data-hist-results/{uuid.uuid4()}/"
    with fault_server() as server:
        cut_short = bytes_of(answer("200 OK", b'{"QueryExe', length=60))
        server.faults = [relay(endpoint_url, each) for each in (reset, cut_short, None)]
        token = idempotency_token(uuid.uuid4().int, key)

        query_id = start(settings_for(server.url), location, token)

    assert started_in(endpoint_url, location) == [query_id]


def test_key_whose_worker_was_killed_starts_no_second_query(endpoint_url: str) -> None:
    location = f"s3://data-hist-results/{uuid.uuid4()}/"
    key = uuid.uuid4().hex
    done = threading.Event()

    def hold(exchange: Exchange) -> None:
        done.set()
        exchange.stopped.wait(30)

    with fault_server() as server:
        server.faults = [relay(endpoint_url, hold)]
        code = (
            "from tests.api.test_aws_faults import *\n"
            f"start(settings_for({server.url!r}), {location!r}, {key!r})"
        )
        worker = subprocess.Popen([sys.executable, "-c", code], cwd=ROOT, env=os.environ)
        try:
            assert done.wait(60)
        finally:
            worker.send_signal(signal.SIGKILL)
            worker.wait(10)

    query_id = start(settings_for(endpoint_url), location, key)

    assert started_in(endpoint_url, location) == [query_id]


def test_late_responses_of_aws_are_not_awaited() -> None:
    impatient = Limits(queries=QueryLimits(status=StatusLimits(describe_seconds=0.2)))
    with (
        fault_server() as server,
        running_service(settings_for(server.url), limits=impatient) as client,
    ):
        server.faults = [silence] * 20

        response = client.get(f"/status/{ID}")

        assert_problem(response, 503, "engine-unavailable")
