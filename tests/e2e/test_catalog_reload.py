"""SIGHUP replaces the catalog of a running service, and nobody who is being served notices."""

import json
import os
import signal
import subprocess
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import httpx
import pytest

from data_hist.catalog.document import PACKAGED_FILE
from tests.e2e.commands import DEADLINE_SECONDS, children_of, serving
from tests.support.api_calls import all_rows, assert_problem, next_page, submitted
from tests.support.queries import MANY_ROWS, SLOW
from tests.support.waiting import wait_until

WORKERS = 2
ROWS = 60_000
# Compressed, the rows would fit the buffers on their way.
PLAIN = {"Accept-Encoding": "identity"}
SOURCES = PACKAGED_FILE.read_text().partition("\nversions:")[0]
TABLES = "database: data_hist, tables: {events: {source: events, columns: {servicename: "
BEFORE = f"{SOURCES}\nversions:\n  v0: {{{TABLES}}}}}}}}}\n"
LEVEL = "level: {from: data, path: $.level}"
AFTER = f"{SOURCES}\nversions:\n  v0: {{{TABLES}, {LEVEL}}}}}}}}}\n  v1: {{{TABLES}}}}}}}}}\n"
WRONG = AFTER.replace("path:", "pathh:")
SERVED = "this worker serves the new catalog"
REPLACED = "the catalog is replaced; its versions are "
KEPT = "the catalog stays as it was: "
UNCHANGED = "the catalog file has not changed"


@dataclass(frozen=True)
class Service:
    """A service whose catalog is mounted as Kubernetes mounts one, and what it logs."""

    process: subprocess.Popen[bytes]
    url: str
    log: Path
    folder: Path

    def client(self, version: str = "v0") -> httpx.Client:
        return httpx.Client(base_url=f"{self.url}/{version}/data_hist", timeout=DEADLINE_SECONDS)

    def serve(self, text: str) -> None:
        """Replace the catalog, and wait until all workers serve it."""
        served = len(self.logged(SERVED))
        if self.replace(text).startswith(REPLACED):
            wait_until(lambda: len(self.logged(SERVED)) == served + WORKERS, "all workers serve it")

    def replace(self, text: str | None) -> str:
        """Replace the catalog, and return what gunicorn logs of it."""
        mount(self.folder, text)
        return self.hang_up()

    def hang_up(self) -> str:
        before = len(self.outcomes())
        self.process.send_signal(signal.SIGHUP)
        return wait_until(lambda: self.outcomes()[before:], "the signal is handled")[0]

    def outcomes(self) -> list[str]:
        messages = [line["message"] for line in self.logged("catalog")]
        return [message for message in messages if message.startswith((REPLACED, KEPT, UNCHANGED))]

    def logged(self, message: str) -> list[dict[str, Any]]:
        complete, _, _ = self.log.read_text().rpartition("\n")
        lines = [json.loads(line) for line in complete.splitlines() if line.startswith("{")]
        return [line for line in lines if message in line["message"]]


def mount(folder: Path, text: str | None) -> None:
    """Replace a file by another behind a link, or remove it."""
    content = folder / f"content-{len(list(folder.iterdir()))}"
    content.mkdir()
    if text is not None:
        (content / "catalog.yaml").write_text(text)
    (folder / "new").symlink_to(content)
    (folder / "new").replace(folder / "data")


@pytest.fixture(scope="module")
def service(endpoint_url: str, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Service]:
    folder = tmp_path_factory.mktemp("catalog")
    mount(folder, BEFORE)
    log = tmp_path_factory.mktemp("service") / "log"
    with (
        log.open("wb") as writing,
        serving(endpoint_url, WORKERS, log=writing, catalog=folder / "data" / "catalog.yaml") as (
            process,
            url,
        ),
    ):
        yield Service(process, url, log, folder)


def columns(client: httpx.Client) -> list[str]:
    return [column["name"] for column in client.get("/tables/events").json()["columns"]]


def test_new_catalog_is_served_and_nobody_is_disturbed(service: Service) -> None:
    service.serve(BEFORE)
    with service.client() as client, ThreadPoolExecutor(1) as threads:
        old = submitted(client, "SELECT servicename FROM events")["query_id"]
        many = submitted(client, MANY_ROWS)["query_id"]
        slow = client.post("/query", json={"query": SLOW}).json()["query_id"]
        waiting = threads.submit(client.get, f"/status/{slow}?wait_seconds=30")
        with client.stream("GET", f"/results/{many}?format=ndjson", headers=PLAIN) as stream:
            lines = stream.iter_lines()
            next(lines)
            assert columns(client) == ["servicename"]

            service.serve(AFTER)

            assert columns(client) == ["servicename", "level"]
            levels = all_rows(client, "SELECT level, count(*) FROM events GROUP BY level")
            assert sum(count for _, count in levels) == 20
            with service.client("v1") as newer:
                assert columns(newer) == ["servicename"]
                assert newer.get("/openapi.json").json()["openapi"]
                assert newer.get("/ui/").status_code == 200
                for each in (client, newer):
                    assert len(next_page(each, old)["rows"]) == 20
            assert not waiting.done()
            assert client.delete(f"/query/{slow}").status_code == 200
            assert waiting.result().json()["status"] == "CANCELLED"
            assert 1 + sum(1 for _ in lines) == ROWS


def test_versions_and_columns_can_go(service: Service) -> None:
    service.serve(AFTER)
    assert service.hang_up() == UNCHANGED

    service.serve(BEFORE)

    with service.client("v1") as gone:
        for path in ("/tables", "/openapi.json", "/ui/"):
            assert_problem(gone.get(path), 404, "not-found")
    with service.client() as client:
        refused = client.post("/query", json={"query": "SELECT level FROM events"})
    assert "level" in assert_problem(refused, 422, "invalid-sql")["detail"]


def test_invalid_catalog_changes_nothing(service: Service) -> None:
    service.serve(AFTER)
    served = len(service.logged(SERVED))

    reason = service.replace(WRONG)

    number = next(n for n, line in enumerate(WRONG.splitlines(), 1) if "pathh" in line)
    where, _, advice = reason.partition(".pathh: ")
    assert where.endswith(f"catalog.yaml:{number}: versions.v0.tables.events.columns.level")
    assert "path" in advice
    assert [line["level"] for line in service.logged(reason)] == ["ERROR"]
    with service.client() as client:
        assert columns(client) == ["servicename", "level"]
    assert service.replace(None).endswith("cannot be read (No such file or directory).")
    # A worker that dies is replaced by one with the catalog that is served.
    victims = set(children_of(service.process.pid))
    for victim in victims:
        os.kill(victim, signal.SIGKILL)
    wait_until(
        lambda: len(set(children_of(service.process.pid)) - victims) == WORKERS, "new workers"
    )
    with service.client() as client:
        assert columns(client) == ["servicename", "level"]
    assert len(service.logged(SERVED)) == served
