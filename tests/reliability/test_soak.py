"""All kinds of calls for a while: memory, files and threads stay where they were.

Ten seconds by default; `SOAK_SECONDS=7200` makes it a long one.
"""

import os
import random
import threading
import time
from collections import Counter
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import httpx
import pytest

from tests.api.calls import UNKNOWN_ID, all_rows, submitted
from tests.e2e.commands import DEADLINE_SECONDS, children_of, serving
from tests.local_athena.endpoint import running_endpoint
from tests.reliability.processes import Holding, holding

SOAK_SECONDS = float(os.environ.get("SOAK_SECONDS", "10"))
SAMPLES = 10
CALLERS = 4
MOST_GROWTH_MB = 100
# Connections to the engine are kept, as many as there were calls at once.
SPARE_FILES = 30
# The pools of a worker together, and those of its libraries.
MOST_THREADS = 100
SQL = "SELECT n, lpad('', 200, 'x') AS filler FROM UNNEST(sequence(1, 5000)) AS t(n)"


@pytest.fixture
def endpoint(archive: Path, tmp_path: Path) -> Iterator[str]:
    with running_endpoint(archive, tmp_path) as url:
        yield url


class Callers:
    """Call at random what a caller may, and some things that none should."""

    def __init__(self, url: str) -> None:
        self._url = f"{url}/v0/data_hist"
        with self._client() as client:
            self._query_id = submitted(client, SQL)["query_id"]
        self.end = threading.Event()
        self.calls: Counter[str] = Counter()

    def run(self, seed: int) -> None:
        chance = random.Random(seed)  # noqa: S311 - the same calls each time
        kinds = [self._rows, self._page, self._stream, self._broken_stream, self._wait, self._wrong]
        while not self.end.is_set():
            kind = chance.choice(kinds)
            with self._client() as client:
                kind(client)
            self.calls[kind.__name__] += 1

    def _client(self) -> httpx.Client:
        return httpx.Client(base_url=self._url, timeout=DEADLINE_SECONDS)

    def _rows(self, client: httpx.Client) -> None:
        assert all_rows(client, "SELECT count(*) FROM events") == [[20]]

    def _page(self, client: httpx.Client) -> None:
        response = client.post("/next", json={"query_id": self._query_id})
        assert len(response.json()["rows"]) == 1000

    def _stream(self, client: httpx.Client) -> None:
        response = client.get(f"/results/{self._query_id}?format=ndjson")
        assert response.text.count("\n") == 5000

    def _broken_stream(self, client: httpx.Client) -> None:
        with client.stream("GET", f"/results/{self._query_id}?format=csv") as response:
            assert next(response.iter_raw(1000))

    def _wait(self, client: httpx.Client) -> None:
        assert client.get(f"/status/{self._query_id}?wait_seconds=5").status_code == 200

    def _wrong(self, client: httpx.Client) -> None:
        assert client.get(f"/status/{UNKNOWN_ID}").status_code == 404
        assert client.post("/query", json={"query": "DROP TABLE events"}).status_code == 422


def test_nothing_grows(endpoint: str) -> None:
    with serving(endpoint) as (process, url), ThreadPoolExecutor(CALLERS) as threads:
        callers = Callers(url)
        workers = children_of(process.pid)
        running = [threads.submit(callers.run, seed) for seed in range(CALLERS)]
        try:
            samples = [sample(workers, callers.end) for _ in range(SAMPLES)]
        finally:
            callers.end.set()
        for caller in running:
            caller.result()
        settled = holding_at_most(workers, samples[0].files + SPARE_FILES)

    hours = SOAK_SECONDS / 2 / 3600
    middle, last = samples[len(samples) // 2 - 1], samples[-1]
    slope = (last.memory_mb - middle.memory_mb) / hours
    print(f"\n{SOAK_SECONDS:.0f} s, {callers.calls.total()} calls: {dict(callers.calls)}")
    for held in (*samples, settled):
        print(f"  {held}")
    print(f"  memory over the second half: {slope:+.1f} MB/h")
    assert len(callers.calls) == 6
    assert last.memory_mb - middle.memory_mb < MOST_GROWTH_MB
    assert last.threads <= MOST_THREADS * len(workers)


def sample(workers: list[int], end: threading.Event) -> Holding:
    end.wait(SOAK_SECONDS / SAMPLES)
    return holding(workers)


def holding_at_most(workers: list[int], files: int) -> Holding:
    """What is held once the sockets of the last callers have gone, as they have to."""
    deadline = time.monotonic() + DEADLINE_SECONDS
    while (held := holding(workers)).files > files:
        assert time.monotonic() < deadline, held
    return held
