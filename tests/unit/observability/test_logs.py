"""A line of the log is one JSON object, and an exception in it has no message."""

import io
import json
import logging
import logging.config
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from data_hist.observability import logs
from data_hist.observability.logs import (
    LOGGING,
    JsonFormatter,
    PlacesFormatter,
    first_line_only,
    formatter,
    write_request_line,
)
from data_hist.observability.request_context import CURRENT, RequestContext
from data_hist.observability.trace_context import TraceContext

SECRET = "SELECT secret FROM s3://bucket"


def record(message: str = "a %s", *arguments: Any, **attributes: Any) -> logging.LogRecord:
    made = logging.LogRecord("name", logging.WARNING, "x.py", 1, message, arguments, None)
    made.__dict__.update(attributes)
    return made


def failed() -> logging.LogRecord:
    try:
        try:
            raise ValueError(SECRET)
        except ValueError as error:
            raise KeyError(SECRET) from error
    except KeyError:
        return record("failed", exc_info=sys.exc_info())


def test_line_is_an_object() -> None:
    line = JsonFormatter().format(record("a %s", 'quote "\n', created=1764028800.0425))

    assert "\n" not in line
    assert json.loads(line) == {
        "time": "2025-11-25T00:00:00.042Z",
        "level": "WARNING",
        "logger": "name",
        "message": 'a quote "\n',
    }


@pytest.fixture
def request_in_a_trace() -> Iterator[None]:
    token = CURRENT.set(RequestContext("id-1", TraceContext("trace", "span", "parent")))
    yield
    CURRENT.reset(token)


@pytest.mark.usefixtures("request_in_a_trace")
def test_line_names_its_request() -> None:
    line = json.loads(JsonFormatter().format(record("a")))

    assert (line["request_id"], line["trace_id"], line["span_id"]) == ("id-1", "trace", "span")
    assert PlacesFormatter().format(record("a")) == "a request_id=id-1 trace_id=trace span_id=span"


@pytest.mark.usefixtures("request_in_a_trace")
def test_line_of_a_request_for_a_program(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(logs, "_is_read_by_a_person", lambda: False)

    write_request_line({"status": 200, "tenant": 1})

    written = capsys.readouterr().err
    assert written.endswith("}\n")
    line = json.loads(written)
    assert line.pop("time").startswith("20")
    assert line == {
        "level": "INFO",
        "logger": "data_hist.requests",
        "message": "request",
        "request_id": "id-1",
        "trace_id": "trace",
        "span_id": "span",
        "status": 200,
        "tenant": 1,
    }


@pytest.mark.usefixtures("request_in_a_trace")
def test_line_of_a_request_for_a_person(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(logs, "_is_read_by_a_person", lambda: True)

    write_request_line({"status": 200, "tenant": 1})

    assert capsys.readouterr().err == (
        "request request_id=id-1 trace_id=trace span_id=span status=200 tenant=1\n"
    )


def test_log_that_cannot_be_written_fails_nothing(monkeypatch: pytest.MonkeyPatch) -> None:
    with Path("/dev/full").open("wb", buffering=0) as device:
        full = io.TextIOWrapper(device, write_through=True)
        monkeypatch.setattr(sys, "stderr", full)

        write_request_line({"status": 200})

        with pytest.raises(OSError, match="No space left"):
            full.write("x")


@pytest.mark.parametrize("formatted", [JsonFormatter().format, PlacesFormatter().format])
def test_exception_is_told_by_type_and_place_only(formatted: Any) -> None:
    text = formatted(failed())

    assert "builtins.KeyError raised through" in text
    assert "builtins.ValueError raised through" in text
    assert "test_logs.py" in text
    assert SECRET not in text


def test_asyncio_quotes_no_exception() -> None:
    unretrieved = record("Task exception was never retrieved\nfuture: %r", ValueError(SECRET))

    assert first_line_only(unretrieved)

    line = json.loads(JsonFormatter().format(unretrieved))
    assert line["message"] == "Task exception was never retrieved"


def test_configuration_cuts_asyncio_off() -> None:
    configured = logging.config.DictConfigurator(LOGGING)
    configured.config["loggers"] = {"a.test": configured.config["loggers"]["asyncio"]}
    configured.config["root"] = {}
    configured.configure()

    long = record("first\nsecond")
    assert logging.getLogger("a.test").filter(long)
    assert long.getMessage() == "first"


@pytest.mark.parametrize(("terminal", "kind"), [(True, PlacesFormatter), (False, JsonFormatter)])
def test_text_is_for_terminals(terminal: bool, kind: type, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(logs, "_is_read_by_a_person", lambda: terminal)

    assert type(formatter()) is kind
