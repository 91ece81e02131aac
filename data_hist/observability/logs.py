"""Configure `logging`: JSON lines or text, without SQL, rows, tokens or S3 paths.

Lines are JSON objects, or text on a terminal. The message of an exception may quote any of the
above, so a traceback consists of types and places only; code that raises logs what operators need.
"""

import logging
import sys
import traceback
from types import TracebackType
from typing import Any

from data_hist.observability.request_context import render_json, render_text, request_fields

_ExceptionInfo = (
    tuple[type[BaseException], BaseException, TracebackType | None] | tuple[None, None, None]
)


class TextFormatter(logging.Formatter):
    """Formats a record as text, and exceptions without their messages."""

    def formatMessage(self, record: logging.LogRecord) -> str:  # noqa: N802 - logging's own name
        """Append the ids of the request."""
        return super().formatMessage(record) + render_text(request_fields())

    def formatException(self, ei: _ExceptionInfo) -> str:  # noqa: N802 - logging's own name
        """List the types of the exceptions in the chain and the places that raised them."""
        error = ei[1]
        lines: list[str] = []
        while error is not None:
            frames = traceback.extract_tb(error.__traceback__)
            lines.append(f"{type(error).__module__}.{type(error).__qualname__} raised through")
            lines += [f"  {frame.filename}:{frame.lineno} in {frame.name}" for frame in frames]
            error = error.__cause__ or (None if error.__suppress_context__ else error.__context__)
        return "\n".join(lines)


class JsonFormatter(TextFormatter):
    """Formats a record as a JSON object on one line."""

    def format(self, record: logging.LogRecord) -> str:
        """Format the record together with the ids of the request."""
        fields = request_fields()
        if record.exc_info:
            fields["exception"] = self.formatException(record.exc_info)
        return render_json(
            record.created, record.levelname, record.name, record.getMessage(), fields
        )


def first_line_only(record: logging.LogRecord) -> bool:
    """Cut off the part of asyncio's messages that contains the repr of an exception."""
    record.msg, record.args = record.getMessage().partition("\n")[0], ()
    return True


def create_formatter() -> logging.Formatter:
    """Create the formatter for standard error: text for a terminal, else JSON."""
    if sys.stderr.isatty():
        return TextFormatter("%(asctime)s %(levelname)s %(name)s %(message)s")
    return JsonFormatter()


LOGGING: dict[str, Any] = {
    "version": 1,
    "disable_existing_loggers": False,
    "formatters": {"lines": {"()": create_formatter}},
    "filters": {"first_line_only": {"()": lambda: first_line_only}},
    "handlers": {"stderr": {"class": "logging.StreamHandler", "formatter": "lines"}},
    "root": {"level": "INFO", "handlers": ["stderr"]},
    "loggers": {
        "gunicorn.error": {"level": "INFO", "handlers": ["stderr"], "propagate": False},
        # The service logs requests itself; uvicorn's worker takes its level from here, too.
        "gunicorn.access": {"level": "CRITICAL", "handlers": [], "propagate": False},
        # gunicorn also logs every start and stop of a worker.
        "uvicorn.error": {"level": "WARNING"},
        "asyncio": {"filters": ["first_line_only"]},
        # These log what callers send.
        "connexion": {"level": "CRITICAL"},
        "sqlglot": {"level": "CRITICAL"},
        "botocore": {"level": "WARNING"},
        # These log malformed response headers, which contain the location of the result.
        "botocore.handlers": {"level": "CRITICAL"},
        "urllib3": {"level": "CRITICAL"},
    },
}
