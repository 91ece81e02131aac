"""What the service writes to its log: never SQL, rows, tokens or S3 paths.

Each line is a JSON object; where a person reads along on a terminal, it is text. An exception's
message may quote any of these, so that a traceback here is made of places and types only; whoever
raises an error on purpose logs what the operator needs.
"""

import logging
import sys
import time
import traceback
from types import TracebackType
from typing import Any

from data_hist.request_record import CURRENT
from data_hist.wire_json import dumps

_ExceptionInfo = (
    tuple[type[BaseException], BaseException, TracebackType | None] | tuple[None, None, None]
)


class PlacesFormatter(logging.Formatter):
    """Formats a record as text, and an exception without its message."""

    def formatMessage(self, record: logging.LogRecord) -> str:  # noqa: N802 - logging's own name
        """The record's line, with its fields as `name=value`."""
        fields = "".join(f" {name}={value}" for name, value in _fields(record).items())
        return super().formatMessage(record) + fields

    def formatException(self, ei: _ExceptionInfo) -> str:  # noqa: N802 - logging's own name
        """Name the exceptions of the chain and the places they came through."""
        error = ei[1]
        lines: list[str] = []
        while error is not None:
            frames = traceback.extract_tb(error.__traceback__)
            lines.append(f"{type(error).__module__}.{type(error).__qualname__} raised through")
            lines += [f"  {frame.filename}:{frame.lineno} in {frame.name}" for frame in frames]
            error = error.__cause__ or (None if error.__suppress_context__ else error.__context__)
        return "\n".join(lines)


class JsonFormatter(PlacesFormatter):
    """Formats a record as a JSON object on one line."""

    def format(self, record: logging.LogRecord) -> str:
        """The record with its fields."""
        seconds, milliseconds = divmod(int(record.created * 1000), 1000)
        written = time.strftime("%Y-%m-%dT%H:%M:%S", time.gmtime(seconds))
        line: dict[str, Any] = {
            "time": f"{written}.{milliseconds:03}Z",
            "level": record.levelname,
            "logger": record.name,
            "message": record.getMessage(),
            **_fields(record),
        }
        if record.exc_info:
            line["exception"] = self.formatException(record.exc_info)
        return dumps(line).decode()


def _fields(record: logging.LogRecord) -> dict[str, Any]:
    """The ids of the request, and what the line has been given as `extra={"fields": ...}`."""
    fields: dict[str, Any] = {}
    request = CURRENT.get()
    if request is not None:
        fields["request_id"] = request.request_id
        if request.trace is not None:
            fields["trace_id"] = request.trace.trace_id
            fields["span_id"] = request.trace.span_id
    return fields | getattr(record, "fields", {})


def first_line_only(record: logging.LogRecord) -> bool:
    """Cut a message off where asyncio goes on with the repr of an exception, which quotes it."""
    record.msg, record.args = record.getMessage().partition("\n")[0], ()
    return True


def formatter() -> logging.Formatter:
    """Text for a person at a terminal, JSON for everything else."""
    if sys.stderr.isatty():
        return PlacesFormatter("%(asctime)s %(levelname)s %(name)s %(message)s")
    return JsonFormatter()


LOGGING: dict[str, Any] = {
    "version": 1,
    "disable_existing_loggers": False,
    "formatters": {"lines": {"()": formatter}},
    "filters": {"first_line_only": {"()": lambda: first_line_only}},
    "handlers": {"stderr": {"class": "logging.StreamHandler", "formatter": "lines"}},
    "root": {"level": "INFO", "handlers": ["stderr"]},
    "loggers": {
        "gunicorn.error": {"level": "INFO", "handlers": ["stderr"], "propagate": False},
        # Our own line for each request takes their place; uvicorn's worker looks here, too.
        "gunicorn.access": {"level": "CRITICAL", "handlers": [], "propagate": False},
        # It tells of every start and stop of a worker, which gunicorn does too.
        "uvicorn.error": {"level": "WARNING"},
        "asyncio": {"filters": ["first_line_only"]},
        # These write what callers send.
        "connexion": {"level": "CRITICAL"},
        "sqlglot": {"level": "CRITICAL"},
        "botocore": {"level": "WARNING"},
    },
}
