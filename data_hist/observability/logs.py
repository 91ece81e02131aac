"""What the service writes to its log: never SQL, rows, tokens or S3 paths.

Each line is a JSON object; where a person reads along on a terminal, it is text. An exception's
message may quote any of these, so that a traceback here is made of places and types only; whoever
raises an error on purpose logs what the operator needs.
"""

import contextlib
import logging
import sys
import time
import traceback
from functools import cache, lru_cache
from types import TracebackType
from typing import Any

from data_hist.observability.request_context import CURRENT
from data_hist.strict_json import dumps

_ExceptionInfo = (
    tuple[type[BaseException], BaseException, TracebackType | None] | tuple[None, None, None]
)


class PlacesFormatter(logging.Formatter):
    """Formats a record as text, and an exception without its message."""

    def formatMessage(self, record: logging.LogRecord) -> str:  # noqa: N802 - logging's own name
        """The record's line, and the request that it is about."""
        return super().formatMessage(record) + _as_text(_ids_of_request())

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
        """The record, and the request that it is about."""
        fields = _ids_of_request()
        if record.exc_info:
            fields["exception"] = self.formatException(record.exc_info)
        return _json_line(
            record.created, record.levelname, record.name, record.getMessage(), fields
        )


def write_request_line(fields: dict[str, Any]) -> None:
    """Write the line of the request that is being served.

    It goes past `logging`, which would take several times as long as all that is told of a request.
    """
    known = _ids_of_request() | fields
    line = (
        f"request{_as_text(known)}"
        if _is_read_by_a_person()
        else _json_line(time.time(), "INFO", "data_hist.requests", "request", known)
    )
    _write(line + "\n")


def _write(text: str) -> None:
    # As `logging` has it: what cannot be logged is no reason to fail.
    with contextlib.suppress(OSError, ValueError):
        sys.stderr.write(text)


def _json_line(
    seconds: float, level: str, logger: str, message: str, fields: dict[str, Any]
) -> str:
    second, milliseconds = divmod(int(seconds * 1000), 1000)
    written = f"{_second(second)}.{milliseconds:03}Z"
    line = {"time": written, "level": level, "logger": logger, "message": message}
    return dumps(line | fields).decode()


@lru_cache(1)
def _second(second: int) -> str:
    """A second since 1970 in UTC; most lines are written within that of the line before."""
    return time.strftime("%Y-%m-%dT%H:%M:%S", time.gmtime(second))


def _ids_of_request() -> dict[str, Any]:
    request = CURRENT.get()
    if request is None:
        return {}
    if request.trace is None:
        return {"request_id": request.request_id}
    return {
        "request_id": request.request_id,
        "trace_id": request.trace.trace_id,
        "span_id": request.trace.span_id,
    }


def _as_text(fields: dict[str, Any]) -> str:
    return "".join(f" {name}={value}" for name, value in fields.items())


def first_line_only(record: logging.LogRecord) -> bool:
    """Cut a message off where asyncio goes on with the repr of an exception, which quotes it."""
    record.msg, record.args = record.getMessage().partition("\n")[0], ()
    return True


def formatter() -> logging.Formatter:
    """Text for a person at a terminal, JSON for everything else."""
    if _is_read_by_a_person():
        return PlacesFormatter("%(asctime)s %(levelname)s %(name)s %(message)s")
    return JsonFormatter()


@cache
def _is_read_by_a_person() -> bool:
    return sys.stderr.isatty()


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
        # These write the malformed headers of an answer, and with them where the result lies.
        "botocore.handlers": {"level": "CRITICAL"},
        "urllib3": {"level": "CRITICAL"},
    },
}
