"""Secrets of callers and of AWS reach neither the log nor the metrics.

Requests of every kind, good and bad, carry words that stand nowhere else; afterwards the whole log
and all metrics are searched for them.
"""

import base64
import contextlib
import logging
import uuid
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

import bcrypt
import httpx
import pytest

from data_hist.athena.executions import Query
from data_hist.errors import EngineUnavailable, QueryExpired
from tests.support.api_calls import UNKNOWN_ID, as_tenant, submitted
from tests.support.fake_engine import ROW, FakeEngine
from tests.support.log_lines import LogLines, log_lines
from tests.support.running_service import running_service, settings_for

CANARY = "canary"
PASSWORD = "canarypassword"
SECRET = "canarygatewaysecret"
WORD = f"'{CANARY}inasql'"
SAVED = {"title": CANARY, "state": CANARY}
TENANT = as_tenant(11000)
TRUSTED = TENANT | {"X-Gateway-Secret": SECRET}


@dataclass(frozen=True)
class PolledQuery:
    """A service and its log."""

    client: httpx.Client
    lines: LogLines

    def ask(self, method: str, path: str, **request: Any) -> httpx.Response:
        """Send a request, which must be logged without a canary."""
        headers: Mapping[str, str] = request.pop("headers", {})
        response = self.client.request(method, path, headers=TRUSTED | dict(headers), **request)
        self.check(response)
        return response

    def check(self, response: httpx.Response) -> None:
        """Check that the request was logged and counted, without a canary."""
        assert self.lines.about(response.headers["x-request-id"])
        metrics = self.client.get(self.client.base_url.copy_with(path="/metrics")).text
        assert "data_hist_http_requests_total" in metrics
        assert CANARY not in self.lines.text.lower()
        assert CANARY not in metrics.lower()


@pytest.fixture(scope="module")
def watched(endpoint_url: str, tmp_path_factory: pytest.TempPathFactory) -> Iterator[PolledQuery]:
    htpasswd = tmp_path_factory.mktemp("users") / "htpasswd"
    htpasswd.write_text(f"gateway:{bcrypt.hashpw(PASSWORD.encode(), bcrypt.gensalt(4)).decode()}\n")
    settings = settings_for(
        endpoint_url,
        tenant_required=True,
        result_prefix="canaryprefix",
        htpasswd_file=htpasswd,
        gateway_secret=SECRET,
    )
    with log_lines() as lines, running_service(settings) as client:
        yield PolledQuery(client, lines)


@pytest.fixture(scope="module")
def query_id(watched: PolledQuery) -> str:
    sql = f"SELECT n, {WORD} AS canarycolumn, ? AS p FROM UNNEST(sequence(1, 5)) AS t(n)"
    document = submitted(watched.client, sql, parameters=[f"{CANARY}parameter"], headers=TRUSTED)
    return str(document["query_id"])


def test_canaries_would_be_found(watched: PolledQuery) -> None:
    logging.getLogger("data_hist.test").info("a bird")

    assert "a bird" in watched.lines.text


@pytest.mark.parametrize(
    "body",
    [
        {"query": f"SELECT {WORD}", "wait_seconds": 30},
        {"query": f"SELECT {WORD}", "dry_run": True},
        {"query": "SELECT ?", "parameters": [f"{CANARY}parameter"]},
        {"query": f"SELECT 1 AS canary, {WORD} FORM"},
        {"query": f"SELECT {CANARY}column FROM events", "wait_seconds": 30},
        {"query": f"SELECT {CANARY}column FROM events", "dry_run": True},
        {"query": f"SELECT * FROM {CANARY}table"},
        {"query": f"SELECT {CANARY}function(1)"},
        {"query": f"DROP TABLE {CANARY}table"},
        {"query": f"SELECT CAST({WORD} AS bigint) FROM events", "wait_seconds": 30},
        {"query": f"SELECT 1/0, {WORD} FROM events", "wait_seconds": 30},
        {"query": f"SELECT {WORD}" + " " * 3000, "wait_seconds": 30},
        {"query": WORD * 20_000},
        {"query": 1, CANARY: CANARY},
        {"query": "SELECT 1", "wait_seconds": CANARY},
        {"query": "SELECT 1", "parameters": {CANARY: CANARY}},
    ],
)
def test_submitted(watched: PolledQuery, body: dict[str, Any]) -> None:
    watched.ask("POST", "/query", json=body, headers={"Idempotency-Key": f"{CANARY}{uuid.uuid4()}"})


@pytest.mark.parametrize(
    ("method", "path", "request_parts"),
    [
        ("POST", "/query", {"content": f'{{"{CANARY}'}),
        ("POST", "/query", {"content": f'{{"query": "{CANARY}", "query": "{CANARY}"}}'}),
        ("POST", "/query", {"content": f"{CANARY}\xff".encode("latin-1")}),
        ("POST", "/query", {"content": CANARY, "headers": {"Content-Type": f"text/{CANARY}"}}),
        ("POST", "/next", {"json": {"query_id": "{id}"}}),
        ("POST", "/next", {"json": {"query_id": "{id}", "row_format": "objects"}}),
        ("POST", "/next", {"json": {"query_id": "{id}", "paging_token": CANARY}}),
        ("POST", "/next", {"json": {"query_id": f"{CANARY} {CANARY}"}}),
        ("GET", "/status/{id}", {"headers": {"Prefer": f"wait={CANARY}"}}),
        ("GET", "/status/{id}", {"params": {"wait_seconds": CANARY}}),
        ("GET", "/status/{id}", {"params": {CANARY: CANARY}}),
        ("GET", f"/status/{CANARY}%20{CANARY}", {}),
        ("GET", f"/{CANARY}", {}),
        ("GET", f"/{CANARY}/", {}),
        ("PROPFIND", "/tables", {}),
        ("GET", f"/tables/{CANARY}", {}),
        ("GET", "/queries", {"params": {"paging_token": CANARY}}),
        ("GET", "/queries", {"params": {"status": CANARY}}),
        ("GET", "/queries", {"params": {"text": CANARY}}),
        ("POST", "/saved", {"json": SAVED}),
        ("POST", "/saved", {"json": {"title": CANARY * 100, "state": CANARY}}),
        ("PUT", f"/saved/{CANARY}", {"headers": {"If-Match": CANARY}, "json": {CANARY: CANARY}}),
        ("PUT", "/saved/x", {"headers": {"If-Match": CANARY}, "json": SAVED}),
        ("DELETE", f"/saved/{CANARY}", {"headers": {"If-Match": CANARY}}),
        ("GET", "/saved", {"params": {"paging_token": CANARY}}),
        ("GET", f"/ui/{CANARY}.css", {}),
        ("GET", "/results/{id}", {"params": {"format": CANARY}}),
        ("GET", "/results/{id}", {"headers": {"Accept": f"text/{CANARY}"}}),
        ("GET", "/results/{id}", {"headers": {"Range": f"bytes={CANARY}"}}),
        ("GET", "/results/{id}", {"headers": {"Range": "bytes=9999-", "If-Range": CANARY}}),
        ("GET", "/tables", {"headers": {"X-Request-Id": f"{CANARY} {CANARY}"}}),
        ("GET", "/tables", {"headers": {"traceparent": f"00-{CANARY}", "tracestate": CANARY}}),
        (
            "GET",
            "/tables",
            {"headers": {"Cookie": CANARY, "User-Agent": CANARY, "Referer": CANARY}},
        ),
        *(
            ("GET", "/results/{id}", {"params": {"format": fmt}})
            for fmt in ("csv", "ndjson", "json")
        ),
        *(("GET", "/results/{id}", {"params": {"format": fmt}}) for fmt in ("arrow", "parquet")),
    ],
)
def test_asked(
    watched: PolledQuery, query_id: str, method: str, path: str, request_parts: dict[str, Any]
) -> None:
    parts = dict(request_parts)
    if "json" in parts:
        parts["json"] = {
            name: value.replace("{id}", query_id) for name, value in parts["json"].items()
        }
    elif "content" in parts:
        parts["headers"] = {"Content-Type": "application/json"} | parts.get("headers", {})

    watched.ask(method, path.replace("{id}", query_id), **parts)


@pytest.mark.parametrize(
    "credentials",
    [
        {"X-Gateway-Secret": SECRET},
        {"X-Gateway-Secret": f"{SECRET}x"},
        {"Authorization": "Basic " + base64.b64encode(f"gateway:{PASSWORD}".encode()).decode()},
        {"Authorization": "Basic " + base64.b64encode(f"{CANARY}:{CANARY}".encode()).decode()},
        {"Authorization": f"Bearer {CANARY}"},
        {"X-Gateway-Secret": SECRET, "X-Trebuchet-Tenant-Id": CANARY},
    ],
)
def test_credentials(watched: PolledQuery, credentials: dict[str, str]) -> None:
    response = watched.client.get("/tables", headers=TENANT | credentials)

    watched.check(response)
    for value in credentials.values():
        assert value == "11000" or value not in watched.lines.text


def test_results_that_fail() -> None:
    secret = EngineUnavailable("S3 is away.")
    failing = [
        FakeEngine(200_000, {150_000 * len(ROW): [secret for _ in range(99)]}),
        FakeEngine(3, {0: [QueryExpired("Gone.")]}),
        Broken(3),
    ]
    for engine in failing:
        with (
            log_lines() as lines,
            running_service(settings_for("http://127.0.0.1:9"), engine=engine) as client,  # type: ignore[arg-type]  # a fake
            client.stream("GET", f"/results/{UNKNOWN_ID}") as response,
        ):
            with contextlib.suppress(httpx.RemoteProtocolError):
                list(response.iter_raw())
            watched = PolledQuery(client, lines)
            watched.check(response)
            assert "s3://" not in lines.text


class Broken(FakeEngine):
    """An engine with a bug, whose message quotes its arguments."""

    def describe(self, query_id: str) -> Query:
        raise RuntimeError(f"SELECT {CANARY} at s3://{CANARY}/{query_id}")


def test_aws_that_refuses(watched: PolledQuery) -> None:
    settings = settings_for(
        "http://127.0.0.1:9", access_key_id="CANARYKEY", secret_access_key=f"{CANARY}key"
    )
    with log_lines() as lines, running_service(settings) as client:
        away = PolledQuery(client, lines)
        for method, path in (("POST", "/query"), ("GET", f"/status/{UNKNOWN_ID}")):
            body = {"query": f"SELECT {WORD}"} if method == "POST" else None
            assert away.ask(method, path, json=body).status_code == 503
