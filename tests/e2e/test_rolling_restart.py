"""Instances are replaced one after the other under load, and no caller sees anything of it.

Twice by default; `ROLLING_RESTARTS=10` makes it ten times.
"""

import os
import random
import signal
import threading
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack

import httpx

from tests.e2e.commands import DEADLINE_SECONDS, serving
from tests.support.api_calls import submitted
from tests.support.waiting import wait_until

RESTARTS = int(os.environ.get("ROLLING_RESTARTS", "2"))
CALLERS = 6
CALLS_BETWEEN = 100
PROBE_SECONDS = 0.05
API = "/v0/data_hist"


class Balancer:
    """Sends callers to the instances that were ready when it last asked them."""

    def __init__(self) -> None:
        self._instances: set[str] = set()
        self._ready: list[str] = []
        self._lock = threading.Lock()
        self._is_over = threading.Event()

    def add(self, url: str) -> None:
        with self._lock:
            self._instances.add(url)

    def remove(self, url: str) -> None:
        with self._lock:
            self._instances.discard(url)

    def ready(self) -> list[str]:
        return self._ready

    def probe(self) -> None:
        with httpx.Client(timeout=DEADLINE_SECONDS) as client:
            while not self._is_over.wait(PROBE_SECONDS):
                with self._lock:
                    instances = list(self._instances)
                self._ready = [url for url in instances if is_ready(client, url)]

    def until(self, url: str, *, is_ready: bool) -> None:
        wait_until(lambda: (url in self._ready) is is_ready, f"readiness is {is_ready}")

    def stop(self) -> None:
        self._is_over.set()


def is_ready(client: httpx.Client, url: str) -> bool:
    try:
        return client.get(f"{url}/readyz").status_code == 200
    except httpx.TransportError:
        return False


class Callers:
    """Ask for the status and the rows of a query, wherever the balancer sends them."""

    def __init__(self, balancer: Balancer, query_id: str) -> None:
        self._balancer = balancer
        self._query_id = query_id
        self._is_over = threading.Event()
        self._more = threading.Condition()
        self.statuses: list[int] = []

    def call(self, seed: int) -> None:
        """Call again and again, every other caller over kept connections."""
        chance = random.Random(seed)  # noqa: S311 - the same calls each time
        kept = httpx.Limits(max_keepalive_connections=10 * (seed % 2))
        with httpx.Client(timeout=DEADLINE_SECONDS, limits=kept) as client:
            while not self._is_over.is_set():
                status = self._call(client, chance.choice(self._balancer.ready()) + API, chance)
                with self._more:
                    self.statuses.append(status)
                    self._more.notify_all()

    def _call(self, client: httpx.Client, url: str, chance: random.Random) -> int:
        if chance.random() < 0.5:
            return client.get(f"{url}/status/{self._query_id}").status_code
        return client.post(f"{url}/next", json={"query_id": self._query_id}).status_code

    def some_more(self) -> None:
        """Wait until there have been some more calls."""
        with self._more:
            wanted = len(self.statuses) + CALLS_BETWEEN
            assert self._more.wait_for(lambda: len(self.statuses) >= wanted, DEADLINE_SECONDS)

    def stop(self) -> None:
        self._is_over.set()


def test_replacing_instances_fails_nobody(endpoint: str) -> None:
    balancer = Balancer()
    with ExitStack() as running, ThreadPoolExecutor(CALLERS + 1) as threads:
        instances = [running.enter_context(serving(endpoint, workers=1)) for _ in range(2)]
        for _, url in instances:
            balancer.add(url)
        with httpx.Client(base_url=instances[0][1] + API, timeout=40) as client:
            callers = Callers(balancer, submitted(client, "SELECT 1")["query_id"])
        working = [threads.submit(balancer.probe)]
        try:
            for _, url in instances:
                balancer.until(url, is_ready=True)
            working += [threads.submit(callers.call, seed) for seed in range(CALLERS)]
            for _ in range(RESTARTS):
                instances.append(running.enter_context(serving(endpoint, workers=1)))
                balancer.add(instances[-1][1])
                balancer.until(instances[-1][1], is_ready=True)
                callers.some_more()
                process, url = instances.pop(0)

                process.send_signal(signal.SIGTERM)

                balancer.until(url, is_ready=False)
                balancer.remove(url)
                callers.some_more()
                assert process.wait(DEADLINE_SECONDS) == 0
        finally:
            callers.stop()
            balancer.stop()
        for work in working:
            work.result()

    print(f"\n{RESTARTS} instances replaced: {len(callers.statuses)} requests, none failed")
    assert set(callers.statuses) == {200}
