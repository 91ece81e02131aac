"""More than the service can do: what it takes on it finishes, and the rest it refuses at once."""

import asyncio
import threading
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import httpx
import pytest

from data_hist.athena import AthenaClient, ObjectRange
from tests.api.calls import assert_problem, submitted
from tests.e2e.commands import free_port, running
from tests.reliability.open_loop import LoadGenerator
from tests.running_service import running_service, settings_for

WAIT_SECONDS = 30.0


class HeldEngine(AthenaClient):
    """Reads no result before it is let go."""

    def __init__(self, endpoint_url: str) -> None:
        super().__init__(settings_for(endpoint_url))
        self.held = threading.Semaphore(0)
        self.go = threading.Event()
        self.go.set()

    def read_range(self, *arguments: Any, **options: Any) -> ObjectRange:
        if not self.go.is_set():
            self.held.release()
            assert self.go.wait(WAIT_SECONDS)
        return super().read_range(*arguments, **options)


@contextmanager
def held_service(endpoint_url: str, requests: int) -> Iterator[tuple[httpx.Client, HeldEngine]]:
    engine = HeldEngine(endpoint_url)
    settings = settings_for(endpoint_url, concurrent_requests=requests)
    with running_service(settings, engine=engine) as client:
        try:
            yield client, engine
        finally:
            engine.go.set()


def test_request_too_many_is_refused_and_the_others_are_served(endpoint_url: str) -> None:
    with held_service(endpoint_url, 2) as (client, engine), ThreadPoolExecutor(2) as threads:
        query_id = submitted(client, "SELECT 1")["query_id"]
        engine.go.clear()
        page = {"query_id": query_id}
        taken = [threads.submit(client.post, "/next", json=page) for _ in range(2)]
        assert all(engine.held.acquire(timeout=WAIT_SECONDS) for _ in taken)

        refused = [
            client.get(f"/status/{query_id}"),
            client.post("/query", json={"query": "SELECT 1"}),
            client.get("/tables"),
        ]

        for response in refused:
            assert_problem(response, 503, "overloaded")
            assert int(response.headers["retry-after"]) >= 1
        for path in ("/healthz", "/readyz"):
            assert client.get(client.base_url.copy_with(path=path)).status_code == 200
        engine.go.set()
        assert [answer.result().status_code for answer in taken] == [200, 200]
        assert client.get(f"/status/{query_id}").status_code == 200


def test_who_waits_takes_no_place(endpoint_url: str) -> None:
    endless = "SELECT count(*) FROM events a, events b, events c, events d, events e, events f, \
        events g, events h, events i"
    settings = settings_for(endpoint_url, concurrent_requests=1)
    with running_service(settings) as client, ThreadPoolExecutor(8) as threads:
        query_id = client.post("/query", json={"query": endless}).json()["query_id"]
        waits = [threads.submit(waited, client, query_id) for _ in range(8)]

        cancelled = patiently(client, "DELETE", f"/query/{query_id}")

        assert cancelled.json()["status"] == "CANCELLED"
        assert [wait.result()["status"] for wait in waits] == ["CANCELLED"] * 8


def waited(client: httpx.Client, query_id: str) -> dict[str, str]:
    response = patiently(client, "GET", f"/status/{query_id}?wait_seconds=30")
    document: dict[str, str] = response.json()
    return document


def patiently(client: httpx.Client, method: str, path: str) -> httpx.Response:
    """Ask again as long as others are at work."""
    while (response := client.request(method, path)).status_code == 503:
        assert_problem(response, 503, "overloaded")
    return response


@pytest.mark.parametrize("workers", [1, 2])
def test_at_three_times_the_capacity_it_goes_on_serving(
    archive: Path, tmp_path: Path, workers: int
) -> None:
    port = free_port()
    command = ["local", "--data", str(archive), "--state", str(tmp_path), "--port", str(port)]
    with running([*command, "--workers", str(workers)], "Ready.") as _:
        base = f"http://127.0.0.1:{port}/v0/data_hist"
        with httpx.Client(base_url=base, timeout=40) as client:
            query_id = submitted(client, "SELECT 1")["query_id"]

        capacity, once, thrice = asyncio.run(loaded(f"{base}/status/{query_id}"))

    print(f"\n{workers} workers, capacity {capacity:.0f}/s")
    for load, answers in (("1x", once), ("3x", thrice)):
        print(f"  {load}: {answers.figures()}")
        assert set(answers.statuses) <= {200, 503}
        assert answers.without_retry_after == 0
    assert thrice.statuses[200] > once.statuses[200] / 10


async def loaded(url: str) -> tuple[float, ...]:
    generator = LoadGenerator(url)
    await generator.closed_loop(callers=16, seconds=1)
    peak = await generator.closed_loop(callers=16, seconds=3)
    once = await generator.open_loop(peak.goodput, seconds=4)
    thrice = await generator.open_loop(3 * peak.goodput, seconds=4)
    await generator.close()
    return peak.goodput, once, thrice
