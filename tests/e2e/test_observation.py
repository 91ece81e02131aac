"""Logs and metrics of the service as it is deployed: gunicorn with several workers."""

import json
import os
import signal
import subprocess
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

import httpx
import pytest

from tests.e2e.commands import DEADLINE_SECONDS, ROOT, children_of, free_port, required_settings
from tests.support.metric_values import metric_values, series
from tests.support.waiting import wait_until

WORKERS = 3
REQUESTS = series(
    "data_hist_http_requests_total",
    method="GET",
    route="/v0/data_hist/tables/{table}",
    status="200",
)
IN_FLIGHT = series("data_hist_http_requests_in_flight")


class Service:
    """A running service; its log goes to a file, and its own folder takes temporary files."""

    def __init__(self, endpoint_url: str, folder: Path) -> None:
        self.port = free_port()
        self.log = folder / "log"
        self.temporary = folder / "temporary"
        self.temporary.mkdir()
        with self.log.open("wb") as log:
            self.process = subprocess.Popen(
                [
                    *(sys.executable, "-m", "data_hist", "serve", "--host", "127.0.0.1"),
                    *("--port", str(self.port), "--workers", str(WORKERS)),
                ],
                cwd=ROOT,
                env=os.environ
                | required_settings(endpoint_url)
                | {"DATA_HIST_TENANT_REQUIRED": "false", "TMPDIR": str(self.temporary)},
                stdout=log,
                stderr=log,
            )

    def client(self) -> httpx.Client:
        """A new connection for each request, so that all workers get some."""
        return httpx.Client(
            base_url=f"http://127.0.0.1:{self.port}/v0/data_hist",
            limits=httpx.Limits(max_keepalive_connections=0),
            timeout=20,
        )

    def workers(self) -> list[int]:
        return children_of(self.process.pid)

    def wait_until(self, condition: Callable[[], bool], what: str) -> None:
        """Wait for a state of a service that has not ended."""

        def holds() -> bool:
            assert self.process.poll() is None, self.log.read_text()
            return condition()

        wait_until(holds, what)

    def stop(self) -> int:
        self.process.send_signal(signal.SIGTERM)
        return self.process.wait(DEADLINE_SECONDS)


@contextmanager
def running(endpoint_url: str, folder: Path) -> Iterator[Service]:
    service = Service(endpoint_url, folder)
    try:
        with service.client() as client:
            service.wait_until(lambda: answers(client), "the service answers")
            service.wait_until(lambda: len(service.workers()) == WORKERS, "all workers run")
        yield service
    finally:
        if service.process.poll() is None:
            service.stop()


def answers(client: httpx.Client) -> bool:
    try:
        return client.get("/tables").status_code == 200
    except httpx.TransportError:
        return False


@pytest.fixture
def service(endpoint_url: str, tmp_path: Path) -> Iterator[Service]:
    with running(endpoint_url, tmp_path) as service:
        yield service


def test_any_worker_gives_the_numbers_of_all(service: Service) -> None:
    with service.client() as client:
        for _ in range(30):
            client.get("/tables/events")

        # A worker counts a request after it has answered it, when another may serve the next one.
        service.wait_until(lambda: metric_values(client)[REQUESTS] == 30, "all are counted")
        for _ in range(10):
            assert metric_values(client)[REQUESTS] == 30
            wait_until_only_one_is_in_flight(service, client)


def wait_until_only_one_is_in_flight(service: Service, client: httpx.Client) -> None:
    """It is the one that asks."""
    service.wait_until(lambda: metric_values(client)[IN_FLIGHT] == 1, "no other is in flight")


def test_worker_that_dies_leaves_what_it_did_and_not_what_it_was_doing(service: Service) -> None:
    with service.client() as client:
        for _ in range(10):
            client.get("/tables/events")
        service.wait_until(lambda: metric_values(client)[REQUESTS] == 10, "all are counted")
        victims = service.workers()

        for victim in victims:
            os.kill(victim, signal.SIGKILL)
        service.wait_until(
            lambda: len(set(service.workers()) - set(victims)) == WORKERS, "others take their place"
        )
        service.wait_until(lambda: answers(client), "they answer")

        assert metric_values(client)[REQUESTS] == 10
        wait_until_only_one_is_in_flight(service, client)


def test_folder_of_the_numbers_goes_with_the_service(service: Service) -> None:
    assert [path.name[:14] for path in service.temporary.iterdir()] == ["data-hist-run-"]

    assert service.stop() == 0

    assert list(service.temporary.iterdir()) == []


def test_every_line_of_the_log_is_json(service: Service) -> None:
    with service.client() as client:
        request_id = client.get("/status/none").headers["x-request-id"]
    # The worker that answered writes it afterwards, and may be the one that is killed.
    service.wait_until(lambda: request_id in service.log.read_text(), "the request is logged")
    os.kill(service.workers()[0], signal.SIGKILL)
    service.stop()

    lines = [json.loads(line) for line in service.log.read_text().splitlines()]
    assert {"time", "level", "logger", "message"} <= set.intersection(*map(set, lines))
    assert {"gunicorn.error", "data_hist.requests"} <= {line["logger"] for line in lines}
    (line,) = (line for line in lines if line.get("request_id") == request_id)
    assert (line["route"], line["problem"]) == (
        "/v0/data_hist/status/{query_id}",
        "query-not-found",
    )
