"""A request too many is refused at the socket, in the same way on every route."""

from concurrent.futures import FIRST_COMPLETED, ThreadPoolExecutor, wait
from typing import Any

import httpx
import pytest

from data_hist.app import Limits
from data_hist.http.concurrency_limit import ConcurrencyLimits
from data_hist.http.middleware import RequestLimits
from tests.support.api_calls import UNKNOWN_ID, assert_problem
from tests.support.contract import SPEC
from tests.support.held_service import full_service
from tests.support.log_lines import log_lines
from tests.support.metric_values import metric_values, series

# It only turns a hang into a failure.
WAIT_SECONDS = 120
LONG_QUEUE = ConcurrencyLimits(queue_seconds=WAIT_SECONDS)
ROUTE = "/v0/data_hist/status/{query_id}"


def test_requests_too_many_are_refused_and_the_others_are_served(endpoint_url: str) -> None:
    with full_service(endpoint_url, 2) as (client, _):
        for response in (
            client.get(f"/status/{UNKNOWN_ID}"),
            client.post("/query", json={"query": "SELECT 1"}),
            client.get("/tables"),
        ):
            assert_problem(response, 503, "overloaded")
            assert int(response.headers["retry-after"]) >= 1
        for path in ("/healthz", "/readyz", "/metrics"):
            assert client.get(client.base_url.copy_with(path=path)).status_code == 200


def test_queued_requests_are_served(endpoint_url: str) -> None:
    limits = Limits(concurrency=LONG_QUEUE)
    with (
        ThreadPoolExecutor(4) as threads,
        full_service(endpoint_url, 1, limits) as (client, engine),
    ):
        quick = [threads.submit(client.get, "/tables") for _ in range(2)]
        polling = [
            threads.submit(client.get, f"/status/{UNKNOWN_ID}", **request)  # type: ignore[arg-type]
            for request in ({"params": {"wait_seconds": 20}}, {"headers": {"Prefer": "wait=20"}})
        ]
        # The queue has room for one of the two.
        refused, queued = wait(quick, WAIT_SECONDS, FIRST_COMPLETED)
        engine.go.set()

        assert [answer.result().status_code for answer in (*refused, *queued)] == [503, 200]
        assert [answer.result().status_code for answer in polling] == [404, 404]


def until_refused(client: httpx.Client) -> None:
    """Wait until the queue is full, so that no other request is admitted."""
    while client.get("/tables", timeout=WAIT_SECONDS).status_code != 503:
        pass


WAITING: dict[str, dict[str, Any]] = {
    "plain": {},
    "header": {"headers": {"Prefer": "wait=20"}},
    "parameter": {"params": {"wait_seconds": 20}},
}
BODIES: dict[str, dict[str, Any]] = {
    "submit_query": {"query": "SELECT 1", "wait_seconds": 20},
    "cancel_by_key": {"query": "SELECT 1", "wait_seconds": 20},
    "next_page": {"query_id": UNKNOWN_ID, "wait_seconds": 20},
}
OPERATIONS = {
    operation["operationId"]: (method.upper(), path)
    for path, operations in SPEC["paths"].items()
    for method, operation in operations.items()
    if method != "parameters"
}


def ask(client: httpx.Client, operation: str, **waiting: Any) -> httpx.Response:
    method, path = OPERATIONS[operation]
    address = path.replace("{query_id}", UNKNOWN_ID).replace("{table}", "events")
    return client.request(method, address, json=BODIES.get(operation), **waiting)


def test_only_long_polls_of_status_are_queued_without_limit(full: httpx.Client) -> None:
    """A wait in a body, or where the API specification has none, does not avoid the refusal."""
    refused = 0
    for operation in OPERATIONS:
        for way, waiting in WAITING.items():
            if operation != "get_status" or way == "plain":
                assert_problem(ask(full, operation, **waiting), 503, "overloaded")
                refused += 1

    assert refused == len(OPERATIONS) * len(WAITING) - 2


def test_long_polls_of_ended_queries_are_not_at_work_more_than_others(endpoint_url: str) -> None:
    """They queue, and none is answered while other requests hold all the slots."""
    with ThreadPoolExecutor(12) as threads, full_service(endpoint_url, 1) as (client, engine):
        polls = [
            threads.submit(ask, client, "get_status", **WAITING[way])
            for way in ("header", "parameter") * 5
        ]
        until_refused(client)
        assert not any(poll.done() for poll in polls)
        engine.go.set()

        assert [poll.result().status_code for poll in polls] == [404] * len(polls)


def test_refused_request_has_its_line_and_is_counted(full: httpx.Client) -> None:
    counted = series("data_hist_http_requests_total", method="GET", route=ROUTE, status="503")
    problems = series("data_hist_problems_total", problem="overloaded")
    before = metric_values(full)
    with log_lines() as lines:
        response = full.get(f"/status/{UNKNOWN_ID}", headers={"X-Request-Id": "mine"})

        line = lines.about("mine")

    assert response.headers["x-request-id"] == "mine"
    assert (line["method"], line["route"], line["status"]) == ("GET", ROUTE, 503)
    assert (line["problem"], line["completion"]) == ("overloaded", "whole")
    assert line["sent_bytes"] == len(response.content)
    after = metric_values(full)
    assert after[counted] - before[counted] == 1
    assert after[problems] - before[problems] == 1


def test_time_in_the_queue_is_not_time_of_the_body(endpoint_url: str) -> None:
    limits = Limits(concurrency=LONG_QUEUE, requests=RequestLimits(body_seconds=0.1))
    with (
        ThreadPoolExecutor(1) as threads,
        full_service(endpoint_url, 1, limits) as (client, engine),
    ):
        query = threads.submit(client.post, "/query", json={"query": "SELECT 1"})
        with pytest.raises(TimeoutError):
            query.result(0.3)
        engine.go.set()

        assert query.result().status_code == 200
