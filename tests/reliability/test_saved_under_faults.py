"""Saved questions while S3 fails: each is written once or not at all, and nothing else is told."""

from collections.abc import Callable, Iterator

import httpx
import pytest

from tests.reliability.calls import DOCUMENTED, assert_nothing_secret
from tests.reliability.fault_proxy import Fault, FaultProxy, on
from tests.reliability.faults import OF_BOTH, OF_S3, PASSING, lost, refused
from tests.reliability.short_limits import ENDLESS_RETRIES
from tests.support.api_calls import assert_problem
from tests.support.running_service import running_service, settings_for
from tests.support.saved_questions import OTHER, QUESTION, a_tenant, caller, listed, saved

# S3 refuses a condition only where there is one.
FAULTS = OF_BOTH | {name: fault for name, fault in OF_S3.items() if name != "precondition failed"}
# S3 has done what was asked.
DONE = ("lost", "cut off")
CONFLICT = refused("ConditionalRequestConflict", 409)
Send = Callable[..., httpx.Response]


@pytest.fixture(scope="module")
def service(proxy: FaultProxy) -> Iterator[httpx.Client]:
    settings = settings_for(proxy.url, tenant_required=True)
    with running_service(settings, limits=ENDLESS_RETRIES) as client:
        yield client


@pytest.fixture
def send(service: httpx.Client) -> Send:
    return caller(service, a_tenant())


def create(send: Send, _document: dict[str, str]) -> httpx.Response:
    return send("POST", "/saved", json=OTHER)


def read(send: Send, document: dict[str, str]) -> httpx.Response:
    return send("GET", f"/saved/{document['id']}")


def replace(send: Send, document: dict[str, str]) -> httpx.Response:
    header = {"If-Match": document["etag"]}
    return send("PUT", f"/saved/{document['id']}", header, json=OTHER)


def delete(send: Send, document: dict[str, str]) -> httpx.Response:
    return send("DELETE", f"/saved/{document['id']}", {"If-Match": document["etag"]})


def list_all(send: Send, _document: dict[str, str]) -> httpx.Response:
    return send("GET", "/saved")


# What a request calls, and what is there afterwards if it succeeds.
REQUESTS: dict[
    str, tuple[Callable[[Send, dict[str, str]], httpx.Response], list[str], set[str]]
] = {
    "create_saved": (create, ["ListObjects", "PutObject"], {QUESTION["title"], OTHER["title"]}),
    "get_saved": (read, ["GetObject"], {QUESTION["title"]}),
    "replace_saved": (replace, ["GetObject", "PutObject"], {OTHER["title"]}),
    "delete_saved": (delete, ["GetObject", "DeleteObject"], set()),
    "list_saved": (list_all, ["ListObjects", "GetObject"], {QUESTION["title"]}),
}
CASES = [(name, called) for name, (_, operations, _) in REQUESTS.items() for called in operations]


def titles(send: Send) -> list[str]:
    return [title for page in listed(send) for title in page]


@pytest.mark.parametrize(("name", "called"), CASES)
def test_a_fault_that_passes_is_not_noticed(
    service: httpx.Client, proxy: FaultProxy, name: str, called: str
) -> None:
    request, _, expected = REQUESTS[name]
    for fault_name, fault in FAULTS.items():
        if fault_name not in PASSING:
            continue
        send = caller(service, a_tenant())
        document = saved(send)
        with proxy.spoiling(on(fault, called, times=1)):
            response = request(send, document)
        assert response.is_success, (fault_name, response.text)
        assert sorted(titles(send)) == sorted(expected), fault_name


@pytest.mark.parametrize(("name", "called"), CASES)
def test_a_fault_that_stays_is_a_documented_problem(
    service: httpx.Client, proxy: FaultProxy, name: str, called: str
) -> None:
    request, _, _ = REQUESTS[name]
    send = caller(service, a_tenant())
    document = saved(send)
    for fault_name, fault in FAULTS.items():
        if fault_name in DONE:
            continue
        with proxy.spoiling(on(fault, called)):
            response = request(send, document)
        assert response.status_code in DOCUMENTED[name] & {429, 502, 503}, fault_name
        assert_nothing_secret(response.text)
    assert titles(send) == [QUESTION["title"]]


@pytest.mark.parametrize("fault", [CONFLICT, lost], ids=["conflict", "lost"])
@pytest.mark.parametrize(
    ("name", "called"), [case for case in CASES if case[1] in ("PutObject", "DeleteObject")]
)
def test_a_write_happens_once(
    send: Send, proxy: FaultProxy, name: str, called: str, fault: Fault
) -> None:
    request, _, expected = REQUESTS[name]
    document = saved(send)

    with proxy.spoiling(on(fault, called, times=2)):
        response = request(send, document)
    again = send("GET", "/saved").json()["saved"]

    assert response.is_success, response.text
    assert {each["title"] for each in again} == expected
    assert response.status_code == 204 or response.json() in again


def test_what_is_deleted_while_it_is_listed_is_left_out(send: Send, proxy: FaultProxy) -> None:
    gone, kept = saved(send, title="gone"), saved(send, title="kept")

    with proxy.spoiling(on(refused("NoSuchKey", 404), "GetObject", marker=gone["id"])):
        page = send("GET", "/saved").json()

    assert page == {"saved": [kept], "paging_token": None}


def test_a_list_reads_only_what_has_changed(send: Send, proxy: FaultProxy) -> None:
    documents = [saved(send, title=f"{number}") for number in range(5)]
    listing = send("GET", "/saved").json()
    replace(send, documents[0])
    proxy.calls.clear()

    again = send("GET", "/saved").json()

    assert proxy.calls == {"ListObjects": 1, "GetObject": 1}
    assert again != listing
    assert len(again["saved"]) == 5


@pytest.mark.parametrize("status", [403, 404])
def test_who_may_not_reach_the_bucket_is_told_so(
    send: Send, proxy: FaultProxy, status: int
) -> None:
    code = {403: "AccessDenied", 404: "NoSuchBucket"}[status]
    everything = ("ListObjects", "GetObject", "PutObject", "DeleteObject")
    document = saved(send)

    with proxy.spoiling(on(refused(code, status), *everything)):
        for request, _, _ in REQUESTS.values():
            assert_problem(request(send, document), 503, "engine-unavailable")
