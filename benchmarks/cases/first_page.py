"""Read the first rows of a query: in one request, in two, and in three."""

import re
from collections.abc import Callable
from contextlib import ExitStack

from benchmarks.bench import Bench
from benchmarks.cases.drain import API
from benchmarks.http_load import Following, UnexpectedAnswer, get, post, run_load
from benchmarks.processes import Worker, service
from benchmarks.report import Measurements, Section, Target, number, percentile

_SQL = "SELECT servicename, data FROM events WHERE createdtimestamp > 1700000000000 LIMIT 100"
_ROWS = 100
_QUERIES = 300
_ONE = "POST /query with results_per_page"
_CONTROL = "the same again (control)"
_TWO = "POST /query that waits, POST /next"
_THREE = "POST /query, GET /status, POST /next"
_QUERY_ID = re.compile(rb'"query_id":"([^"]+)"')

_SUBMIT = {"query": _SQL}
_WAIT = {"wait_seconds": 30}
_PAGE = {"results_per_page": _ROWS}

_Step = Callable[[str], bytes]
"""The next request about a query, by its id."""


def _submit(**fields: int) -> _Step:
    return lambda _: post(f"{API}/query", _SUBMIT | fields)


def _status(query_id: str) -> bytes:
    return get(f"{API}/status/{query_id}?wait_seconds=30")


def _next(query_id: str) -> bytes:
    return post(f"{API}/next", {"query_id": query_id} | _PAGE)


_STEPS: dict[str, tuple[_Step, ...]] = {
    _ONE: (_submit(**_WAIT, **_PAGE),),
    _CONTROL: (_submit(**_WAIT, **_PAGE),),
    _TWO: (_submit(**_WAIT), _next),
    _THREE: (_submit(), _status, _next),
}


def run(bench: Bench) -> Section:
    """Measure time and processor time until the rows have arrived."""
    found = Measurements()
    latencies: dict[str, list[float]] = {way: [] for way in _STEPS}
    with ExitStack() as running:
        workers = {way: running.enter_context(service(bench.stub.port)) for way in _STEPS}
        for way, worker in workers.items():
            _ask(way, worker, 5)
        for _ in range(bench.repeats):
            for way, worker in workers.items():
                queries = bench.count(_QUERIES)
                cpu = worker.cpu_seconds()
                seen = _ask(way, worker, queries)
                latencies[way] += seen
                found.add(
                    way,
                    cpu_ms=(worker.cpu_seconds() - cpu) / queries * 1000,
                    ms=percentile(seen, 50),
                )
    return _section(found, latencies)


def _ask(way: str, worker: Worker, queries: int) -> list[float]:
    """Return the milliseconds of each query, over all its requests."""
    steps = _STEPS[way]
    load = run_load(worker.port, [_asking(steps, queries)])
    each = load.latencies_ms[0]
    return [sum(each[at : at + len(steps)]) for at in range(0, len(each), len(steps))]


def _asking(steps: tuple[_Step, ...], queries: int) -> Following:
    """So many queries; the last answer of each has to hold its rows."""
    sent = 0

    def following(response: bytes) -> bytes | None:
        nonlocal sent
        step = sent % len(steps)
        if response and step == 0 and b'"rows":[[' not in response:
            raise UnexpectedAnswer(response[:500].decode(errors="replace"))
        if sent == queries * len(steps):
            return None
        sent += 1
        query_id = _QUERY_ID.search(response)
        return steps[step](query_id[1].decode() if query_id else "")

    return following


def _section(found: Measurements, latencies: dict[str, list[float]]) -> Section:
    section = Section(
        f"first_page: from SQL to {_ROWS} rows",
        (
            "way",
            "requests",
            "p50 ms",
            "times one request [quartiles]",
            "CPU ms",
            "times [quartiles]",
        ),
    )
    for way, steps in _STEPS.items():
        section.rows.append(
            (
                way,
                str(len(steps)),
                number(percentile(latencies[way], 50)),
                str(found.ratio(way, _ONE, "ms")),
                number(found.median(way, "cpu_ms")),
                str(found.ratio(way, _ONE, "cpu_ms")),
            )
        )
    section.notes = [
        "The stub has no latency: against a service far away, each request takes its network time "
        "on top."
    ]
    section.targets = [
        Target(
            "CPU of submit, status and next, times one request",
            found.ratio(_THREE, _ONE, "cpu_ms").median,
            at_least=1.0,
        )
    ]
    return section
