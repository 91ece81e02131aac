"""Only pages of allowed origins may call the API, and they can read every response."""

import socket
from collections.abc import Iterator
from http.client import HTTPResponse

import httpx
import pytest

from tests.api.malformed_requests import PATH
from tests.support.api_calls import assert_problem, submitted
from tests.support.held_service import full_service
from tests.support.running_service import running_service, settings_for

PORTAL, OTHER = "https://portal.example", "http://localhost:5173"
STRANGERS = [
    "https://evil.example",
    "http://portal.example",
    "https://portal.example:444",
    "https://portal.example.evil.example",
    "https://PORTAL.example",
    "null",
    "*",
    "",
]
READABLE = {
    *("content-disposition", "content-range", "etag", "location", "preference-applied"),
    *("retry-after", "x-request-id"),
}


@pytest.fixture(scope="module")
def service(endpoint_url: str) -> Iterator[httpx.Client]:
    settings = settings_for(endpoint_url, cors_origins=f"{PORTAL} {OTHER}")
    with running_service(settings) as client:
        yield client


def preflight(
    client: httpx.Client, origin: str, method: str = "POST", headers: str = "content-type"
) -> httpx.Response:
    asked = {
        "Origin": origin,
        "Access-Control-Request-Method": method,
        "Access-Control-Request-Headers": headers,
    }
    return client.options("/query", headers=asked)


def assert_readable(answer: httpx.Response, origin: str) -> None:
    assert answer.headers["access-control-allow-origin"] == origin
    assert set(answer.headers["access-control-expose-headers"].lower().split(", ")) == READABLE
    assert "Origin" in answer.headers["vary"]
    assert "access-control-allow-credentials" not in answer.headers


@pytest.mark.parametrize("origin", [PORTAL, OTHER])
@pytest.mark.parametrize("method", ["GET", "HEAD", "POST", "PUT", "DELETE"])
@pytest.mark.parametrize(
    "headers",
    [
        "content-type",
        "authorization,content-type,idempotency-key,prefer",
        "content-type,if-match",
        "if-range,range,x-request-id,x-trebuchet-tenant-id",
    ],
)
def test_preflight(service: httpx.Client, origin: str, method: str, headers: str) -> None:
    answer = preflight(service, origin, method, headers)

    assert answer.status_code == 200
    assert answer.headers["access-control-allow-origin"] == origin
    assert method in answer.headers["access-control-allow-methods"].split(", ")
    allowed = answer.headers["access-control-allow-headers"].lower().split(", ")
    assert set(headers.split(",")) <= set(allowed)
    assert "access-control-allow-credentials" not in answer.headers


@pytest.mark.parametrize(
    ("method", "headers"), [("PATCH", "content-type"), ("POST", "x-gateway-secret"), ("POST", "*")]
)
def test_preflight_for_an_unknown_method_or_header_is_refused(
    service: httpx.Client, method: str, headers: str
) -> None:
    assert preflight(service, PORTAL, method, headers).status_code == 400


@pytest.mark.parametrize("origin", STRANGERS)
def test_another_origin_gets_no_headers(service: httpx.Client, origin: str) -> None:
    asked = preflight(service, origin)
    read = service.get("/tables", headers={"Origin": origin})

    assert_problem(asked, 405, "method-not-allowed")
    for answer in (asked, read):
        assert "access-control-allow-origin" not in answer.headers
        assert "Origin" in answer.headers.get("vary", "Origin")


def test_without_the_setting_no_origin_is_allowed(client: httpx.Client) -> None:
    assert_problem(preflight(client, PORTAL), 405, "method-not-allowed")
    answer = client.get("/tables", headers={"Origin": PORTAL})

    assert "access-control-allow-origin" not in answer.headers
    assert "vary" not in answer.headers


def test_each_kind_of_response_is_readable(service: httpx.Client) -> None:
    origin = {"Origin": PORTAL}
    query_id = submitted(service, "SELECT 1 AS one FROM events")["query_id"]
    answers = {
        200: service.get(f"/status/{query_id}", headers=origin),
        206: service.get(f"/results/{query_id}", headers=origin | {"Range": "bytes=0-3"}),
        400: service.post("/query", json={}, headers=origin),
        404: service.get("/none", headers=origin),
        405: service.put("/query", headers=origin),
        415: service.post("/query", content=b"x", headers=origin),
        422: service.post("/query", json={"query": "SELECT"}, headers=origin),
    }

    for status, answer in answers.items():
        assert answer.status_code == status
        assert_readable(answer, PORTAL)


def test_a_request_without_a_tenant_is_readable(endpoint_url: str) -> None:
    settings = settings_for(endpoint_url, cors_origins=PORTAL, tenant_required=True)
    with running_service(settings) as client:
        answer = client.get("/tables", headers={"Origin": PORTAL})

    assert_problem(answer, 401, "unauthenticated")
    assert_readable(answer, PORTAL)


@pytest.mark.parametrize("origin", [PORTAL, STRANGERS[0]])
def test_a_refusal_at_the_socket_is_readable(service: httpx.Client, origin: str) -> None:
    address = (service.base_url.host, service.base_url.port or 0)
    with socket.create_connection(address) as connection:
        connection.sendall(
            b"GET " + PATH + b"/tables HTTP/1.1\r\nOrigin: " + origin.encode() + b"\r\n\r\n"
        )
        answer = HTTPResponse(connection)
        answer.begin()

    assert answer.status == 400
    assert answer.headers["vary"] == "Origin"
    assert answer.headers["access-control-allow-origin"] == (origin if origin == PORTAL else None)


def test_a_refusal_under_overload_is_readable(endpoint_url: str) -> None:
    with full_service(endpoint_url, requests=1, cors_origins=PORTAL) as (client, _):
        refused = client.get("/tables", headers={"Origin": PORTAL})
        asked = preflight(client, PORTAL)

    assert_problem(refused, 503, "overloaded")
    assert_readable(refused, PORTAL)
    assert refused.headers["retry-after"]
    assert asked.status_code == 200
