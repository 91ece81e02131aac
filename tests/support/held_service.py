"""A service whose requests stay at work until they are let go."""

import threading
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from typing import Any

import httpx

from data_hist.app import DEFAULT_LIMITS, Limits
from data_hist.athena.client import AthenaClient
from data_hist.athena.result_objects import ObjectRange
from data_hist.server.limits import DEFAULT_LIMITS as DEFAULT_SERVER_LIMITS
from data_hist.server.limits import ServerLimits
from tests.support.api_calls import submitted
from tests.support.running_service import running_service, settings_for

WAIT_SECONDS = 120.0


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
def full_service(
    endpoint_url: str,
    requests: int,
    limits: Limits = DEFAULT_LIMITS,
    server_limits: ServerLimits = DEFAULT_SERVER_LIMITS,
    **changes: object,
) -> Iterator[tuple[httpx.Client, HeldEngine]]:
    """Run a service that has as many requests at work as it takes on, until they are let go."""
    engine = HeldEngine(endpoint_url)
    settings = settings_for(endpoint_url, concurrent_requests=requests, **changes)
    with (
        running_service(
            settings, engine=engine, limits=limits, server_limits=server_limits
        ) as client,
        ThreadPoolExecutor(requests) as threads,
    ):
        page = {"query_id": submitted(client, "SELECT 1")["query_id"]}
        engine.go.clear()
        try:
            taken = [threads.submit(client.post, "/next", json=page) for _ in range(requests)]
            assert all(engine.held.acquire(timeout=WAIT_SECONDS) for _ in taken)
            yield client, engine
        finally:
            engine.go.set()
        assert [answer.result().status_code for answer in taken] == [200] * requests
