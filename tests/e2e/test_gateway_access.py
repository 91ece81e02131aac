"""Who gets past the gateway, and as whom."""

from pathlib import Path

import httpx
import pytest

from tests.e2e.gateway import (
    API,
    PASSWORD,
    SECRET,
    TENANTS,
    HeldUpstream,
    api,
    exchanged,
    needs_nginx,
    running_gateway,
)
from tests.support.api_calls import all_rows, as_tenant, assert_problem

pytestmark = needs_nginx


def test_each_user_has_the_rows_of_its_tenant(gateway: str) -> None:
    sql = "SELECT DISTINCT customerid FROM events ORDER BY 1"

    seen = {}
    for user in TENANTS:
        with api(gateway, user) as client:
            seen[user] = all_rows(client, sql)

    assert seen == {"alice": [[11000]], "bob": [[11001]], "operator": [[11000], [11001]]}


@pytest.mark.parametrize(
    "spoofed",
    [
        [("X-Trebuchet-Tenant-Id", "11001")],
        [("x-trebuchet-tenant-id", "1"), ("X-TREBUCHET-TENANT-ID", "1")],
        [("X_Trebuchet_Tenant_Id", "1")],
        [("X-Trebuchet-Tenant-Id", "1"), ("X-Gateway-Secret", SECRET)],
        [("X-Gateway-Secret", "a guess")],
        [("Connection", "X-Trebuchet-Tenant-Id, X-Gateway-Secret")],
    ],
)
def test_a_tenant_header_from_outside_counts_for_nothing(
    gateway: str, spoofed: list[tuple[str, str]]
) -> None:
    with httpx.Client(
        base_url=gateway + API, auth=("alice", PASSWORD), headers=spoofed, timeout=120
    ) as client:
        rows = all_rows(client, "SELECT DISTINCT customerid FROM events")

    assert rows == [[11000]]


@pytest.mark.parametrize("user", ["carol", "ALICE"])
def test_a_user_without_a_tenant_is_nobody(gateway: str, user: str) -> None:
    with api(gateway, user, **as_tenant(1)) as client:
        assert_problem(client.get("/tables"), 401, "unauthenticated")


@pytest.mark.parametrize("auth", [None, ("alice", "wrong"), ("mallory", PASSWORD), ("", "")])
@pytest.mark.parametrize(
    "path",
    [f"{API}/tables", f"{API}/ui/", f"{API}/viewer/", f"{API}/openapi.json", "/readyz"],
)
def test_without_a_password_nothing_is_seen(
    gateway: str, path: str, auth: tuple[str, str] | None
) -> None:
    answer = httpx.get(gateway + path, auth=auth, headers={**as_tenant(1)})

    assert_problem(answer, 401, "unauthenticated")
    assert answer.headers["www-authenticate"].startswith("Basic ")


def test_past_the_gateway_the_service_wants_its_secret(workers: int) -> None:
    url = f"http://127.0.0.1:{workers}{API}/tables"

    assert_problem(httpx.get(url, headers=as_tenant(1)), 401, "unauthenticated")


def test_the_password_stays_at_the_gateway(tmp_path: Path) -> None:
    upstream = HeldUpstream()
    upstream.go_on.set()
    with running_gateway(tmp_path, upstream.port) as url, api(url, "alice") as client:
        client.get("/tables")
    upstream.close()

    (request,) = upstream.requests
    assert b"authorization" not in request.lower()
    assert b"X-Trebuchet-Tenant-Id: 11000\r\n" in request
    assert f"X-Gateway-Secret: {SECRET}\r\n".encode() in request


@pytest.mark.parametrize(
    "path",
    [
        *("/metrics", "//metrics", "/metrics/", "/%6detrics", f"{API}/../../metrics"),
        *(f"{API}/..%2f..%2fmetrics", "/none", "/errors/401", "/problems/401", "/v0/other"),
    ],
)
def test_what_is_not_the_api_is_not_there(gateway: str, path: str) -> None:
    # By hand: a client would tidy the path up.
    answer = exchanged(
        gateway, f"GET {path} HTTP/1.1\r\nHost: gateway\r\nConnection: close\r\n\r\n"
    )

    assert answer.startswith(b"HTTP/1.1 404 ")
    assert b'"/problems/not-found"' in answer


@pytest.mark.parametrize("path", ["/start", "/problems", "/problems/invalid-sql"])
def test_pages_that_say_nothing_of_anybody_need_no_password(gateway: str, path: str) -> None:
    answer = httpx.get(gateway + path, headers={"Accept": "text/html"}, timeout=120)

    assert answer.status_code == 200
    assert "</html>" in answer.text


def test_a_preflight_needs_no_password(gateway: str) -> None:
    headers = {"Origin": "https://portal.example", "Access-Control-Request-Method": "POST"}
    answer = httpx.options(f"{gateway}{API}/query", headers=headers, timeout=120)

    # No origin is allowed by default.
    assert_problem(answer, 405, "method-not-allowed")
    assert "access-control-allow-origin" not in answer.headers


def test_pages_of_allowed_origins_read_why_the_gateway_refuses(
    workers: int, tmp_path: Path
) -> None:
    origin, stranger = "https://portal.example", "https://evil.example"
    with running_gateway(tmp_path, workers, allowed_origin=origin) as url:
        read, not_read = (
            httpx.get(f"{url}{API}/tables", headers={"Origin": name}, timeout=120)
            for name in (origin, stranger)
        )

    assert_problem(read, 401, "unauthenticated")
    assert read.headers["access-control-allow-origin"] == origin
    assert_problem(not_read, 401, "unauthenticated")
    assert "access-control-allow-origin" not in not_read.headers


def test_health_needs_no_password(gateway: str) -> None:
    assert httpx.get(f"{gateway}/healthz").status_code == 200
