"""Each request is logged in one line, once its response has ended."""

from collections.abc import Iterator

import httpx
import pytest

from data_hist.errors import EngineUnavailable
from tests.support.api_calls import UNKNOWN_ID, as_tenant, submitted
from tests.support.fake_engine import ROW, FakeEngine
from tests.support.log_lines import LogLines, log_lines
from tests.support.queries import SLOW
from tests.support.running_service import running_service, settings_for

BASE = "/v0/data_hist"
TRACE = "4bf92f3577b34da6a3ce929d0e0e4736"
SPAN = "00f067aa0ba902b7"
MANY = 200_000
FORMATS = ["csv", "ndjson", "json", "arrow", "parquet"]


@pytest.fixture(scope="module")
def lines() -> Iterator[LogLines]:
    with log_lines() as lines:
        yield lines


def test_line_describes_the_request(tenants: httpx.Client, lines: LogLines) -> None:
    response = tenants.post(
        "/query", json={"query": "SELECT 1", "wait_seconds": 30}, headers=as_tenant(11000)
    )

    line = lines.about(response.headers["x-request-id"])
    assert line.pop("duration_ms") >= line.pop("waited_ms", 0) >= 0
    assert line.pop("time").endswith("Z")
    assert line == {
        "level": "INFO",
        "logger": "data_hist.requests",
        "message": "request",
        "request_id": response.headers["x-request-id"],
        "method": "POST",
        "route": f"{BASE}/query",
        "status": 200,
        "completion": "whole",
        "sent_bytes": len(response.content),
        "tenant": 11000,
        "query_id": response.json()["query_id"],
    }


@pytest.mark.parametrize(
    ("asked", "expected"),
    [
        (("GET", "/status/{id}", None), ("/status/{query_id}", 200, "{id}", None)),
        (("POST", "/next", {"query_id": "{id}"}), ("/next", 200, "{id}", None)),
        (("GET", "/results/{id}", None), ("/results/{query_id}", 200, "{id}", None)),
        (("DELETE", "/query/{id}", None), ("/query/{query_id}", 200, "{id}", None)),
        (("GET", "/queries", None), ("/queries", 200, None, None)),
        (("GET", "/tables", None), ("/tables", 200, None, None)),
        (("GET", "/tables/events", None), ("/tables/{table}", 200, None, None)),
        (("GET", "/tables/none", None), ("/tables/{table}", 404, None, "not-found")),
        (
            ("GET", f"/status/{UNKNOWN_ID}", None),
            ("/status/{query_id}", 404, UNKNOWN_ID, "query-not-found"),
        ),
        (("GET", "/status/x%20y", None), ("/status/{query_id}", 400, None, "invalid-request")),
        (("PATCH", "/tables", None), ("/tables", 405, None, "method-not-allowed")),
        (
            ("POST", "/query", {"query": "DROP TABLE x"}),
            ("/query", 422, None, "statement-not-allowed"),
        ),
        (("POST", "/query", None), ("/query", 415, None, "unsupported-media-type")),
    ],
)
def test_line_names_route_query_and_problem(
    tenants: httpx.Client,
    lines: LogLines,
    asked: tuple[str, str, dict[str, str] | None],
    expected: tuple[str, int, str | None, str | None],
) -> None:
    method, path, body = asked
    tenant = as_tenant(11000)
    query_id = submitted(tenants, "SELECT 1", headers=tenant)["query_id"]
    body = body and {name: value.replace("{id}", query_id) for name, value in body.items()}

    response = tenants.request(method, path.replace("{id}", query_id), json=body, headers=tenant)

    line = lines.about(response.headers["x-request-id"])
    route, status, logged_id, problem = expected
    assert (line["method"], line["route"], line["status"]) == (method, BASE + route, status)
    assert line.get("query_id") == (logged_id and logged_id.replace("{id}", query_id))
    assert line.get("problem") == problem
    assert line["completion"] == "whole"
    assert line["sent_bytes"] == int(response.headers.get("content-length", line["sent_bytes"]))


@pytest.mark.parametrize("path", ["/nothing", f"{BASE}/status/x/y", "/v9/data_hist"])
def test_unknown_path_is_not_logged(client: httpx.Client, lines: LogLines, path: str) -> None:
    response = client.get(client.base_url.copy_with(path=path))

    line = lines.about(response.headers["x-request-id"])
    assert (line["route"], line["problem"]) == ("none", "not-found")


def test_request_without_a_tenant_is_logged_without_one(
    tenants: httpx.Client, lines: LogLines
) -> None:
    response = tenants.get("/tables")

    line = lines.about(response.headers["x-request-id"])
    assert (line["problem"], "tenant" in line) == ("unauthenticated", False)


@pytest.mark.parametrize("given", ["a", "A-b_c.9", "x" * 64])
def test_id_of_the_caller_is_kept(client: httpx.Client, lines: LogLines, given: str) -> None:
    response = client.get("/tables", headers={"X-Request-Id": given})

    assert response.headers.get_list("x-request-id") == [given]
    assert lines.about(given)


@pytest.mark.parametrize("given", ["", "a b", "x" * 65, "a/b", 'a"', "é"])
def test_malformed_id_is_replaced(client: httpx.Client, given: str) -> None:
    response = client.get("/tables", headers={"X-Request-Id": given.encode()})

    (made,) = response.headers.get_list("x-request-id")
    assert len(made) == 32


def test_line_continues_the_trace_of_the_caller(client: httpx.Client, lines: LogLines) -> None:
    response = client.get("/tables", headers={"traceparent": f"00-{TRACE}-{SPAN}-01"})

    line = lines.about(response.headers["x-request-id"])
    assert (line["trace_id"], line["parent_span_id"]) == (TRACE, SPAN)
    assert line["span_id"] not in (SPAN, "")


def test_line_without_a_trace_has_none(client: httpx.Client, lines: LogLines) -> None:
    response = client.get("/tables", headers={"traceparent": "nonsense"})

    line = lines.about(response.headers["x-request-id"])
    assert not {"trace_id", "span_id", "parent_span_id"} & set(line)


def test_warnings_from_threads_carry_the_request_id(lines: LogLines) -> None:
    with running_service(settings_for("http://127.0.0.1:9")) as client:
        response = client.post("/query", json={"query": "SELECT 1"})

    warning, *_, error, line = lines.during(response.headers["x-request-id"])
    assert (warning["logger"], warning["level"]) == ("data_hist.athena.errors", "WARNING")
    assert (error["logger"], error["level"]) == ("data_hist.http.responses", "ERROR")
    assert (line["status"], line["problem"]) == (503, "engine-unavailable")


def result(engine: FakeEngine, fmt: str, read_bytes: int | None) -> tuple[str, int]:
    """Read a result, or its first bytes; return the id of the request, and what was received."""
    settings = settings_for("http://127.0.0.1:9")
    address = f"/results/{UNKNOWN_ID}?format={fmt}"
    received = 0
    with (
        running_service(settings, engine=engine) as client,  # type: ignore[arg-type]  # a fake
        client.stream("GET", address, headers={"Accept-Encoding": "identity"}) as response,
    ):
        try:
            for chunk in response.iter_raw():
                received += len(chunk)
                if read_bytes is not None and received > read_bytes:
                    break
        except httpx.RemoteProtocolError:
            pass
    return response.headers["x-request-id"], received


@pytest.mark.parametrize("fmt", FORMATS)
def test_line_of_a_complete_stream(lines: LogLines, fmt: str) -> None:
    request_id, received = result(FakeEngine(1000), fmt, None)

    line = lines.about(request_id)
    assert (line["completion"], line["sent_bytes"]) == ("whole", received)


@pytest.mark.parametrize("fmt", FORMATS)
def test_line_of_a_broken_stream(lines: LogLines, fmt: str) -> None:
    engine = FakeEngine(
        MANY, {MANY * len(ROW) * 3 // 4: [EngineUnavailable("S3 is away.") for _ in range(99)]}
    )

    request_id, received = result(engine, fmt, None)

    line = lines.about(request_id)
    assert (line["completion"], line["problem"]) == ("broken", "engine-unavailable")
    assert (line["status"], line["query_id"]) == (200, UNKNOWN_ID)
    assert 0 < received <= line["sent_bytes"]


def test_line_of_a_stream_whose_client_disconnects(lines: LogLines) -> None:
    request_id, _ = result(FakeEngine(100_000_000), "ndjson", 1)

    line = lines.about(request_id)
    assert line["completion"] == "client_left"
    assert line["sent_bytes"] > 0
    assert "problem" not in line


def test_line_of_a_long_poll_whose_client_disconnects(
    client: httpx.Client, lines: LogLines
) -> None:
    query_id = client.post("/query", json={"query": SLOW}).json()["query_id"]

    with pytest.raises(httpx.ReadTimeout):
        client.get(
            f"/status/{query_id}?wait_seconds=30",
            headers={"X-Request-Id": "waiter-who-leaves"},
            timeout=0.5,
        )

    assert lines.about("waiter-who-leaves")["completion"] == "client_left"
    client.delete(f"/query/{query_id}")
