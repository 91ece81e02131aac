"""Read pages of 1,000 rows, for one caller."""

from contextlib import ExitStack

from benchmarks.bench import Bench
from benchmarks.cases.drain import API
from benchmarks.http_load import paging, run_load
from benchmarks.processes import Worker, peer_client, peer_service, service
from benchmarks.report import Measurements, Section, Target, number, percentile
from benchmarks.stub import UNREADABLE, query_id

_ROWS = 1_000_000
_OURS = "POST /next"
_CONTROL = "the same again (control)"
_THROUGH_ATHENA = "POST /next of an unreadable object"
_STARLETTE = "GetQueryResults, boto3, Starlette"
_ALONE = "GetQueryResults, boto3, no service"
_PAGES = {_OURS: 400, _CONTROL: 400, _THROUGH_ATHENA: 100, _STARLETTE: 60}
_PAGES_ALONE = 60


def run(bench: Bench) -> Section:
    """Measure the processor time and the latency of a page."""
    found = Measurements()
    latencies: dict[str, list[float]] = {way: [] for way in _PAGES}
    with ExitStack() as running:
        workers = {
            way: running.enter_context(service(bench.stub.port))
            for way in (_OURS, _CONTROL, _THROUGH_ATHENA)
        }
        workers[_STARLETTE] = running.enter_context(peer_service("starlette_app", bench.stub.port))
        for way, worker in workers.items():
            _page(way, worker, 5)
        for _ in range(bench.repeats):
            for way, worker in workers.items():
                pages = bench.count(_PAGES[way])
                cpu, stub_cpu = worker.cpu_seconds(), bench.stub.cpu_seconds()
                latencies[way] += _page(way, worker, pages)
                found.add(
                    way,
                    cpu_ms=(worker.cpu_seconds() - cpu) / pages * 1000,
                    stub_ms=(bench.stub.cpu_seconds() - stub_cpu) / pages * 1000,
                )
            pages = bench.count(_PAGES_ALONE)
            alone = peer_client("boto3_pages", bench.stub.port, pages * 1000)
            found.add(_ALONE, cpu_ms=alone["cpu"] / pages * 1000)
    return _section(found, latencies)


def _page(way: str, worker: Worker, pages: int) -> list[float]:
    path = "/next" if way == _STARLETTE else f"{API}/next"
    identifier = query_id(_ROWS, UNREADABLE) if way == _THROUGH_ATHENA else query_id(_ROWS)
    load = run_load(worker.port, [paging(path, identifier, pages=pages)])
    return list(load.latencies_ms[0])


def _section(found: Measurements, latencies: dict[str, list[float]]) -> Section:
    section = Section(
        "page: 1,000 rows at a time",
        ("way", "CPU ms a page", "times POST /next [quartiles]", "p50 ms", "p99 ms"),
    )
    for way in (*_PAGES, _ALONE):
        seen = latencies.get(way)
        section.rows.append(
            (
                way,
                number(found.median(way, "cpu_ms")),
                str(found.ratio(way, _OURS, "cpu_ms")),
                number(percentile(seen, 50)) if seen else "",
                number(percentile(seen, 99)) if seen else "",
            )
        )
    section.notes = [
        f"The stub itself takes {number(found.median(_OURS, 'stub_ms'))} ms of its core for a page "
        f"from the object, and {number(found.median(_STARLETTE, 'stub_ms'))} ms for one of "
        "GetQueryResults."
    ]
    section.targets = [
        Target(
            "CPU of a page through GetQueryResults with boto3, times POST /next",
            found.ratio(_ALONE, _OURS, "cpu_ms").median,
            at_least=8,
        )
    ]
    return section
