"""Prometheus metrics. Labels have few values: never an id, a tenant or input of a caller.

Under gunicorn each worker writes its metrics to a file in PROMETHEUS_MULTIPROC_DIR, which has to be
set before this module is imported, and each worker can expose the sum of all.
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
    "From a request to the end of its response, without the time it waited for a query to end.",
    ["method", "route"],
    buckets=(0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30, 60),
    registry=REGISTRY,
)
_requests_in_flight = Gauge(
    "data_hist_http_requests_in_flight",
    "Requests in flight, including those that wait for a query to end.",
    multiprocess_mode="livesum",
    registry=REGISTRY,
)
_problems = Counter(
    "data_hist_problems_total",
    "Responses that are a problem, and results that broke off, by the slug of the problem.",
    ["problem"],
    registry=REGISTRY,
)
_aws_calls = Counter(
    "data_hist_aws_calls_total",
    "Calls to AWS, each attempt one: ok, refused (4xx), throttled, failed (5xx) or unreachable.",
    ["operation", "outcome"],
    registry=REGISTRY,
)
_aws_call_seconds = Histogram(
    "data_hist_aws_call_duration_seconds",
    "From a call to AWS to its response, each attempt one; for GetObject to its first byte.",
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
    "Queries that one call of the poller describes.",
    buckets=(1, 2, 5, 10, 20, 35, 50),
    registry=REGISTRY,
)
_queries = Counter(
    "data_hist_queries_ended_total",
    "Ended queries by status and class of tenant (operator, customer), counted by the worker that "
    "started them.",
    ["status", "tenant_class"],
    registry=REGISTRY,
)
_scanned_bytes = Counter(
    "data_hist_scanned_bytes_total",
    "Bytes that these queries scanned, by class of tenant.",
    ["tenant_class"],
    registry=REGISTRY,
)
_streams = Counter(
    "data_hist_result_streams_total",
    "Streamed results, by format and by how they ended: whole, broken or client_left.",
    ["format", "completion"],
    registry=REGISTRY,
)
_streamed_bytes = Counter(
    "data_hist_result_stream_bytes_total",
    "Bytes of streamed results, as encoded.",
    ["format"],
    registry=REGISTRY,
)
_result_links = Counter(
    "data_hist_result_links_total",
    "Links to results in S3 that callers were given.",
    registry=REGISTRY,
)
_read_ahead = Counter(
    "data_hist_page_read_ahead_total",
    "Pages after the first whose bytes had been read ahead (hit) or not (miss).",
    ["outcome"],
    registry=REGISTRY,
)
_swept_results = Counter(
    "data_hist_swept_results_total",
    "Results past their retention that the service has deleted, or failed to delete.",
    ["outcome"],
    registry=REGISTRY,
)
_swept_bytes = Counter(
    "data_hist_swept_bytes_total",
    "Bytes of the results that the service has deleted.",
    registry=REGISTRY,
)

# Looking up a labelled child in the library takes longer than incrementing it.
_requests_of = lru_cache(None)(_requests.labels)
_request_seconds_of = lru_cache(None)(_request_seconds.labels)
_aws_calls_of = lru_cache(None)(_aws_calls.labels)
_aws_call_seconds_of = lru_cache(None)(_aws_call_seconds.labels)


@contextmanager
def one_request() -> Iterator[None]:
    """Count a request as in flight while the block runs."""
    with _requests_in_flight.track_inprogress():
        yield


def request_ended(
    method: str, route: str, status: int, seconds: float, problem: str | None
) -> None:
    """Count a request that has ended.

    Args:
        method: The method as sent; unusual ones are counted together as `other`.
        route: The path template.
        status: The status of the response.
        seconds: How long the service took.
        problem: The slug of the problem that it was answered with, if any.
    """
    method = method if method in _METHODS else "other"
    _requests_of(method, route, status).inc()
    _request_seconds_of(method, route).observe(seconds)
    if problem:
        _problems.labels(problem).inc()


def aws_call_ended(operation: str, outcome: str, seconds: float) -> None:
    """Count a call to AWS; the help text of the metric lists the outcomes."""
    _aws_calls_of(operation, outcome).inc()
    _aws_call_seconds_of(operation).observe(seconds)


@contextmanager
def one_waiter() -> Iterator[None]:
    """Count a request that waits for a query to end while the block runs."""
    with _waiters.track_inprogress():
        yield


def poller_asked(queries: int) -> None:
    """Record how many queries one call of the poller describes."""
    _batch_queries.observe(queries)


def query_ended(status: str, tenant_class: str, scanned_bytes: int) -> None:
    """Count a query that has ended; call it once for each."""
    _queries.labels(status, tenant_class).inc()
    _scanned_bytes.labels(tenant_class).inc(scanned_bytes)


def result_link_signed() -> None:
    """Count a link to a result, whether or not anybody opens it."""
    _result_links.inc()


def stream_ended(format: str, completion: str, sent_bytes: int) -> None:
    """Count a streamed result; the help text of the metric lists the completions."""
    _streams.labels(format, completion).inc()
    _streamed_bytes.labels(format).inc(sent_bytes)


def read_ahead_looked_up(*, found: bool) -> None:
    """Count a lookup of a page among the pages that were read ahead."""
    _read_ahead.labels("hit" if found else "miss").inc()


def results_swept(deleted: int, failed: int, deleted_bytes: int) -> None:
    """Count what one sweep did."""
    _swept_results.labels("deleted").inc(deleted)
    _swept_results.labels("failed").inc(failed)
    _swept_bytes.inc(deleted_bytes)


def exposition() -> bytes:
    """Render the metrics of all workers in Prometheus's text format."""
    if "PROMETHEUS_MULTIPROC_DIR" not in os.environ:
        return generate_latest(REGISTRY)
    all_workers = CollectorRegistry()
    MultiProcessCollector(all_workers)  # type: ignore[no-untyped-call]
    return generate_latest(all_workers)
