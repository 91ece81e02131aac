"""Every fault of AWS, on every operation: a right answer or a documented problem, in time."""

import logging
from collections.abc import Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import ExitStack, contextmanager

import httpx
import pytest

from tests.api.calls import submitted
from tests.api.test_next import numbers
from tests.api.test_status import SLOW as ENDLESS_QUERY
from tests.reliability import calls
from tests.reliability.calls import Call
from tests.reliability.fault_proxy import Fault, FaultProxy, any_of, fault_proxy, on
from tests.reliability.faults import OPERATIONS, PASSING, SLOW
from tests.running_service import running_service, settings_for

CALLS: dict[str, list[Call]] = {
    "StartQueryExecution": [calls.submit],
    "BatchGetQueryExecution": [calls.status, calls.queries],
    "GetQueryResults": [calls.page],
    "StopQueryExecution": [calls.cancel],
    "ListQueryExecutions": [calls.queries],
    "GetWorkGroup": [calls.ready],
    "HeadBucket": [calls.ready],
    "HeadObject": [calls.stream_of("csv")],
    "GetObject": [calls.page, calls.stream_of("csv"), calls.stream_of("ndjson")],
}
OF_ONE_QUERY = ("GetQueryResults", "StopQueryExecution", "HeadObject", "GetObject")
# Everything else needs these, so that they are slow only when nothing else is.
NEEDED_BY_ALL = {"BatchGetQueryExecution", "HeadBucket"}
# Longer than any deadline of the service, and a small part of what an answer would take.
PATIENCE_SECONDS = 40


@pytest.fixture(scope="module", autouse=True)
def short_pauses() -> Iterator[None]:
    """Hundreds of failures are not waited out."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr("data_hist.poller._FIRST_BACKOFF_SECONDS", 0.01)
        patch.setattr("data_hist.athena.attempts._FIRST_PAUSE_SECONDS", 0.01)
        yield


@pytest.fixture(scope="module")
def proxy(endpoint_url: str) -> Iterator[FaultProxy]:
    with fault_proxy(endpoint_url) as proxy:
        yield proxy


@pytest.fixture(scope="module")
def service(proxy: FaultProxy) -> Iterator[httpx.Client]:
    with running_service(settings_for(proxy.url)) as service:
        yield service


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
    if call is calls.submit:
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
    ("operation", "fault"),
    [
        pytest.param(operation, fault, id=f"{operation}: {name}")
        for operation, faults in OPERATIONS.items()
        for name, fault in faults.items()
    ],
)
def test_fault_that_stays(
    client: httpx.Client,
    service: httpx.Client,
    proxy: FaultProxy,
    finished: str,
    caplog: pytest.LogCaptureFixture,
    operation: str,
    fault: Fault,
) -> None:
    before = proxy.spoilt[operation]

    with (
        query_for(client, operation, finished) as query_id,
        proxy.spoiling(on(fault, operation)),
        caplog.at_level(logging.INFO),
    ):
        for call in CALLS[operation]:
            assert_call_bears_it(client, service, call, query_id)

    assert proxy.spoilt[operation] > before
    calls.assert_nothing_secret(caplog.text)


@pytest.mark.parametrize("operation", [each for each in CALLS if calls.ready not in CALLS[each]])
def test_fault_that_passes_is_not_seen(
    client: httpx.Client,
    endpoint_url: str,
    finished: str,
    monkeypatch: pytest.MonkeyPatch,
    operation: str,
) -> None:
    # One after the other they are more than a process may make good for so few requests.
    monkeypatch.setattr("data_hist.call_limits.RetryBudget.take_retry", lambda _: True)
    call = CALLS[operation][0]
    faults = [fault for name, fault in OPERATIONS[operation].items() if name in PASSING]
    with fault_proxy(endpoint_url) as proxy, running_service(settings_for(proxy.url)) as service:
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
    with ExitStack() as stack:
        threads = stack.enter_context(ThreadPoolExecutor(64))
        queries = {
            operation: [str(submitted(client, numbers(1200))["query_id"]) for _ in calls_of_it]
            for operation, calls_of_it in CALLS.items()
            if operation in OF_ONE_QUERY
        }
        endless = [stack.enter_context(endless_query(client)) for _ in SLOW]
        services: dict[FaultProxy, httpx.Client] = {}
        for _ in SLOW:
            proxy = stack.enter_context(fault_proxy(endpoint_url))
            services[proxy] = stack.enter_context(running_service(settings_for(proxy.url)))
            services[proxy].timeout = httpx.Timeout(PATIENCE_SECONDS)

        def asked(operations: list[str]) -> Iterator[Future[None]]:
            slow = zip(services.items(), SLOW.values(), endless, strict=True)
            for (proxy, service), fault, queries["StopQueryExecution"][:] in slow:
                choices = []
                cases = []
                for operation in operations:
                    marked = queries.get(operation, [])
                    choices += [on(fault, operation, marker=each) for each in marked or [""]]
                    ids = marked or [finished] * len(CALLS[operation])
                    cases += list(zip(CALLS[operation], ids, strict=True))
                proxy.spoil(any_of(choices))
                for call, query_id in cases:
                    arguments = (client, service, call, query_id)
                    yield threads.submit(assert_call_bears_it, *arguments)

        for operations in (set(CALLS) - NEEDED_BY_ALL, NEEDED_BY_ALL):
            for each in list(asked(sorted(operations))):
                each.result()
        for proxy in services:
            assert set(proxy.spoilt) == set(CALLS)
