"""One question to its end: which requests are sent, and when the query is cancelled."""

import json
from collections.abc import Callable, Iterable
from dataclasses import replace
from typing import Any

import httpx
import pytest
from data_hist_client import (
    DataHistError,
    InvalidSql,
    QueryCancelled,
    QueryFailed,
    QueryState,
    QueryTimeout,
    ServiceUnreachable,
    TooManyRequests,
)

from tests.scripted import QUERY_ID, TurnedClock, client_of, problem, query

PAGE = {
    "query_id": QUERY_ID,
    "columns": [{"name": "x", "type": "decimal"}],
    "rows": [["1.10"]],
    "row_offset": 0,
    "paging_token": None,
}
DELETED = ("DELETE", f"/v1/data_hist/query/{QUERY_ID}")
CANCELLED_BY_KEY = ("POST", "/v1/data_hist/query/cancel")
SUBMITTED = ("POST", "/v1/data_hist/query")
POLLED = ("GET", f"/v1/data_hist/status/{QUERY_ID}")


class Service:
    """Answers with these responses in turn; cancels have an answer of their own."""

    def __init__(self, answers: Iterable[httpx.Response | BaseException]) -> None:
        self._answers = iter(answers)
        self.requests: list[httpx.Request] = []
        self.clock = TurnedClock()
        self.client = client_of(self._answer, self.clock)

    def _answer(self, request: httpx.Request) -> httpx.Response:
        self.requests.append(request)
        if (request.method, request.url.path) in (DELETED, CANCELLED_BY_KEY):
            return httpx.Response(200, json=query("CANCELLED"))
        # A long poll takes its time.
        self.clock.now += float(self.waits(request))
        answer = next(self._answers)
        if isinstance(answer, BaseException):
            raise answer
        return answer

    @staticmethod
    def waits(request: httpx.Request) -> float:
        if request.content:
            return float(json.loads(request.content).get("wait_seconds", 0))
        return float(request.url.params.get("wait_seconds", 0))

    @property
    def paths(self) -> list[tuple[str, str]]:
        return [(each.method, each.url.path) for each in self.requests]


def state(status: str, **members: Any) -> httpx.Response:
    return httpx.Response(200, json=query(status, **members))


def failing(slug: str, status: int, **members: Any) -> httpx.Response:
    return httpx.Response(status, json=problem(slug, status, **members))


RUNNING = state("RUNNING")
FINISHED = state("FINISHED", page=PAGE)
BROKEN = httpx.ReadError("The connection broke.")


def test_a_short_query_takes_one_request() -> None:
    service = Service([FINISHED])

    result = service.client.query("SELECT 1.10 AS x", [1])

    assert [str(value) for row in result for value in row] == ["1.10"]
    assert service.paths == [SUBMITTED]
    assert json.loads(service.requests[0].content) == {
        "query": "SELECT 1.10 AS x",
        "parameters": [1],
        "wait_seconds": 20,
        "results_per_page": 1000,
    }


def test_a_long_query_is_followed_by_long_polls() -> None:
    service = Service([state("QUEUED"), RUNNING, state("QUEUED"), FINISHED])

    service.client.query("SELECT 1")

    assert service.paths == [SUBMITTED, POLLED, POLLED, POLLED]
    assert [service.waits(request) for request in service.requests] == [20] * 4
    assert service.clock.slept == []


def test_who_watches_sees_each_state() -> None:
    service = Service([state("QUEUED"), RUNNING, FINISHED])
    seen: list[str] = []

    service.client.query("SELECT 1", watch=lambda state: seen.append(state.status))

    assert seen == ["QUEUED", "RUNNING", "FINISHED"]
    assert {service.waits(request) for request in service.requests} == {1}


def test_a_repeated_submit_has_the_same_key() -> None:
    service = Service([BROKEN, httpx.Response(502), FINISHED])

    service.client.query("SELECT 1")

    assert service.paths == [SUBMITTED] * 3
    assert len({request.headers["Idempotency-Key"] for request in service.requests}) == 1
    assert service.clock.slept == [0.5, 1.0]


def test_a_poll_that_did_not_wait_is_not_repeated_at_once() -> None:
    service = Service([])
    answers = iter(
        [RUNNING, httpx.Response(200, json=query("RUNNING"), headers={"Retry-After": "3"})]
    )
    client = client_of(lambda _: next(answers, FINISHED), service.clock)

    client.query("SELECT 1")

    assert service.clock.slept == [3.0]


@pytest.mark.parametrize(
    ("answers", "error", "cancels"),
    [
        # Nothing runs.
        ([failing("invalid-sql", 422)], InvalidSql, []),
        ([failing("too-many-queries", 429, retryable=True)] * 4, TooManyRequests, []),
        ([RUNNING, failing("invalid-sql", 422)], InvalidSql, []),
        ([state("FAILED", error={"code": "X", "detail": "y"})], QueryFailed, []),
        ([RUNNING, state("CANCELLED")], QueryCancelled, []),
        # It may run.
        ([BROKEN] * 4, ServiceUnreachable, [CANCELLED_BY_KEY]),
        ([httpx.Response(504)] * 4, DataHistError, [CANCELLED_BY_KEY]),
        ([httpx.Response(200, text="a page of a proxy")], DataHistError, [CANCELLED_BY_KEY]),
        ([KeyboardInterrupt()], KeyboardInterrupt, [CANCELLED_BY_KEY]),
        ([RUNNING, KeyboardInterrupt()], KeyboardInterrupt, [DELETED]),
        ([RUNNING, *[BROKEN] * 4], ServiceUnreachable, [DELETED]),
        ([RUNNING, *[failing("throttled", 429, retryable=True)] * 4], TooManyRequests, [DELETED]),
    ],
)
def test_a_query_that_nobody_waits_for_is_cancelled(
    answers: list[httpx.Response | BaseException],
    error: type[BaseException],
    cancels: list[tuple[str, str]],
) -> None:
    service = Service(answers)

    with pytest.raises(error):
        service.client.query("SELECT 1")

    assert [path for path in service.paths if path not in (SUBMITTED, POLLED)] == cancels


def test_a_cancel_by_key_repeats_key_and_body() -> None:
    service = Service([KeyboardInterrupt()])

    with pytest.raises(KeyboardInterrupt):
        service.client.query("SELECT ?", [1], max_age_minutes=5)

    submit, cancel = service.requests
    assert submit.headers["Idempotency-Key"] == cancel.headers["Idempotency-Key"]
    body = {"query": "SELECT ?", "parameters": [1], "max_age_minutes": 5}
    assert json.loads(cancel.content) == body
    assert json.loads(submit.content).items() >= body.items()


def test_a_timeout_cancels_the_query() -> None:
    service = Service([RUNNING] * 3)

    with pytest.raises(QueryTimeout) as raised:
        service.client.query("SELECT 1", timeout_seconds=45)

    assert raised.value.query_id == QUERY_ID
    assert service.paths == [SUBMITTED, POLLED, POLLED, DELETED]
    assert service.clock.now == 45


def test_a_started_query_goes_on_after_a_timeout() -> None:
    service = Service([RUNNING, RUNNING, FINISHED])
    query = service.client.submit("SELECT 1")

    with pytest.raises(QueryTimeout):
        query.wait(timeout_seconds=5)

    assert DELETED not in service.paths
    assert query.wait().query.status == "FINISHED"


def test_an_interrupt_while_cancelling_ends_it() -> None:
    requests: list[str] = []

    def interrupted(request: httpx.Request) -> httpx.Response:
        requests.append(request.method)
        raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        client_of(interrupted).query("SELECT 1")

    assert requests == ["POST", "POST"]


@pytest.mark.parametrize(
    "use", [lambda client: client.result(QUERY_ID), lambda client: client.submit("SELECT 1").wait()]
)
def test_a_result_of_a_running_query_is_waited_for(use: Callable[[Any], Any]) -> None:
    service = Service([RUNNING, RUNNING, FINISHED])

    assert use(service.client).rows() != []


def test_a_state_of_another_time_has_only_what_is_known() -> None:
    service = Service([FINISHED])

    found: QueryState = service.client.status(QUERY_ID)

    assert replace(found, page=None).sql == "SELECT 1"


@pytest.mark.parametrize(
    ("answer", "timeout_seconds", "error", "slept"),
    [
        (BROKEN, 1, ServiceUnreachable, [0.5]),
        (BROKEN, 0, ServiceUnreachable, []),
        ("2", 5, TooManyRequests, [2, 2]),
        ("2", 1, TooManyRequests, []),
    ],
)
def test_nothing_is_sent_again_after_the_timeout(
    answer: Any, timeout_seconds: float, error: type[DataHistError], slept: list[float]
) -> None:
    clock = TurnedClock()

    def refuse(request: httpx.Request) -> httpx.Response:
        if request.url.path == CANCELLED_BY_KEY[1]:
            return httpx.Response(200, json=query("CANCELLED"))
        if isinstance(answer, Exception):
            raise answer
        busy = problem("throttled", 429, retryable=True)
        return httpx.Response(429, json=busy, headers={"Retry-After": answer})

    with pytest.raises(error):
        client_of(refuse, clock).query("SELECT 1", timeout_seconds=timeout_seconds)

    assert clock.slept == slept


def test_a_response_is_waited_for_no_longer_than_the_timeout() -> None:
    service = Service([RUNNING, FINISHED])

    service.client.query("SELECT 1", timeout_seconds=25)

    assert [each.extensions["timeout"]["read"] for each in service.requests] == [25, 6]


def test_a_poll_that_did_not_wait_pauses_no_longer_than_the_timeout() -> None:
    service = Service([])
    answers = iter(
        [RUNNING, httpx.Response(200, json=query("RUNNING"), headers={"Retry-After": "30"})]
    )
    client = client_of(lambda _: next(answers, RUNNING), service.clock)

    with pytest.raises(QueryTimeout):
        client.query("SELECT 1", timeout_seconds=5)

    assert service.clock.now == 5
