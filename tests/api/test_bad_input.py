"""Every kind of bad input gets a problem, and none is echoed or logged."""

import json
import logging
import socket
from collections.abc import Iterator
from http.client import HTTPResponse

import httpx
import pytest

from data_hist.app import Limits
from data_hist.http.middleware import RequestLimits
from tests.support.api_calls import UNKNOWN_ID, assert_problem
from tests.support.running_service import running_service, settings_for

JSON = "application/json"
SECRET = "hunter2-do-not-repeat"

BODIES = {
    "not JSON": b'{"query": ' + SECRET.encode(),
    "empty": b"",
    "not UTF-8": b'{"query": "' + SECRET.encode() + b'\xff"}',
    "UTF-16": f'{{"query": "{SECRET}"}}'.encode("utf-16"),
    "no object": b'["' + SECRET.encode() + b'"]',
    "null": b"null",
    "missing field": b'{"retention_minutes": 5}',
    "unknown field": b'{"query": "SELECT 1", "unknown": "' + SECRET.encode() + b'"}',
    "wrong type": b'{"query": ["' + SECRET.encode() + b'"]}',
    "empty query": b'{"query": ""}',
    "retention too short": b'{"query": "SELECT 1", "retention_minutes": 0}',
    "retention too long": b'{"query": "SELECT 1", "retention_minutes": 43201}',
    "retention no integer": b'{"query": "SELECT 1", "retention_minutes": 1.5}',
    "retention a boolean": b'{"query": "SELECT 1", "retention_minutes": true}',
    "wait too long": b'{"query": "SELECT 1", "wait_seconds": 31}',
    "parameters no array": b'{"query": "SELECT ?", "parameters": "' + SECRET.encode() + b'"}',
    "parameter an array": b'{"query": "SELECT ?", "parameters": [["' + SECRET.encode() + b'"]]}',
    "parameter without value": b'{"query": "SELECT ?", "parameters": [{"type": "date"}]}',
    "dry run no boolean": b'{"query": "SELECT 1", "dry_run": "yes"}',
    "duplicate field": b'{"query": "SELECT 1", "query": "' + SECRET.encode() + b'"}',
    "NaN": b'{"query": "SELECT ?", "parameters": [NaN]}',
    "huge integer": b'{"query": "SELECT 1", "retention_minutes": ' + b"9" * 5000 + b"}",
    "deep": b'{"query": ' + b"[" * 5000 + b"]" * 5000 + b"}",
    "NUL": b'{"query": "SELECT \\u0000"}',
    "lone surrogate": b'{"query": "SELECT \\ud800"}',
}


@pytest.fixture
def log(caplog: pytest.LogCaptureFixture) -> Iterator[pytest.LogCaptureFixture]:
    """The whole log, for tests of what must not be logged."""
    with caplog.at_level(logging.DEBUG, "data_hist"), caplog.at_level(logging.INFO):
        yield caplog


@pytest.mark.parametrize("body", BODIES.values(), ids=BODIES)
def test_invalid_body(client: httpx.Client, log: pytest.LogCaptureFixture, body: bytes) -> None:
    response = client.post("/query", content=body, headers={"Content-Type": JSON})

    assert_problem(response, 400, "invalid-request")
    assert SECRET not in response.text
    assert SECRET not in log.text


def test_errors_point_into_the_body(client: httpx.Client) -> None:
    body = {"query": 1, "parameters": [1, {"type": "date", "value": 5}], "wait_seconds": 99}

    problem = assert_problem(client.post("/query", json=body), 400, "invalid-request")

    assert {error["pointer"] for error in problem["errors"]} == {
        "/query",
        "/parameters/1/value",
        "/wait_seconds",
    }


@pytest.mark.parametrize(
    "content_type",
    [
        None,
        "",
        "text/plain",
        "application/x-www-form-urlencoded",
        "multipart/form-data; boundary=x",
        "application/json; charset=utf-16",
        "application/json; charset=latin-1",
        "application/json; charset=utf7",
        'application/json; charset="utf8',
        "application/jsonx",
        "application/xml, application/json",
    ],
)
def test_body_not_declared_as_json(client: httpx.Client, content_type: str | None) -> None:
    headers = {} if content_type is None else {"Content-Type": content_type}

    response = client.post("/query", content=b'{"query": "SELECT 1"}', headers=headers)

    assert_problem(response, 415, "unsupported-media-type")


@pytest.mark.parametrize(
    "content_type",
    [
        "application/json",
        "Application/JSON",
        "application/json;charset=utf-8",
        "application/json ; charset=UTF-8",
        'application/json; charset="utf-8"',
        "application/json; charset=utf8",
        "application/json; charset=UTF8",
        'application/json;charset="Utf8"',
    ],
)
def test_json_in_any_spelling_of_its_media_type_is_validated(
    client: httpx.Client, content_type: str
) -> None:
    headers = {"Content-Type": content_type}

    accepted = client.post("/query", content=b'{"query": "SELECT 1"}', headers=headers)
    refused = client.post("/query", content=b'{"nothing": 1}', headers=headers)

    assert accepted.status_code == 200
    assert_problem(refused, 400, "invalid-request")


def test_two_content_types_are_refused(client: httpx.Client) -> None:
    headers = [("Content-Type", JSON), ("Content-Type", "text/plain")]

    response = client.post("/query", content=b'{"query": "SELECT 1"}', headers=headers)

    assert_problem(response, 415, "unsupported-media-type")


def test_id_with_a_newline_is_refused(client: httpx.Client) -> None:
    response = client.post("/next", json={"query_id": f"{SECRET}\n"})

    assert_problem(response, 400, "invalid-request")
    assert SECRET not in response.text


@pytest.mark.parametrize("query", ["limit=1_0", "limit=%D9%A3", "limit=%2B5", "limit=1&limit=2"])
def test_unusual_form_of_a_query_parameter_is_refused(client: httpx.Client, query: str) -> None:
    problem = assert_problem(client.get(f"/queries?{query}"), 400, "invalid-request")

    assert [error["pointer"] for error in problem["errors"]] == ["/limit"]


def test_compressed_body_is_refused(client: httpx.Client) -> None:
    headers = {"Content-Type": JSON, "Content-Encoding": "gzip"}

    response = client.post("/query", content=b"\x1f\x8b", headers=headers)

    assert_problem(response, 415, "unsupported-media-type")


def test_chunked_body_is_read(client: httpx.Client) -> None:
    chunks = iter([b'{"query": ', b'"SELECT 1"}'])

    response = client.post("/query", content=chunks, headers={"Content-Type": JSON})

    assert response.status_code == 200


def test_body_that_does_not_arrive(endpoint_url: str) -> None:
    limits = Limits(requests=RequestLimits(body_seconds=0.2))
    with (
        running_service(settings_for(endpoint_url), limits=limits) as client,
        socket.create_connection((client.base_url.host, client.base_url.port or 0)) as connection,
    ):
        connection.sendall(
            b"POST /v0/data_hist/query HTTP/1.1\r\nHost: x\r\nContent-Type: application/json\r\n"
            b"Content-Length: 100\r\n\r\n{"
        )
        answer = HTTPResponse(connection)
        answer.begin()

        assert answer.status == 408
        assert json.loads(answer.read())["type"] == "/problems/request-timeout"


@pytest.mark.parametrize("chunked", [True, False])
def test_body_that_is_too_large(client: httpx.Client, chunked: bool) -> None:
    body = b'{"query": "' + b"x" * 2_000_000 + b'"}'
    content = iter([body[:1_000_000], body[1_000_000:]]) if chunked else body

    response = client.post("/query", content=content, headers={"Content-Type": JSON})

    assert_problem(response, 413, "query-too-large")


@pytest.mark.parametrize("content_type", [JSON, "text/plain", None])
@pytest.mark.parametrize(
    ("method", "path", "allowed"),
    [
        ("GET", "/query", "POST"),
        ("PUT", "/query", "POST"),
        ("POST", f"/status/{UNKNOWN_ID}", "GET"),
        ("DELETE", f"/status/{UNKNOWN_ID}", "GET"),
        ("GET", "/next", "POST"),
        ("POST", f"/query/{UNKNOWN_ID}", "DELETE"),
        ("POST", "/tables", "GET"),
        ("PATCH", "/tables", "GET"),
        ("POST", "/openapi.json", "GET"),
        ("POST", "/ui/", "GET"),
    ],
)
def test_wrong_method(
    client: httpx.Client, method: str, path: str, allowed: str, content_type: str | None
) -> None:
    headers = {} if content_type is None else {"Content-Type": content_type}
    response = client.request(method, path, content=b"{}", headers=headers)

    problem = assert_problem(response, 405, "method-not-allowed")
    assert allowed in response.headers["allow"].split(", ")
    assert allowed in problem["detail"]


@pytest.mark.parametrize("method", ["GET", "POST", "PUT", "DELETE"])
@pytest.mark.parametrize("path", ["/nothing", "/status", "/status/a/b", "/tables/", "/query/"])
def test_path_that_does_not_exist(client: httpx.Client, method: str, path: str) -> None:
    assert_problem(client.request(method, path), 404, "not-found")


def test_query_parameter_that_does_not_exist(client: httpx.Client) -> None:
    response = client.get(f"/tables?name={SECRET}")

    assert_problem(response, 400, "invalid-request")
    assert SECRET not in response.text


@pytest.mark.parametrize("key", ["", "x" * 256])
def test_invalid_idempotency_key(client: httpx.Client, key: str) -> None:
    response = client.post("/query", json={"query": "SELECT 1"}, headers={"Idempotency-Key": key})

    assert_problem(response, 400, "invalid-request")
    assert "x" * 20 not in response.text


def test_sql_and_rows_are_never_logged(client: httpx.Client, log: pytest.LogCaptureFixture) -> None:
    for sql in (
        f"SELECT '{SECRET}'",
        f"SELECT '{SECRET}' FROM",
        f"SELECT nosuch, '{SECRET}' FROM events",
        f"SELECT CAST('{SECRET}' AS integer)",
        f"SHOW TABLES LIKE '{SECRET}'",
    ):
        client.post("/query", json={"query": sql, "wait_seconds": 30})

    assert SECRET not in log.text


@pytest.mark.parametrize(("given", "kept"), [("abc-123", True), ("a b", False), ("x" * 65, False)])
def test_request_id_is_kept_if_usable(client: httpx.Client, given: str, kept: bool) -> None:
    response = client.get("/tables", headers={"X-Request-Id": given})

    assert (response.headers["x-request-id"] == given) is kept
