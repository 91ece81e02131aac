"""The service's numbers for Prometheus: the one owner of prometheus_client.

Under gunicorn each worker keeps its numbers in a file, and any of them adds all up when asked; the
environment variable PROMETHEUS_MULTIPROC_DIR names the folder, and has to stand before this module
is imported. A label has few values, all of them ours: never an id, a tenant or what a caller sent.
"""

import os
from collections.abc import Iterator
from contextlib import contextmanager
from functools import lru_cache

from prometheus_client import CollectorRegistry, Counter, Gauge, Histogram, generate_latest
from prometheus_client.exposition import CONTENT_TYPE_PLAIN_0_0_4
from prometheus_client.multiprocess import MultiProcessCollector

CONTENT_TYPE = CONTENT_TYPE_PLAIN_0_0_4

REGISTRY = CollectorRegistry()

_METHODS = frozenset({"GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS"})

_requests = Counter(
    "data_hist_http_requests_total",
    "Requests that were answered.",
    ["method", "route", "status"],
    registry=REGISTRY,
)
_request_seconds = Histogram(
    "data_hist_http_request_duration_seconds",
    "From a request to the end of its answer, without the time it waited for a query to end.",
    ["method", "route"],
    buckets=(0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30, 60),
    registry=REGISTRY,
)
_requests_in_flight = Gauge(
    "data_hist_http_requests_in_flight",
    "Requests that are being answered, among them those that wait for a query to end.",
    multiprocess_mode="livesum",
    registry=REGISTRY,
)
_problems = Counter(
    "data_hist_problems_total",
    "Answers that were a problem, and results that broke off, by the problem's slug.",
    ["problem"],
    registry=REGISTRY,
)
_aws_calls = Counter(
    "data_hist_aws_calls_total",
    "Calls of AWS, each attempt one: ok, refused (4xx), throttled, failed (5xx) or unreachable.",
    ["operation", "outcome"],
    registry=REGISTRY,
)
_aws_call_seconds = Histogram(
    "data_hist_aws_call_duration_seconds",
    "From a call of AWS to its answer, each attempt one; for GetObject until its first byte.",
    ["operation"],
    buckets=(0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30),
    registry=REGISTRY,
)
_waiters = Gauge(
    "data_hist_poller_waiters",
    "Requests that wait for a query to end.",
    multiprocess_mode="livesum",
    registry=REGISTRY,
)
_batch_queries = Histogram(
    "data_hist_poller_batch_queries",
    "Queries that one call of the poller asked Athena about.",
    buckets=(1, 2, 5, 10, 20, 35, 50),
    registry=REGISTRY,
)
_queries = Counter(
    "data_hist_queries_ended_total",
    "Queries whose end was seen by the worker that started them, by their status.",
    ["status"],
    registry=REGISTRY,
)
_scanned_bytes = Counter(
    "data_hist_scanned_bytes_total",
    "Bytes that these queries scanned.",
    registry=REGISTRY,
)
_streams = Counter(
    "data_hist_result_streams_total",
    "Whole results that were sent, by format and by how they ended: whole, broken or client_left.",
    ["format", "completion"],
    registry=REGISTRY,
)
_streamed_bytes = Counter(
    "data_hist_result_stream_bytes_total",
    "Bytes of whole results that were sent, as encoded.",
    ["format"],
    registry=REGISTRY,
)
_read_ahead = Counter(
    "data_hist_page_read_ahead_total",
    "Pages after the first whose bytes had been read already (hit) or had not (miss).",
    ["outcome"],
    registry=REGISTRY,
)
_swept_results = Counter(
    "data_hist_swept_results_total",
    "Results past their retention that the service found: deleted, or failed to be.",
    ["outcome"],
    registry=REGISTRY,
)
_swept_bytes = Counter(
    "data_hist_swept_bytes_total",
    "Bytes of the results that it deleted.",
    registry=REGISTRY,
)

# Finding a labelled child in the library takes longer than counting it up.
_requests_of = lru_cache(None)(_requests.labels)
_request_seconds_of = lru_cache(None)(_request_seconds.labels)
_aws_calls_of = lru_cache(None)(_aws_calls.labels)
_aws_call_seconds_of = lru_cache(None)(_aws_call_seconds.labels)


@contextmanager
def one_request() -> Iterator[None]:
    """Count a request for as long as it is being answered."""
    with _requests_in_flight.track_inprogress():
        yield


def request_ended(
    method: str, route: str, status: int, seconds: float, problem: str | None
) -> None:
    """Count a request that is over.

    Args:
        method: As sent; what is no common method is counted as one.
        route: The template of the path.
        status: Of the response.
        seconds: The time it took the service.
        problem: The slug of the problem that it was answered with, if any.
    """
    method = method if method in _METHODS else "other"
    _requests_of(method, route, status).inc()
    _request_seconds_of(method, route).observe(seconds)
    if problem:
        _problems.labels(problem).inc()


def aws_call_ended(operation: str, outcome: str, seconds: float) -> None:
    """Count a call of AWS; the outcomes are those of the metric's help."""
    _aws_calls_of(operation, outcome).inc()
    _aws_call_seconds_of(operation).observe(seconds)


@contextmanager
def one_waiter() -> Iterator[None]:
    """Count who waits for a query to end, for as long as that takes."""
    with _waiters.track_inprogress():
        yield


def poller_asked(queries: int) -> None:
    """Take the number of queries that one call of the poller was about."""
    _batch_queries.observe(queries)


def query_ended(status: str, scanned_bytes: int) -> None:
    """Count a query that has ended, once."""
    _queries.labels(status).inc()
    _scanned_bytes.inc(scanned_bytes)


def stream_ended(format: str, completion: str, sent_bytes: int) -> None:
    """Count a whole result that was sent, or was begun to be; as the metric's help has it."""
    _streams.labels(format, completion).inc()
    _streamed_bytes.labels(format).inc(sent_bytes)


def read_ahead_looked_up(*, found: bool) -> None:
    """Count a look for a page's bytes among those that were read ahead."""
    _read_ahead.labels("hit" if found else "miss").inc()


def results_swept(deleted: int, failed: int, deleted_bytes: int) -> None:
    """Count what one pass of the sweeper did."""
    _swept_results.labels("deleted").inc(deleted)
    _swept_results.labels("failed").inc(failed)
    _swept_bytes.inc(deleted_bytes)


def exposition() -> bytes:
    """All numbers of all workers, in Prometheus's text format."""
    if "PROMETHEUS_MULTIPROC_DIR" not in os.environ:
        return generate_latest(REGISTRY)
    everybody = CollectorRegistry()
    MultiProcessCollector(everybody)  # type: ignore[no-untyped-call]
    return generate_latest(everybody)
