"""A line of the log is one JSON object, and an exception in it has no message."""

import json
import logging
import logging.config
import sys
from typing import Any

import pytest

from data_hist.logs import LOGGING, JsonFormatter, PlacesFormatter, first_line_only, formatter
from data_hist.request_record import CURRENT, RequestRecord
from data_hist.trace_context import TraceContext

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


def test_line_names_its_request_and_has_its_fields() -> None:
    token = CURRENT.set(RequestRecord("id-1", TraceContext("trace", "span", "parent")))
    try:
        line = json.loads(JsonFormatter().format(record("a", fields={"status": 200})))
        text = PlacesFormatter().format(record("a", fields={"status": 200}))
    finally:
        CURRENT.reset(token)

    assert line["request_id"] == "id-1"
    assert (line["trace_id"], line["span_id"], line["status"]) == ("trace", "span", 200)
    assert text == "a request_id=id-1 trace_id=trace span_id=span status=200"


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
    monkeypatch.setattr(sys.stderr, "isatty", lambda: terminal, raising=False)

    assert type(formatter()) is kind
