"""Logs and metrics of the service as it is deployed: gunicorn with several workers."""

import json
import os
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import httpx
import pytest

from tests.e2e.commands import DEADLINE_SECONDS, ROOT, children_of, free_port
from tests.metric_values import metric_values, series

WORKERS = 3
REQUESTS = series(
    "data_hist_http_requests_total",
    method="GET",
    route="/v0/data_hist/tables",
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
                | {
                    "DATA_HIST_REGION": "local-1",
                    "DATA_HIST_RESULT_BUCKET": "data-hist-results",
                    "DATA_HIST_ENDPOINT_URL": endpoint_url,
                    "DATA_HIST_ACCESS_KEY_ID": "local",
                    "DATA_HIST_SECRET_ACCESS_KEY": "local",
                    "DATA_HIST_TENANT_REQUIRED": "false",
                    "TMPDIR": str(self.temporary),
                },
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

    def stop(self) -> int:
        self.process.send_signal(signal.SIGTERM)
        return self.process.wait(DEADLINE_SECONDS)


@contextmanager
def running(endpoint_url: str, folder: Path) -> Iterator[Service]:
    service = Service(endpoint_url, folder)
    try:
        with service.client() as client:
            wait_until(lambda: answers(client), service)
            wait_until(lambda: len(children_of(service.process.pid)) == WORKERS, service)
        yield service
    finally:
        if service.process.poll() is None:
            service.stop()


def wait_until(condition: object, service: Service) -> None:
    deadline = time.monotonic() + DEADLINE_SECONDS
    while not condition():  # type: ignore[operator]
        assert service.process.poll() is None, service.log.read_text()
        assert time.monotonic() < deadline
        time.sleep(0.02)


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
        before = metric_values(client)
        for _ in range(30):
            client.get("/tables")

        for _ in range(10):
            after = metric_values(client)
            assert after[REQUESTS] == before[REQUESTS] + 30
            assert after[IN_FLIGHT] == 1, "the one that asks"


def test_worker_that_dies_leaves_what_it_did_and_not_what_it_was_doing(service: Service) -> None:
    with service.client() as client:
        before = metric_values(client)
        victims = children_of(service.process.pid)

        for victim in victims:
            os.kill(victim, signal.SIGKILL)
        wait_until(
            lambda: len(set(children_of(service.process.pid)) - set(victims)) == WORKERS, service
        )
        wait_until(lambda: answers(client), service)

        after = metric_values(client)
        assert after[REQUESTS] > before[REQUESTS]
        assert after[IN_FLIGHT] == 1


def test_folder_of_the_numbers_goes_with_the_service(service: Service) -> None:
    assert [path.name[:18] for path in service.temporary.iterdir()] == ["data-hist-metrics-"]

    assert service.stop() == 0

    assert list(service.temporary.iterdir()) == []


def test_every_line_of_the_log_is_json(service: Service) -> None:
    with service.client() as client:
        request_id = client.get("/status/none").headers["x-request-id"]
    os.kill(children_of(service.process.pid)[0], signal.SIGKILL)
    service.stop()

    lines = [json.loads(line) for line in service.log.read_text().splitlines()]
    assert {"time", "level", "logger", "message"} <= set.intersection(*map(set, lines))
    assert {"gunicorn.error", "data_hist.requests"} <= {line["logger"] for line in lines}
    (line,) = (line for line in lines if line.get("request_id") == request_id)
    assert (line["route"], line["problem"]) == (
        "/v0/data_hist/status/{query_id}",
        "query-not-found",
    )
