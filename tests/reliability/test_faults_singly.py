"""Every fault of AWS, on every operation: a right answer or a documented problem, in time."""

import logging
from collections.abc import Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import ExitStack, contextmanager

import httpx
import pytest

from tests.reliability import calls
from tests.reliability.calls import Call
from tests.reliability.fault_proxy import Fault, FaultProxy, any_of, fault_proxy, on
from tests.reliability.faults import OPERATIONS, PASSING, SLOW
from tests.reliability.short_limits import ENDLESS_RETRIES, SHORT_PAUSES
from tests.support.api_calls import submitted
from tests.support.queries import SLOW as ENDLESS_QUERY
from tests.support.queries import numbers
from tests.support.running_service import running_service, settings_for

CALLS: dict[str, list[Call]] = {
    "StartQueryExecution": [calls.submit, calls.cancel_by_key],
    "BatchGetQueryExecution": [calls.status, calls.queries],
    "GetQueryResults": [calls.page],
    "StopQueryExecution": [calls.cancel],
    "ListQueryExecutions": [calls.queries],
    "GetWorkGroup": [calls.ready],
    "HeadBucket": [calls.ready],
    "HeadObject": [calls.stream_of("csv")],
    "GetObject": [calls.page, calls.stream_of("csv"), calls.stream_of("ndjson")],
}
# Everything else needs these, so that they are slow only when nothing else is.
NEEDED_BY_ALL = {"BatchGetQueryExecution", "HeadBucket"}
# Longer than any deadline of the service, and a small part of what an answer would take.
PATIENCE_SECONDS = 40
MOST_TRIES = 5


@pytest.fixture(scope="module")
def spoilt_service(proxy: FaultProxy) -> Iterator[tuple[httpx.Client, FaultProxy]]:
    with running_service(settings_for(proxy.url), limits=SHORT_PAUSES) as service:
        yield service, proxy


@pytest.fixture(scope="module")
def finished(client: httpx.Client) -> str:
    """A query with more rows than a page."""
    return str(submitted(client, numbers(1200))["query_id"])


@contextmanager
def endless_query(client: httpx.Client) -> Iterator[str]:
    """A query that goes on until somebody stops it."""
    query_id = str(client.post("/query", json={"query": ENDLESS_QUERY}).json()["query_id"])
    try:
        yield query_id
    finally:
        client.delete(f"/query/{query_id}")


@contextmanager
def query_for(client: httpx.Client, operation: str, finished: str) -> Iterator[str]:
    """A query that the operation makes sense for."""
    if operation == "StopQueryExecution":
        with endless_query(client) as query_id:
            yield query_id
    elif operation in ("BatchGetQueryExecution", "GetQueryResults"):
        # The end of a query and the columns of its result are remembered.
        yield str(submitted(client, numbers(1001))["query_id"])
    else:
        yield finished


def answers_rightly(call: Call, response: httpx.Response, direct: httpx.Response) -> bool:
    """Whether it is what a service says that has no faults before it."""
    if call in (calls.submit, calls.cancel_by_key):
        return response.json()["query_id"] is not None
    if call is calls.cancel:
        return bool(response.json()["query_id"] == direct.json()["query_id"])
    if call is calls.page:
        # Where the next page begins is told in another way when the object cannot be read.
        page, expected = response.json(), direct.json()
        assert page.pop("paging_token")
        assert expected.pop("paging_token")
        return bool(page == expected)
    return response.content == direct.content


def assert_call_bears_it(
    client: httpx.Client, service: httpx.Client, call: Call, query_id: str
) -> None:
    try:
        response = call(service, query_id)
    except httpx.RemoteProtocolError:
        # A stream that breaks off says so; nothing else may.
        assert call not in calls.OPERATION_IDS
        return
    if response.status_code == 200:
        assert answers_rightly(call, response, call(client, query_id)), response.text[:500]
    else:
        calls.assert_documented_problem(call, response)


@pytest.mark.parametrize(
    "case",
    [
        pytest.param((operation, fault), id=f"{operation}: {name}")
        for operation, faults in OPERATIONS.items()
        for name, fault in faults.items()
    ],
)
def test_fault_that_stays(
    client: httpx.Client,
    spoilt_service: tuple[httpx.Client, FaultProxy],
    finished: str,
    caplog: pytest.LogCaptureFixture,
    case: tuple[str, Fault],
) -> None:
    service, proxy = spoilt_service
    operation, fault = case
    before = proxy.spoilt[operation]

    with (
        query_for(client, operation, finished) as query_id,
        proxy.spoiling(on(fault, operation)),
        caplog.at_level(logging.INFO),
    ):
        for _ in range(MOST_TRIES):
            for call in CALLS[operation]:
                assert_call_bears_it(client, service, call, query_id)
            # A connection that the fault before has closed may break before the call is made.
            if proxy.spoilt[operation] > before:
                break

    assert proxy.spoilt[operation] > before
    ours = [each.getMessage() for each in caplog.records if each.name.startswith("data_hist")]
    calls.assert_nothing_secret("\n".join(ours))


@pytest.mark.parametrize("operation", [each for each in CALLS if calls.ready not in CALLS[each]])
def test_fault_that_passes_is_not_seen(
    client: httpx.Client, endpoint_url: str, finished: str, operation: str
) -> None:
    call = CALLS[operation][0]
    faults = [fault for name, fault in OPERATIONS[operation].items() if name in PASSING]
    with (
        fault_proxy(endpoint_url) as proxy,
        running_service(settings_for(proxy.url), limits=ENDLESS_RETRIES) as service,
    ):
        for fault in faults:
            with (
                query_for(client, operation, finished) as query_id,
                proxy.spoiling(on(fault, operation, times=1)),
            ):
                response = call(service, query_id)

                assert response.status_code == 200, response.text
                assert answers_rightly(call, response, call(client, query_id))
        assert proxy.spoilt[operation] == len(faults)


def test_answer_that_never_comes_is_not_waited_for(
    client: httpx.Client, endpoint_url: str, finished: str
) -> None:
    """All operations at once, each slow with a query of its own."""
    of_one_query = ("GetQueryResults", "HeadObject", "GetObject", "StopQueryExecution")
    queries = {each: str(submitted(client, numbers(1200))["query_id"]) for each in of_one_query}
    with ExitStack() as stack:
        threads = stack.enter_context(ThreadPoolExecutor(64))
        slow: list[tuple[FaultProxy, httpx.Client, Fault, str]] = []
        for fault in SLOW.values():
            proxy = stack.enter_context(fault_proxy(endpoint_url))
            service = stack.enter_context(
                running_service(settings_for(proxy.url), limits=SHORT_PAUSES)
            )
            service.timeout = httpx.Timeout(PATIENCE_SECONDS)
            slow.append((proxy, service, fault, stack.enter_context(endless_query(client))))

        def begin(operations: set[str]) -> Iterator[Future[None]]:
            for proxy, service, fault, endless in slow:
                ids = queries | {"StopQueryExecution": endless}
                proxy.spoil(any_of([on(fault, op, marker=ids.get(op, "")) for op in operations]))
                for operation in operations:
                    for call in CALLS[operation]:
                        arguments = (client, service, call, ids.get(operation, finished))
                        yield threads.submit(assert_call_bears_it, *arguments)

        for operations in (set(CALLS) - NEEDED_BY_ALL, NEEDED_BY_ALL):
            for asked in list(begin(operations)):
                asked.result()
        for proxy, *_ in slow:
            assert set(proxy.spoilt) == set(CALLS)
