"""Submit and read status under load, also while others page."""

import itertools
from contextlib import ExitStack

from benchmarks.bench import Bench
from benchmarks.cases.drain import API
from benchmarks.http_load import Following, Repeated, get, paging, post, run_load
from benchmarks.processes import Worker, peer_client, peer_service, service
from benchmarks.report import Measurements, Section, Target, number, percentile
from benchmarks.stub import FINISHED, RUNNING, query_id

_OURS = "data_hist"
_CONTROL = "the same again (control)"
_STARLETTE = "Starlette"
_FASTAPI = "FastAPI"
_ALONE = "boto3, no service"
_PREFIX = {_OURS: API, _CONTROL: API, _STARLETTE: "", _FASTAPI: ""}
_ALONE_CALLS = {
    "status": "boto3_status",
    "status, running": "boto3_status",
    "submit": "boto3_submit",
    "submit, new text": "boto3_submit",
}
_AT_MOST = {"status": 0.5, "status, running": 1.3, "submit": 1.3}
_CALLERS = 16
_REQUESTS = 800
_CALLS_ALONE = 300
_SQL = "SELECT servicename, data FROM events WHERE createdtimestamp > {} LIMIT 10"
_FIRST_MOMENT = 1_700_000_000_000
_ENOUGH_ROWS = 100_000_000
_BUSY_PAGERS = 8
_BUSY_REQUESTS = 300
# No text is sent twice, so that no service knows it.
_moments = itertools.count(_FIRST_MOMENT + 1)


def run(bench: Bench) -> Section:
    """Measure every operation of every service, in each repeat."""
    found = Measurements()
    with ExitStack() as running:
        workers = {
            _OURS: running.enter_context(service(bench.stub.port)),
            _CONTROL: running.enter_context(service(bench.stub.port)),
            _STARLETTE: running.enter_context(peer_service("starlette_app", bench.stub.port)),
            _FASTAPI: running.enter_context(peer_service("fastapi_app", bench.stub.port)),
        }
        for operation in _ALONE_CALLS:
            for way, worker in workers.items():
                _load(worker, way, operation, _CALLERS)
        for _ in range(bench.repeats):
            for operation in _ALONE_CALLS:
                for way, worker in workers.items():
                    _measure(found, way, worker, operation, bench.count(_REQUESTS))
                _measure_alone(found, operation, bench)
            for way in (_OURS, _CONTROL, _STARLETTE):
                _measure_busy(found, way, workers[way], bench)
            found.add("the stub alone", rps=_stub_rate(bench))
    return _section(found)


def _request(way: str, operation: str, caller: int = 0, moment: int = _FIRST_MOMENT) -> bytes:
    if operation.startswith("submit"):
        return post(f"{_PREFIX[way]}/query", {"query": _SQL.format(moment)})
    state = RUNNING if operation == "status, running" else FINISHED
    return get(f"{_PREFIX[way]}/status/{query_id(10, state, caller)}")


def _load(worker: Worker, way: str, operation: str, requests: int) -> float:
    """Send requests from all callers, each about its own query; return the seconds."""
    each = requests // _CALLERS
    callers = [_caller(way, operation, caller, each) for caller in range(_CALLERS)]
    return run_load(worker.port, callers).seconds


def _caller(way: str, operation: str, caller: int, requests: int) -> Following:
    if operation != "submit, new text":
        return Repeated(_request(way, operation, caller), requests)
    texts = (_request(way, operation, moment=next(_moments)) for _ in range(requests))
    return lambda _response: next(texts, None)


def _measure(found: Measurements, way: str, worker: Worker, operation: str, requests: int) -> None:
    cpu = worker.cpu_seconds()
    seconds = _load(worker, way, operation, requests)
    cpu = worker.cpu_seconds() - cpu
    found.add(f"{way} {operation}", cpu_ms=cpu / requests * 1000, rps=requests / seconds)


def _measure_alone(found: Measurements, operation: str, bench: Bench) -> None:
    calls = bench.count(_CALLS_ALONE)
    alone = peer_client(_ALONE_CALLS[operation], bench.stub.port, calls)
    found.add(
        f"{_ALONE} {operation}", cpu_ms=alone["cpu"] / calls * 1000, rps=calls / alone["wall"]
    )


def _measure_busy(found: Measurements, way: str, worker: Worker, bench: Bench) -> None:
    """Measure the latency of status for two callers, first alone and then while others page."""
    for figure, pagers in (("idle_p99_ms", 0), ("busy_p99_ms", _BUSY_PAGERS)):
        status = Repeated(_request(way, "status"), bench.count(_BUSY_REQUESTS))
        path = f"{_PREFIX[way]}/next"
        others: list[Following] = [
            paging(path, query_id(_ENOUGH_ROWS), until=status.is_done) for _ in range(pagers)
        ]
        load = run_load(worker.port, [status, status, *others])
        seen = [*load.latencies_ms[0], *load.latencies_ms[1]]
        found.add(way, **{figure: percentile(seen, 99)})


def _stub_rate(bench: Bench) -> float:
    """Measure the requests per second of the stub alone, from the same callers."""
    body = b'{"QueryExecutionId":"' + query_id(10).encode() + b'"}'
    head = (
        "POST / HTTP/1.1\r\nX-Amz-Target: AmazonAthena.GetQueryExecution\r\n"
        f"Content-Length: {len(body)}\r\n\r\n"
    )
    count = bench.count(20_000)
    shared = Repeated(head.encode() + body, count)
    return count / run_load(bench.stub.port, [shared] * _CALLERS).seconds


def _section(found: Measurements) -> Section:
    section = Section(
        f"requests: {_CALLERS} callers",
        ("operation", "way", "requests/s", "CPU ms", "CPU, times Starlette [quartiles]"),
    )
    for operation in _ALONE_CALLS:
        for way in (*_PREFIX, _ALONE):
            who, starlette = f"{way} {operation}", f"{_STARLETTE} {operation}"
            section.rows.append(
                (
                    operation,
                    way,
                    number(found.median(who, "rps")),
                    number(found.median(who, "cpu_ms")),
                    str(found.ratio(who, starlette, "cpu_ms")),
                )
            )
    section.notes = [
        f"The stub alone answers {number(found.median('the stub alone', 'rps'))} requests a second "
        "to the same callers on its own core.",
        *(_busy_note(found, way) for way in (_OURS, _CONTROL, _STARLETTE)),
    ]
    section.targets = [
        Target(
            f"CPU of {operation}, times Starlette",
            found.ratio(f"{_OURS} {operation}", f"{_STARLETTE} {operation}", "cpu_ms").median,
            at_most=at_most,
        )
        for operation, at_most in _AT_MOST.items()
    ]
    return section


def _busy_note(found: Measurements, way: str) -> str:
    idle, busy = (number(found.median(way, f"{when}_p99_ms")) for when in ("idle", "busy"))
    return (
        f"{way}: p99 of status for two callers is {idle} ms, and {busy} ms while "
        f"{_BUSY_PAGERS} others page."
    )
