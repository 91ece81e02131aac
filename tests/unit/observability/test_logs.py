"""A line of the log is one JSON object, and an exception in it has no message."""

import io
import json
import logging
import logging.config
import sys
from collections.abc import Iterator
from contextlib import redirect_stderr
from pathlib import Path
from typing import Any

import pytest

from data_hist.observability.logs import (
    LOGGING,
    JsonFormatter,
    TextFormatter,
    create_formatter,
    first_line_only,
)
from data_hist.observability.request_context import (
    CURRENT,
    RequestContext,
    RequestLog,
    TraceContext,
)


class Terminal(io.StringIO):
    """A person reads it."""

    def isatty(self) -> bool:
        return True


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
    assert TextFormatter().format(record("a")) == "a request_id=id-1 trace_id=trace span_id=span"


@pytest.mark.usefixtures("request_in_a_trace")
def test_line_of_a_request_for_a_program() -> None:
    stream = io.StringIO()

    RequestLog(stream).write({"status": 200, "tenant": 1})

    written = stream.getvalue()
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
def test_line_of_a_request_for_a_person() -> None:
    stream = Terminal()

    RequestLog(stream).write({"status": 200, "tenant": 1})

    assert stream.getvalue() == (
        "request request_id=id-1 trace_id=trace span_id=span status=200 tenant=1\n"
    )


def test_log_that_cannot_be_written_fails_nothing() -> None:
    with Path("/dev/full").open("wb", buffering=0) as device:
        full = io.TextIOWrapper(device, write_through=True)
        RequestLog(full).write({"status": 200})

        with pytest.raises(OSError, match="No space left"):
            full.write("x")


@pytest.mark.parametrize("formatted", [JsonFormatter().format, TextFormatter().format])
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


@pytest.mark.parametrize(
    ("stderr", "kind"), [(Terminal(), TextFormatter), (io.StringIO(), JsonFormatter)]
)
def test_text_is_for_terminals(stderr: io.StringIO, kind: type) -> None:
    with redirect_stderr(stderr):
        assert type(create_formatter()) is kind
