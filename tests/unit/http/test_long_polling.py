"""Long polls are recognised by the heads of their requests, before they are routed."""

from typing import Any

import pytest

from data_hist.http import specification as contract
from data_hist.http.routes import Routes, preferred_wait_seconds

SPECIFICATION: dict[str, Any] = contract.api_specification("X-Tenant", "X-Secret")
BASE = "/v0/data_hist"
STATUS = f"{BASE}/status/1"
FIELDS = f"{BASE}/tables/events/fields"
LONG_POLLS = {"get /status/{query_id}", "get /tables/{table}/fields"}


@pytest.fixture
def routes() -> Routes:
    routes = Routes()
    routes.add_api(BASE, SPECIFICATION)
    return routes


@pytest.mark.parametrize(
    ("prefer", "expected"),
    [
        ([], None),
        (["wait=5"], 5),
        (["WAIT = 5"], 5),
        (['wait="5"'], 5),
        (["respond-async, wait=5; foo=bar"], 5),
        (["respond-async", "wait=5"], 5),
        (["wait=5, wait=6"], 5),
        (["wait=90"], 30),
        (["wait=0"], 0),
        (["wait=-1"], None),
        (["wait=1.5"], None),
        (["wait=٣"], None),
        (["wait=1234567"], None),
        (["await=5"], None),
        (["foo; wait=5"], None),
        (["wait"], None),
    ],
)
def test_prefer(prefer: list[str], expected: int | None) -> None:
    assert preferred_wait_seconds(prefer) == expected


@pytest.mark.parametrize(
    ("query", "prefer", "expected"),
    [
        (b"", b"", 0),
        (b"wait_seconds=20", b"", 20),
        (b"a=b&wait%5Fseconds=%32", b"", 2),
        (b"", b"wait=20", 20),
        (b"wait_seconds=3", b"wait=20", 3),
        (b"wait_seconds=0", b"wait=20", 0),
        # Validation refuses these later.
        (b"wait_seconds=31", b"wait=20", 0),
        (b"wait_seconds=soon", b"", 0),
        (b"xwait_seconds=5", b"", 0),
    ],
)
@pytest.mark.parametrize("path", [STATUS, FIELDS])
def test_status_and_fields_wait(
    routes: Routes, path: str, query: bytes, prefer: bytes, expected: int
) -> None:
    headers = [(b"prefer", prefer)] * bool(prefer)

    assert routes.long_poll_seconds("GET", path, query, headers) == expected


@pytest.mark.parametrize(
    ("method", "path"),
    [
        (method.upper(), BASE + path.replace("{query_id}", "1").replace("{table}", "events"))
        for path, operations in SPECIFICATION["paths"].items()
        for method in (*operations, "head")
        if method != "parameters" and f"{method} {path}" not in LONG_POLLS
    ]
    + [("GET", f"{STATUS}/"), ("GET", f"{BASE}/status"), ("GET", "/v1/data_hist/status/1")],
)
def test_no_other_request_waits(routes: Routes, method: str, path: str) -> None:
    waits = routes.long_poll_seconds(method, path, b"wait_seconds=20", [(b"prefer", b"wait=20")])

    assert waits == 0
