"""API versions share threads, guard processes and read-ahead."""

import multiprocessing
import threading
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace

import httpx

from data_hist.catalog.resolve import load_catalog
from data_hist.catalog.tables import Catalog
from tests.support.api_calls import next_page, submitted
from tests.support.metric_values import metric_values, series
from tests.support.running_service import running_service, settings_for

VERSION = load_catalog().versions["v0"]
TWO_VERSIONS = Catalog({name: replace(VERSION, name=name) for name in ("v0", "v9")})
POOLS = ("engine-call", "stream-read", "rows", "guard", "describe")
LONG = "SELECT servicename FROM events WHERE customerid IN (1" + ", 1" * 4_000 + ")"


@contextmanager
def two_versions(endpoint_url: str) -> Iterator[list[httpx.Client]]:
    """Run a service of two API versions, and return a client of each."""
    with (
        running_service(settings_for(endpoint_url), catalog=TWO_VERSIONS) as first,
        httpx.Client(base_url=first.base_url.copy_with(path="/v9/data_hist"), timeout=40) as second,
    ):
        yield [first, second]


def pool_threads() -> dict[int | None, str]:
    return {
        thread.ident: thread.name
        for thread in threading.enumerate()
        if thread.name.rpartition("_")[0] in POOLS
    }


def test_versions_share_threads_and_guard_processes(endpoint_url: str) -> None:
    threads_before, processes_before = pool_threads(), set(multiprocessing.active_children())
    with two_versions(endpoint_url) as clients:
        for client in clients:
            query = submitted(client, LONG)["query_id"]
            assert submitted(client, "SELECT 1")
            assert client.get(f"/results/{query}?format=csv").status_code == 200
        started = [name for ident, name in pool_threads().items() if ident not in threads_before]
        processes = set(multiprocessing.active_children()) - processes_before

    assert {name.rpartition("_")[0] for name in started} == set(POOLS)
    assert {name for name, times in Counter(started).items() if times > 1} == set()
    assert len(processes) == 2


def test_versions_share_what_was_read_ahead(endpoint_url: str) -> None:
    with two_versions(endpoint_url) as (first, second):
        query = submitted(first, "SELECT createdtimestamp FROM events")["query_id"]
        token = next_page(first, query, results_per_page=2)["paging_token"]
        before = metric_values(first)

        next_page(second, query, results_per_page=2, paging_token=token)

        hits = series("data_hist_page_read_ahead_total", outcome="hit")
        assert (metric_values(first) - before)[hits] == 1


def test_a_service_prepares_its_streams_before_the_first_request(endpoint_url: str) -> None:
    threads_before = pool_threads()
    with running_service(settings_for(endpoint_url)):
        started = [name for ident, name in pool_threads().items() if ident not in threads_before]

    assert [name.rpartition("_")[0] for name in started].count("stream-read") == 1
