"""All kinds of calls, many times: memory, files and threads stay where they were.

`SOAK_CALLS=500000` makes it a long one.
"""

import os
import random
from collections import Counter
from concurrent.futures import ThreadPoolExecutor

import httpx

from tests.e2e.commands import DEADLINE_SECONDS, children_of, serving
from tests.reliability.processes import holding
from tests.support.api_calls import UNKNOWN_ID, all_rows, submitted
from tests.support.waiting import wait_until

SOAK_CALLS = int(os.environ.get("SOAK_CALLS", "240"))
SAMPLES = 10
CALLERS = 4
MOST_GROWTH_MB = 100
# Connections to the engine are kept, as many as there were calls at once.
SPARE_FILES = 30
# The pools of a worker together, and those of its libraries.
MOST_THREADS = 100
SQL = "SELECT n, lpad('', 200, 'x') AS filler FROM UNNEST(sequence(1, 5000)) AS t(n)"


class Callers:
    """Call at random what a caller may, and some things that none should."""

    def __init__(self, url: str) -> None:
        self._url = f"{url}/v0/data_hist"
        with self._client() as client:
            self._query_id = submitted(client, SQL)["query_id"]
        self.calls: Counter[str] = Counter()

    def run(self, seed: int, calls: int) -> None:
        chance = random.Random(seed)  # noqa: S311 - the same calls each time
        kinds = [self._rows, self._page, self._stream, self._broken_stream, self._wait, self._wrong]
        for kind in chance.choices(kinds, k=calls):
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
        samples = []
        for part in range(SAMPLES):
            seeds = range(part * CALLERS, (part + 1) * CALLERS)
            share = SOAK_CALLS // SAMPLES // CALLERS
            list(threads.map(callers.run, seeds, [share] * CALLERS))
            samples.append(holding(workers))
        wait_until(
            lambda: holding(workers).files <= samples[0].files + SPARE_FILES,
            "the sockets of the last callers are closed",
        )

    middle, last = samples[len(samples) // 2 - 1], samples[-1]
    print(f"\n{callers.calls.total()} calls: {dict(callers.calls)}")
    for held in samples:
        print(f"  {held}")
    print(f"  memory over the second half: {last.memory_mb - middle.memory_mb:+.1f} MB")
    assert len(callers.calls) == 6
    assert last.memory_mb - middle.memory_mb < MOST_GROWTH_MB
    assert last.threads <= MOST_THREADS * len(workers)
