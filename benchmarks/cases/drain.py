"""Read all rows of a result: through streams and pages of the service, and in other ways."""

import time
from collections.abc import Callable
from contextlib import ExitStack
from functools import partial

from benchmarks.bench import Bench
from benchmarks.http_load import download, get, paging, run_load
from benchmarks.processes import Worker, peer_client, relay, service
from benchmarks.report import Measurements, Section, Target, number
from benchmarks.stub import object_path, query_id

API = "/v0/data_hist"
_GZIP = ("Accept-Encoding: gzip",)
_STREAMS: dict[str, tuple[str, tuple[str, ...]]] = {
    "GET /results, CSV": ("csv", ()),
    "the same again (control)": ("csv", ()),
    "GET /results, CSV, gzip": ("csv", _GZIP),
    "GET /results, Arrow": ("arrow", ()),
    "GET /results, Parquet": ("parquet", ()),
    "GET /results, NDJSON": ("ndjson", ()),
    "GET /results, JSON": ("json", ()),
}
_NEXT = "POST /next, page by page"
_RELAY = "a plain relay, bytes only"
_FLOOR = "plain socket, bytes only"
_GET_OBJECT = "boto3 get_object, bytes only"
_ARROW_CURSOR = "PyAthena ArrowCursor"
_CURSOR = "PyAthena Cursor"
_PAGINATOR = "boto3 GetQueryResults paginator"
_PEERS = {
    _FLOOR: "raw_socket",
    _GET_OBJECT: "boto3_get_object",
    _ARROW_CURSOR: "pyathena_arrow",
    "PyAthena PolarsCursor": "pyathena_polars",
    "PyAthena PandasCursor": "pyathena_pandas",
    "awswrangler": "awswrangler",
    "awswrangler, chunks of 50,000": "awswrangler_chunked",
    _CURSOR: "pyathena_cursor",
    _PAGINATOR: "boto3_paginator",
}
# A tenth of the rows is enough to know the rate of these, and they take minutes for all.
_SLOW = {_CURSOR, _PAGINATOR}
_SLOW_SHARE = 10
_MICROSECONDS = 1e6


def stream_request(fmt: str, rows: int, headers: tuple[str, ...] = ()) -> bytes:
    """Build the request for a whole result."""
    return get(f"{API}/results/{query_id(rows)}?format={fmt}", headers)


def run(bench: Bench) -> Section:
    """Measure each candidate in turn, in each repeat."""
    found = Measurements()
    with ExitStack() as running:
        ours: dict[str, tuple[Worker, Callable[[int], object]]] = {}
        for way, (fmt, headers) in _STREAMS.items():
            worker = running.enter_context(service(bench.stub.port))
            ours[way] = worker, partial(_stream, worker, fmt, headers)
        worker = running.enter_context(service(bench.stub.port))
        ours[_NEXT] = worker, partial(_pages, worker)
        worker = running.enter_context(relay(bench.stub.port))
        ours[_RELAY] = worker, partial(_relayed, worker)
        for _, drain in ours.values():
            drain(min(2000, bench.rows))
        before = {way: worker.memory_mb() for way, (worker, _) in ours.items()}
        for _ in range(bench.repeats):
            for way, (worker, drain) in ours.items():
                _measure(found, way, worker, partial(drain, bench.rows), bench.rows)
                found.add(way, added_mb=worker.peak_mb() - before[way])
            for way, name in _PEERS.items():
                _measure_peer(found, way, name, bench)
            found.add("the stub alone", wall=_stub_alone(bench))
    return _section(found, bench)


def _stream(worker: Worker, fmt: str, headers: tuple[str, ...], rows: int) -> None:
    download(worker.port, stream_request(fmt, rows, headers))


def _pages(worker: Worker, rows: int) -> None:
    run_load(worker.port, [paging(f"{API}/next", query_id(rows))])


def _relayed(worker: Worker, rows: int) -> None:
    download(worker.port, get(object_path(rows)))


def _stub_alone(bench: Bench) -> float:
    """Measure the seconds that the stub alone takes to send the object."""
    return download(bench.stub.port, get(object_path(bench.rows))) / bench.rows


def _measure(
    found: Measurements, way: str, worker: Worker, drain: Callable[[], object], rows: int
) -> None:
    cpu, started = worker.cpu_seconds(), time.perf_counter()
    drain()
    wall, cpu = time.perf_counter() - started, worker.cpu_seconds() - cpu
    # The kernel counts in hundredths of a second; less than one is taken for one.
    found.add(way, wall=wall / rows, cpu=max(cpu, 0.01) / rows, peak_mb=worker.peak_mb())


def _measure_peer(found: Measurements, way: str, name: str, bench: Bench) -> None:
    rows = bench.rows // _SLOW_SHARE if way in _SLOW else bench.rows
    measured = peer_client(name, bench.stub.port, rows)
    found.add(
        way,
        wall=measured["wall"] / rows,
        cpu=measured["cpu"] / rows,
        peak_mb=measured["peak_mb"],
        added_mb=measured["peak_mb"] - measured["before_mb"],
    )


def _section(found: Measurements, bench: Bench) -> Section:
    section = Section(
        f"drain: {bench.rows:,} rows to the caller",
        (
            "way",
            "rows per CPU second",
            "times the paginator [quartiles]",
            "wall, µs a row",
            "peak MB",
            "of it for the rows",
        ),
    )
    for way in (*_STREAMS, _NEXT, _RELAY, *_PEERS):
        section.rows.append(
            (
                way,
                number(1 / found.median(way, "cpu")),
                str(found.ratio(_PAGINATOR, way, "cpu")),
                number(found.median(way, "wall") * _MICROSECONDS),
                number(found.most(way, "peak_mb")),
                number(found.most(way, "added_mb")),
            )
        )
    csv, arrow = "GET /results, CSV", "GET /results, Arrow"
    limit = found.ratio(csv, "the stub alone", "wall")
    section.notes = [
        f"The stub alone gives the same bytes {limit} times as fast as the service gives CSV.",
        "Wall is that of a caller who throws everything away. The two slowest ways read a tenth of "
        "the rows.",
    ]
    peak, own = (
        found.most(arrow, figure) / found.most(_ARROW_CURSOR, figure)
        for figure in ("peak_mb", "added_mb")
    )
    section.targets = [
        Target(
            "wall of CSV, times boto3 get_object",
            found.ratio(csv, _GET_OBJECT, "wall").median,
            at_most=1.5,
        ),
        Target(
            "wall of CSV, times a plain relay",
            found.ratio(csv, _RELAY, "wall").median,
            at_most=2,
        ),
        Target(
            "wall of PyAthena's Cursor, times CSV",
            found.ratio(_CURSOR, csv, "wall").median,
            at_least=100,
        ),
        Target(
            "wall of ArrowCursor, times Arrow",
            found.ratio(_ARROW_CURSOR, arrow, "wall").median,
            at_least=2,
        ),
        Target("peak memory of Arrow, times ArrowCursor", peak, at_most=0.25),
        Target("what of it is for the rows, times ArrowCursor", own, at_most=0.25),
        Target(
            "NDJSON rows per CPU second",
            1 / found.median("GET /results, NDJSON", "cpu"),
            at_least=400_000,
        ),
    ]
    return section
