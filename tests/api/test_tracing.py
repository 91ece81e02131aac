"""Traces are recorded if OTEL_* asks for them, and reveal nothing that the log does not."""

import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager

import httpx
import pytest
from opentelemetry.sdk.trace import ReadableSpan
from opentelemetry.sdk.trace.export.in_memory_span_exporter import InMemorySpanExporter

from data_hist.observability.tracing import Tracing
from data_hist.settings import traces_are_wanted
from tests.support.api_calls import UNKNOWN_ID, submitted
from tests.support.log_lines import log_lines
from tests.support.running_service import running_service, settings_for

TRACE = "4bf92f3577b34da6a3ce929d0e0e4736"
SPAN = "00f067aa0ba902b7"
CANARY = "canary"
CREATE = (
    "import sys\n"
    "from data_hist.app import create_app\n"
    "from tests.support.running_service import settings_for\n"
    "create_app(settings_for('http://127.0.0.1:9'))\n"
    "print([name for name in sys.modules if name.startswith('opentelemetry')])\n"
)


@contextmanager
def traced(endpoint_url: str) -> Iterator[tuple[httpx.Client, InMemorySpanExporter]]:
    exporter = InMemorySpanExporter()
    with running_service(settings_for(endpoint_url), tracing=Tracing(exporter)) as client:
        yield client, exporter


def span_named(exporter: InMemorySpanExporter, name: str) -> ReadableSpan:
    (span,) = (span for span in exporter.get_finished_spans() if span.name == name)
    return span


def test_request_and_its_aws_calls_share_a_trace(endpoint_url: str) -> None:
    with log_lines() as lines, traced(endpoint_url) as (client, exporter):
        response = client.post(
            "/query",
            json={"query": f"SELECT '{CANARY}'"},
            params={"x": CANARY},
            headers={"traceparent": f"00-{TRACE}-{SPAN}-01", "User-Agent": CANARY},
        )
        assert response.status_code == 400
        submitted(client, f"SELECT '{CANARY}'", headers={"traceparent": f"00-{TRACE}-{SPAN}-01"})
        line = lines.about(response.headers["x-request-id"])

    refused, served = (
        span for span in exporter.get_finished_spans() if span.name == "POST /v0/data_hist/query"
    )
    started = span_named(exporter, "Athena.StartQueryExecution")
    assert {format(span.context.trace_id, "032x") for span in (refused, served, started)} == {TRACE}
    assert format(served.parent.span_id, "016x") == SPAN
    assert started.parent.span_id == served.context.span_id
    assert (line["trace_id"], line["parent_span_id"]) == (TRACE, SPAN)
    assert line["span_id"] == format(refused.context.span_id, "016x")
    assert served.attributes["http.route"] == "/v0/data_hist/query"
    assert started.attributes["rpc.method"] == "StartQueryExecution"
    assert served.resource.attributes["service.name"] == "data_hist"
    assert CANARY not in "".join(span.to_json() for span in exporter.get_finished_spans())


def test_spans_of_failures_quote_no_secrets() -> None:
    with traced("http://127.0.0.1:9") as (client, exporter):
        client.post("/query", json={"query": f"SELECT '{CANARY}'"})
        client.get(f"/tables/{CANARY}")
        client.get(f"/status/{UNKNOWN_ID}")

    started = span_named(exporter, "Athena.StartQueryExecution")
    assert not started.status.is_ok
    for span in exporter.get_finished_spans():
        text = span.to_json()
        assert CANARY not in text
        assert "127.0.0.1" not in text
        assert not span.events


def test_trace_begins_with_the_request_without_traceparent(endpoint_url: str) -> None:
    with log_lines() as lines, traced(endpoint_url) as (client, exporter):
        line = lines.about(client.get("/tables").headers["x-request-id"])

    span = span_named(exporter, "GET /v0/data_hist/tables")
    assert line["trace_id"] == format(span.context.trace_id, "032x")
    assert "parent_span_id" not in line


@pytest.mark.parametrize(
    ("environment", "wanted"),
    [
        ({}, False),
        ({"OTEL_SERVICE_NAME": "x"}, False),
        ({"OTEL_TRACES_EXPORTER": "otlp"}, True),
        ({"OTEL_TRACES_EXPORTER": "console"}, True),
        ({"OTEL_EXPORTER_OTLP_ENDPOINT": "http://collector:4318"}, True),
        ({"OTEL_EXPORTER_OTLP_TRACES_ENDPOINT": "http://collector:4318"}, True),
        ({"OTEL_EXPORTER_OTLP_ENDPOINT": "http://c", "OTEL_TRACES_EXPORTER": "none"}, False),
        ({"OTEL_TRACES_EXPORTER": "otlp", "OTEL_SDK_DISABLED": "true"}, False),
    ],
)
def test_environment_enables_traces(
    environment: dict[str, str], wanted: bool, monkeypatch: pytest.MonkeyPatch
) -> None:
    for name, value in environment.items():
        monkeypatch.setenv(name, value)

    assert traces_are_wanted() is wanted


def run(code: str, **environment: str) -> subprocess.CompletedProcess[str]:
    with pytest.MonkeyPatch.context() as patch:
        for name, value in environment.items():
            patch.setenv(name, value)
        return subprocess.run(
            [sys.executable, "-W", "ignore", "-c", code],
            capture_output=True,
            text=True,
            timeout=60,
            check=True,
        )


def test_opentelemetry_sdk_is_not_imported_without_traces() -> None:
    assert run(CREATE).stdout == "[]\n"


def test_service_without_the_extra_runs_and_warns() -> None:
    absent = "import sys\nsys.modules['opentelemetry'] = None\n" + CREATE

    ended = run(absent, OTEL_TRACES_EXPORTER="otlp")

    assert ended.stdout == "['opentelemetry']\n"
    assert "install data-hist[otel]" in ended.stderr
