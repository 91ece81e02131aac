"""A worker that stops or dies: what callers see of it, and what is there afterwards."""

import os
import signal
import threading
import time
from concurrent.futures import ThreadPoolExecutor

import httpx
import pytest

from tests.e2e.commands import DEADLINE_SECONDS, children_of, serving
from tests.support.api_calls import all_rows, assert_problem, next_page, submitted
from tests.support.queries import MANY_ROWS, SLOW
from tests.support.waiting import wait_until

API = "/v0/data_hist"
EXIT_SECONDS = 30
CALLERS = 8
ANSWERS_BEFORE = 50
ROWS = 60_000
# Compressed, the rows would fit the buffers on their way.
PLAIN = {"Accept-Encoding": "identity"}


def client_of(url: str) -> httpx.Client:
    return httpx.Client(base_url=url + API, timeout=60)


class Traffic:
    """Callers behind a load balancer that sends nobody to who is not ready."""

    def __init__(self, url: str, query_id: str) -> None:
        self._url = url
        self._query_id = query_id
        self._is_draining = threading.Event()
        self.answered = threading.Event()
        self.statuses: list[int] = []

    def call(self, caller: int) -> None:
        """Call again and again, every other caller over one connection."""
        kept = httpx.Limits(max_keepalive_connections=caller % 2)
        with httpx.Client(base_url=self._url + API, timeout=60, limits=kept) as client:
            while not self._is_draining.is_set():
                response = client.get(f"/status/{self._query_id}")
                self.statuses.append(response.status_code)
                if len(self.statuses) >= ANSWERS_BEFORE:
                    self.answered.set()

    def watch(self) -> httpx.Response:
        """Ask for readiness until there is none."""
        with httpx.Client(timeout=60) as client:
            while (response := client.get(f"{self._url}/readyz")).status_code == 200:
                pass
        self._is_draining.set()
        return response


def test_sigterm_under_load_fails_nobody(endpoint: str) -> None:
    with serving(endpoint) as (process, url), client_of(url) as client:
        quick = submitted(client, "SELECT 1")["query_id"]
        many = submitted(client, MANY_ROWS)["query_id"]
        slow = client.post("/query", json={"query": SLOW}).json()["query_id"]
        traffic = Traffic(url, quick)
        with (
            ThreadPoolExecutor(CALLERS + 5) as threads,
            client.stream("GET", f"/results/{many}?format=ndjson", headers=PLAIN) as stream,
        ):
            lines = stream.iter_lines()
            next(lines)
            waits = [threads.submit(client.get, f"/status/{slow}?wait_seconds=30") for _ in "123"]
            watch = threads.submit(traffic.watch)
            calls = [threads.submit(traffic.call, caller) for caller in range(CALLERS)]
            assert traffic.answered.wait(DEADLINE_SECONDS)
            began = time.monotonic()

            process.send_signal(signal.SIGTERM)

            not_ready = watch.result()
            for call in calls:
                call.result()
            waited = [wait.result() for wait in waits]
            rows = 1 + sum(1 for _ in lines)
            code = process.wait(EXIT_SECONDS)

    print(f"\nSIGTERM to exit: {time.monotonic() - began:.1f} s, {len(traffic.statuses)} requests")
    assert_problem(not_ready, 503, "shutting-down")
    assert set(traffic.statuses) == {200}
    assert [(answer.status_code, answer.json()["status"]) for answer in waited] == [
        (200, "RUNNING")
    ] * 3
    assert rows == ROWS
    assert code == 0


def test_reader_who_has_stopped_reading_does_not_keep_a_worker(endpoint: str) -> None:
    with (
        serving(endpoint, workers=1, shutdown_notice_seconds=0) as (process, url),
        client_of(url) as client,
    ):
        many = submitted(client, MANY_ROWS)["query_id"]
        with client.stream("GET", f"/results/{many}?format=ndjson", headers=PLAIN) as stream:
            lines = stream.iter_lines()
            next(lines)
            began = time.monotonic()

            process.send_signal(signal.SIGTERM)

            assert process.wait(EXIT_SECONDS) == 0
            print(f"\nSIGTERM to exit, a reader not reading: {time.monotonic() - began:.1f} s")
            with pytest.raises(httpx.RemoteProtocolError, match="incomplete"):
                list(lines)


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGQUIT])
def test_interrupt_ends_it_without_notice(endpoint: str, number: signal.Signals) -> None:
    with serving(endpoint, shutdown_notice_seconds=15) as (process, url), client_of(url) as client:
        slow = client.post("/query", json={"query": SLOW}).json()["query_id"]
        with ThreadPoolExecutor(1) as threads:
            wait = threads.submit(client.get, f"/status/{slow}?wait_seconds=30")
            while client.get(f"/status/{slow}").json()["status"] != "RUNNING":
                pass

            process.send_signal(number)

            assert process.wait(EXIT_SECONDS) == 0
            assert wait.result().json()["status"] == "RUNNING"


def test_killed_worker_is_replaced_and_nothing_is_lost(endpoint: str) -> None:
    with serving(endpoint) as (process, url), client_of(url) as client:
        ids = [submitted(client, f"SELECT {number} AS n")["query_id"] for number in range(5)]
        slow = client.post("/query", json={"query": SLOW}).json()["query_id"]
        victim, survivor = children_of(process.pid)
        with ThreadPoolExecutor(16) as threads:
            waits = [threads.submit(waited, url, slow) for _ in range(16)]
            assert all_rows(client, "SELECT 1") == [[1]]

            os.kill(victim, signal.SIGKILL)

            cancelled(url, slow)
            answers = [wait.result() for wait in waits]
            workers = replaced(process.pid, victim)

        lost = answers.count("lost")
        print(f"\nkill -9 of a worker: {lost} waits lost, {16 - lost} of the other answered")
        assert set(answers) <= {"CANCELLED", "lost"}
        assert survivor in workers
        with client_of(url) as anew:
            pages = [next_page(anew, query_id)["rows"] for query_id in ids]
            assert all_rows(anew, "SELECT 2") == [[2]]
        assert pages == [[[number]] for number in range(5)]


def waited(url: str, query_id: str) -> str:
    with client_of(url) as client:
        try:
            status: str = client.get(f"/status/{query_id}?wait_seconds=30").json()["status"]
        except (httpx.RemoteProtocolError, httpx.ReadError):
            return "lost"
        return status


def cancelled(url: str, query_id: str) -> None:
    """Cancel a query; a connection that the dead worker had accepted may have to be made anew."""
    while True:
        with client_of(url) as client:
            try:
                assert client.delete(f"/query/{query_id}").status_code == 200
            except (httpx.RemoteProtocolError, httpx.ReadError):
                continue
            return


def replaced(master: int, victim: int) -> list[int]:
    """The workers, once the dead one has a successor."""

    def workers() -> list[int]:
        others = [pid for pid in children_of(master) if pid != victim]
        return others if len(others) == 2 else []

    return wait_until(workers, "another worker takes its place")
