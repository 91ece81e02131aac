"""More than the service can do: what it takes on it finishes, and the rest it refuses at once.

`OVERLOAD_SECONDS=3` gives steadier figures, which `-s` shows.
"""

import os
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import httpx
import pytest
import uvloop

from tests.e2e.commands import free_port, running
from tests.reliability.open_loop import Answers, LoadGenerator
from tests.support.api_calls import assert_problem, submitted
from tests.support.running_service import running_service, settings_for

SECONDS = float(os.environ.get("OVERLOAD_SECONDS", "1.5"))


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


ROWS = "SELECT n, lpad('', 100, 'x') AS filler FROM UNNEST(sequence(1, 1000)) AS t(n)"


@pytest.mark.parametrize("operation", ["status", "page", "submit"])
def test_at_three_times_the_capacity_it_goes_on_serving(
    archive: Path, tmp_path: Path, operation: str
) -> None:
    port = free_port()
    command = ["local", "--data", str(archive), "--state", str(tmp_path), "--port", str(port)]
    with running([*command, "--workers", "1"], "Ready.") as _:
        base = f"http://127.0.0.1:{port}/v0/data_hist"
        with httpx.Client(base_url=base, timeout=40) as client:
            query_id = submitted(client, ROWS)["query_id"]
        generators = {
            "status": LoadGenerator(f"{base}/status/{query_id}"),
            "page": LoadGenerator(f"{base}/next", {"query_id": query_id}),
            "submit": LoadGenerator(f"{base}/query", {"query": "SELECT count(*) FROM events"}),
        }

        peak, once, thrice = uvloop.run(loaded(generators[operation]))

    print(f"\n{operation}, peak {peak.figures()}")
    for load, answers in (("1x", once), ("3x", thrice)):
        print(f"  {load}: {answers.goodput / peak.goodput:.2f} of it, {answers.figures()}")
        assert set(answers.statuses) <= {200, 503}
        assert answers.without_retry_after == 0
    assert thrice.statuses[200] > once.statuses[200] / 10


async def loaded(generator: LoadGenerator) -> tuple[Answers, ...]:
    await generator.closed_loop(callers=16, seconds=SECONDS / 3)
    peak = await generator.closed_loop(callers=16, seconds=SECONDS)
    once = await generator.open_loop(peak.goodput, seconds=SECONDS)
    thrice = await generator.open_loop(3 * peak.goodput, seconds=SECONDS)
    await generator.close()
    return peak, once, thrice
